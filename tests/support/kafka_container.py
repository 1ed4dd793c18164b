"""A Kafka broker in a container: `apache/kafka`, or an image built from `deploy/images/kafka`.

Both take their settings from `KAFKA_…` variables and start with `/etc/kafka/docker/run`. A broker
must be told the address that its clients reach it by, and Docker says which port that is only once
the container runs. So the container first waits for a file with the address, and starts the broker
with it.
"""

import time
from typing import Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from tests.support.engine import Engine

CLIENT_PORT = 9092
ADDRESS_FILE = "/tmp/advertised-address"
START_SECONDS = 60

START = f"""
while [ ! -s {ADDRESS_FILE} ]; do sleep 0.05; done
KAFKA_ADVERTISED_LISTENERS="CLIENTS://$(cat {ADDRESS_FILE}),BROKER://localhost:9094"
export KAFKA_ADVERTISED_LISTENERS
exec /etc/kafka/docker/run
"""

SETTINGS = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "BROKER",
    "KAFKA_LISTENERS": f"CLIENTS://:{CLIENT_PORT},CONTROLLER://localhost:9093,BROKER://localhost:9094",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": (
        "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT,BROKER:PLAINTEXT"
    ),
    "KAFKA_LOG_DIRS": "/tmp/kafka-logs",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "8",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS": "8",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
    "KAFKA_HEAP_OPTS": "-Xmx320m",
}


class KafkaContainer(DockerContainer):
    """One node, broker and controller in one, without persistence."""

    def __init__(self, image: str) -> None:
        super().__init__(image)
        self.with_exposed_ports(CLIENT_PORT)
        self.with_envs(**SETTINGS)
        self.with_command(["sh", "-c", START])

    @property
    def bootstrap(self) -> str:
        """Where clients of this machine reach the broker, as `host:port`."""
        return f"{self.get_container_host_ip()}:{self.get_exposed_port(CLIENT_PORT)}"

    def start(self) -> Self:
        """Start the container, tell the broker its address, and wait until it answers there.

        Raises:
            TimeoutError: the broker does not answer in time; carries the end of its log.
        """
        super().start()
        self.copy_into_container(self.bootstrap.encode(), ADDRESS_FILE)
        self._wait_for_answer(time.monotonic() + START_SECONDS)
        return self

    def _wait_for_answer(self, deadline: float) -> None:
        client = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        while True:
            try:
                client.list_topics(timeout=1)
            except KafkaException:
                ended = self.get_wrapped_container().status in {"exited", "dead"}
                if ended or time.monotonic() > deadline:
                    out, err = self.get_logs()
                    log = (out + err).decode(errors="replace")[-3000:]
                    msg = f"the broker in {self.image} does not answer at {self.bootstrap}:\n{log}"
                    raise TimeoutError(msg) from None
                self.reload()
            else:
                return


def reap_if_possible(engine: Engine) -> None:
    """Have containers that a killed run leaves removed, where testcontainers' helper can be had."""
    config = testcontainers_config
    if not config.ryuk_disabled and not engine.ensure(config.ryuk_image, seconds=20):
        config.ryuk_disabled = True
