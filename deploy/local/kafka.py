"""A real Apache Kafka broker of our own: one node in KRaft mode, on loopback only."""

import json
import shutil
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.local.errors import StartError
from deploy.local.jvm import java_command
from deploy.local.ports import LOOPBACK, free_port, is_free
from deploy.local.process import LeashedProcess, explain, listens, start_and_wait, wait_until
from deploy.local.runtime import Progress, class_path, quiet

HEAP_MB = 256
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 10
ANY_GROUP = "claimsdesk-probe"

SETTINGS = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers={host}:{controller_port}
log.dirs={data}

# Topics are created by `claimsdesk topics apply`, never by a typing error.
auto.create.topics.enable=false

# One node: one replica of everything, and few partitions of Kafka's own topics.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1

# Consumers of a desk start together; there is no fleet to wait for.
group.initial.rebalance.delay.ms=0

# A broker that was killed and started again is the same broker: it need not wait for its
# former self to be given up, and there is nobody to hand its partitions to when it stops.
broker.heartbeat.interval.ms=300
broker.session.timeout.ms=4000
controlled.shutdown.enable=true

# Small: the defaults take more memory than the heap has.
log.cleaner.dedupe.buffer.size=16777216
log.segment.bytes=134217728
log.index.size.max.bytes=2097152
num.network.threads=2
num.io.threads=4
background.threads=2
"""


class EmbeddedKafka:
    """Apache Kafka on the Java runtime of a wheel, with its data in one folder.

    Its data survive a `stop()` as well as a `kill()`; the ports of the first start are kept.

    Args:
        directory: the broker's own folder: configuration, data and log.
        port: the port to serve on; by default the one of the last start, or a free one.
        log: where its output goes; a file in `directory` by default.
        progress: told about the jars while they are being fetched.
    """

    def __init__(
        self,
        directory: Path,
        port: int | None = None,
        *,
        log: Path | None = None,
        progress: Progress = quiet,
    ) -> None:
        self.directory = directory.resolve()
        self.log = (log or self.directory / "kafka.log").resolve()
        self._progress = progress
        self._port, self._controller_port = self._choose_ports(port)
        self._process: LeashedProcess | None = None

    @property
    def bootstrap(self) -> str:
        """Where clients connect, as `host:port`."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def alive(self) -> bool:
        """Whether the process that `start()` started still runs."""
        return self._process is not None and self._process.alive

    def prepare(self) -> list[str]:
        """Write the configuration, format the data folder once, and return the command line.

        For whoever runs the process itself, as the supervisor does.

        Raises:
            FetchError: Kafka could not be fetched.
            StartError: the folder could not be formatted.
        """
        jars = class_path("kafka", progress=self._progress)
        self.directory.mkdir(parents=True, exist_ok=True)
        settings = self.directory / "server.properties"
        settings.write_text(
            SETTINGS.format(
                host=LOOPBACK,
                port=self._port,
                controller_port=self._controller_port,
                data=self._data,
            ),
            encoding="utf-8",
        )
        ports = {"port": self._port, "controller_port": self._controller_port}
        self._port_file.write_text(json.dumps(ports), encoding="utf-8")
        if not self._formatted.exists():
            self._format(jars, settings)
        return [*java_command("kafka.Kafka", jars, heap_mb=HEAP_MB), str(settings)]

    def start(self) -> None:
        """Start the broker and wait until it answers.

        Raises:
            FetchError: Kafka could not be fetched.
            StartError: the port is taken, or the broker did not come up; says why.
        """
        if self.alive:
            return
        self._process = start_and_wait(
            "Kafka",
            self.prepare,
            self.log,
            ports=[self._port],
            wait_ready=lambda alive: self.wait_ready(alive=alive),
        )

    def wait_ready(
        self, *, alive: Callable[[], bool] = lambda: True, timeout: float = START_TIMEOUT_S
    ) -> None:
        """Wait until the broker answers a client.

        Raises:
            StartError: it ended or did not answer within `timeout` seconds.
        """
        wait_until(
            lambda: listens(self._port) and self.answers(),
            name="Kafka",
            log=self.log,
            alive=alive,
            timeout=timeout,
        )

    def answers(self) -> bool:
        """Say whether clients are served: a broker is listed, and coordinates groups.

        Asking for a group creates Kafka's topic of groups, for which the first consumers would
        otherwise wait.
        """
        client = AdminClient(
            {
                "bootstrap.servers": self.bootstrap,
                "log_level": 0,
                "reconnect.backoff.ms": 20,
                "reconnect.backoff.max.ms": 100,
            }
        )
        try:
            if not client.list_topics(timeout=1).brokers:
                return False
            client.describe_consumer_groups([ANY_GROUP], request_timeout=2)[ANY_GROUP].result()
        except KafkaException:
            return False
        return True

    def stop(self) -> None:
        """Stop the broker in order; a few seconds at most, then it is killed."""
        if self._process is not None:
            self._process.stop(STOP_TIMEOUT_S)
            self._process = None

    def kill(self) -> None:
        """End the broker with SIGKILL; nothing is flushed or said good-bye to."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    @property
    def _formatted(self) -> Path:
        return self._data / "meta.properties"

    @property
    def _port_file(self) -> Path:
        return self.directory / "ports.json"

    def _choose_ports(self, port: int | None) -> tuple[int, int]:
        try:
            known = json.loads(self._port_file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            known = {}
        chosen = port or known.get("port") or free_port()
        controller = known.get("controller_port")
        if controller is None or not is_free(controller):
            controller = free_port()
        return chosen, controller

    def _format(self, jars: list[Path], settings: Path) -> None:
        # What an interrupted format left behind is no data yet.
        shutil.rmtree(self._data, ignore_errors=True)
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = java_command("kafka.tools.StorageTool", jars, heap_mb=64)
        # One word: an id may begin with a hyphen, and would be taken for an option.
        command = [
            *tool,
            *("format", "--standalone", f"--cluster-id={cluster}", "--config", str(settings)),
        ]
        output = subprocess.PIPE
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self.log.write_bytes(done.stdout)
            raise StartError(explain("Kafka", "could not format its folder", self.log))
