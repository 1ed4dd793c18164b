"""The embedded broker: a real Kafka that survives kill -9 and says what is wrong."""

import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from deploy.local.errors import StartError
from deploy.local.kafka import EmbeddedKafka
from deploy.local.runtime import PROJECT
from tests.support.no_skips import missing


def create_topic(bootstrap: str, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(timeout=10)


def produce(bootstrap: str, topic: str, value: bytes) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all"})
    producer.produce(topic, value)
    assert producer.flush(10) == 0


def consume(bootstrap: str, topic: str, count: int) -> list[bytes]:
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "test", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([topic])
    try:
        messages = consumer.consume(count, timeout=20)
        return [message.value() for message in messages]
    finally:
        consumer.close()


def test_survives_kill_and_stop_on_the_same_port(own_kafka: Callable[[], EmbeddedKafka]) -> None:
    kafka = own_kafka()
    bootstrap = kafka.bootstrap
    create_topic(bootstrap, "claims")
    produce(bootstrap, "claims", b"before the kill")

    kafka.kill()
    assert not kafka.alive
    kafka.start()
    assert kafka.bootstrap == bootstrap
    produce(bootstrap, "claims", b"after the kill")

    kafka.stop()
    again = EmbeddedKafka(kafka.directory)
    again.start()
    try:
        assert again.bootstrap == bootstrap
        assert consume(bootstrap, "claims", 2) == [b"before the kill", b"after the kill"]
    finally:
        again.stop()


def test_creates_no_topic_by_itself(kafka: str) -> None:
    producer = Producer({"bootstrap.servers": kafka, "message.timeout.ms": 1000})
    failures = []
    producer.produce("a-typing-error", b"", on_delivery=lambda error, _: failures.append(error))
    producer.flush(10)
    assert failures
    assert failures[0] is not None


def test_listens_on_loopback_only_and_a_taken_port_is_named(
    own_kafka: Callable[[], EmbeddedKafka], tmp_path: Path
) -> None:
    port = int(own_kafka().bootstrap.rsplit(":")[-1])
    listening = subprocess.run(
        [sys.executable, "-c", LISTENING, str(port)], capture_output=True, text=True, check=True
    )
    assert listening.stdout.split() == ["127.0.0.1"]
    second = EmbeddedKafka(tmp_path / "second", port)
    with pytest.raises(StartError, match=f"port {port} is taken"):
        second.start()
    assert not second.alive


LISTENING = """
import sys, psutil
for connection in psutil.net_connections("inet"):
    if connection.status == "LISTEN" and connection.laddr.port == int(sys.argv[1]):
        print(connection.laddr.ip.removeprefix("::ffff:"))
"""


def test_a_broken_folder_is_explained_with_the_end_of_the_log(tmp_path: Path) -> None:
    kafka = EmbeddedKafka(tmp_path / "kafka")
    data = tmp_path / "kafka" / "data"
    data.mkdir(parents=True)
    (data / "meta.properties").write_text("version=1\n")
    with pytest.raises(StartError, match=r"stopped while starting(.|\n)*meta\.properties"):
        kafka.start()
    assert not kafka.alive


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    namespace = ["unshare", "--map-root-user", "--mount"]
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=60m", "tiny", str(disk)]
    if subprocess.run([*namespace, *mount], capture_output=True, check=False).returncode != 0:
        missing("this machine lets nobody mount a small disk")
    script = f"{' '.join(mount)} && {sys.executable} -c '{FILL}' {disk}"
    filled = subprocess.run(
        [*namespace, "sh", "-c", script],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "The disk is full: free some space" in filled.stdout, filled


FILL = """
import sys
from pathlib import Path
from deploy.local.errors import StartError
from deploy.local.kafka import EmbeddedKafka
from tests.integration.test_local_kafka import create_topic, fill
kafka = EmbeddedKafka(Path(sys.argv[1]) / "kafka")
kafka.start()
create_topic(kafka.bootstrap, "big")
fill(kafka)
try:
    kafka.start()
except StartError as problem:
    print(problem)
finally:
    kafka.kill()
""".replace("'", '"')


def fill(kafka: EmbeddedKafka) -> None:
    """Write until the broker gives up."""
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "message.timeout.ms": 2000})
    while kafka.alive:
        with contextlib.suppress(BufferError, KafkaException):
            producer.produce("big", bytes(500_000))
        producer.poll(0.01)
