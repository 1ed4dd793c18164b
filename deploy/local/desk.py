"""A whole desk on this machine: mail server, broker and services, in one folder.

```
with LocalDesk(Path("var")) as desk:      # start() … stop()
    desk.wait_ready()
    desk.urls["review"], desk.token("supervisor"), desk.bootstrap
```
"""

import contextlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local.console import LogFollower, Show
from deploy.local.desk_lock import DeskLock
from deploy.local.errors import StartError, disk_is_full
from deploy.local.kafka import EmbeddedKafka
from deploy.local.keys import LIFETIME, PEOPLE, SigningKey, write_tokens
from deploy.local.mail import DESK_ADDRESS, MailServer
from deploy.local.ports import LOOPBACK, PortBook
from deploy.local.readiness import wait_ready
from deploy.local.runtime import PROJECT, Progress, quiet
from deploy.local.services import SERVICES, DatabaseUrl, Service, Surroundings
from deploy.local.supervision import BROKER, MAIL, Program, Supervisor

READY_TIMEOUT_S = 60
KAFKA, MAIL_SERVER = "kafka", "mail"

Say = Callable[[str], None]


def _say_nothing(text: str) -> None:
    """Say nothing."""


class LocalDesk:
    """A desk with its own broker and mail server; a second start goes on where it stopped.

    Args:
        directory: holds all its state; `var` for `make run`, a temporary one for a demo.
        services: which services to run.
        database_url_for: gives a service's SQLAlchemy URL; SQLite in `directory` by default.
        prepare: called with Kafka's `host:port` when the topics are there, before the services
            start; for reference data that they should find.
        progress: told about jars while they are being fetched.
        say: told in words what happens.
        show: given every log line of every process, with the process's name.
        environ: where ports may be set (`CLAIMSDESK_REVIEW_PORT` …); nowhere by default.
        settings: further `CLAIMSDESK_…` variables for all services, such as other programmes.
    """

    def __init__(
        self,
        directory: Path,
        *,
        services: Sequence[Service] = SERVICES,
        database_url_for: DatabaseUrl | None = None,
        prepare: Callable[[str], None] | None = None,
        progress: Progress = quiet,
        say: Say = _say_nothing,
        show: Show | None = None,
        environ: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory.resolve()
        self.services = tuple(services)
        self._database_url_for = database_url_for
        self._prepare = prepare
        self._progress = progress
        self._say = say
        self._show = show
        self._environ = environ or {}
        self._settings = settings or {}
        self._lock = DeskLock(self.directory)
        self._supervisor = Supervisor(self.directory, PROJECT)
        self._follower: LogFollower | None = None
        self._ports: dict[str, int] = {}

    def start(self) -> None:
        """Start everything; `wait_ready()` says when it is ready for contacts.

        Raises:
            AlreadyRunningError: a desk runs on this folder.
            PreflightError: a port that the person set is taken.
            FetchError: something could not be fetched.
            StartError: the mail server or the broker did not come up.
        """
        self._lock.acquire()
        try:
            self._choose_ports()
            self._key = SigningKey(self.directory / "keys")
            self.tokens = write_tokens(self._key, self.directory / "tokens")
            self._mail = MailServer(
                self.directory / "mail",
                self._ports["smtp"],
                self._ports["imap"],
                self._ports["mail_api"],
                log=self.log(MAIL_SERVER),
                progress=self._progress,
            )
            self._kafka = EmbeddedKafka(
                self.directory / "kafka",
                self._ports["kafka"],
                log=self.log(KAFKA),
                progress=self._progress,
            )
            programs = self._programs()
            self._follow([program.name for program in programs])
            self._supervisor.start(programs, keep_open=[self._lock.fileno()])
            self._start_ground()
            self._start_services()
            self._describe()
        except BaseException:
            self.stop()
            raise

    def wait_ready(self, timeout: float = READY_TIMEOUT_S) -> None:
        """Wait until every service answers 200 on `/readyz`.

        Raises:
            StartError: a service died again and again, or is not ready within `timeout`
                seconds; names it and shows the end of its log.
        """
        wait_ready(self.urls, self._supervisor, timeout=timeout, say=self._say)

    def check(self) -> None:
        """Look after the processes.

        Raises:
            StartError: one of them died so often that it was given up, or because the disk is
                full, or the supervisor is gone; names it and shows the end of its log.
        """
        for name in self._names():
            if not self._supervisor.alive:
                msg = "The supervisor is gone, and all processes of the desk with it."
                raise StartError(msg)
            if self._is_lost(name):
                raise StartError(self._supervisor.explain(name, "keeps stopping and is given up"))

    def stop(self) -> None:
        """Stop everything in order: services, mail server (its mails are kept), broker."""
        try:
            if self._supervisor.alive:
                with contextlib.suppress(OSError):
                    self._supervisor.stop_all(service.name for service in self.services)
                    self._mail.save_quietly()
                    self._supervisor.stop_all([MAIL_SERVER, KAFKA])
                self._supervisor.stop()
        finally:
            self._let_go()

    def kill(self) -> None:
        """End everything with SIGKILL, as a power cut would."""
        self._supervisor.kill()
        self._let_go()

    def stop_process(self, name: str) -> None:
        """Stop `kafka`, `mail` or a service in order, and leave it stopped."""
        self._supervisor.stop_program(name)

    def start_process(self, name: str) -> None:
        """Start a process again that was stopped; returns before it is ready."""
        self._supervisor.start_program(name)

    def kill_process(self, name: str) -> None:
        """Kill a process with SIGKILL; the supervisor starts it again."""
        self._supervisor.signal_program(name, "KILL")

    def pid(self, name: str) -> int:
        """Return the id of a process, 0 while it does not run."""
        return self._supervisor.status(name).pid

    def log(self, name: str) -> Path:
        """Return the log of a process."""
        return self._supervisor.log(name)

    def token(self, who: str, lifetime: timedelta = LIFETIME) -> str:
        """Return a token of a person of the desk, by subject (`rita`) or role (`supervisor`)."""
        for person in PEOPLE:
            if who in (person.subject, person.role):
                return self._key.token(person.subject, person.name, [person.role], lifetime)
        msg = f"nobody at the local desk is {who!r}"
        raise KeyError(msg)

    @property
    def urls(self) -> dict[str, str]:
        """The base URL of each service."""
        return {
            service.name: f"http://{LOOPBACK}:{self._ports[service.name]}"
            for service in self.services
        }

    @property
    def bootstrap(self) -> str:
        """Kafka's `host:port`."""
        return self._kafka.bootstrap

    @property
    def smtp(self) -> tuple[str, int]:
        """Host and port that take mail, for the desk and for its clients."""
        return self._mail.host, self._mail.smtp_port

    @property
    def imap(self) -> tuple[str, int]:
        """Host and port of everybody's mailboxes."""
        return self._mail.host, self._mail.imap_port

    @property
    def mail(self) -> MailServer:
        """The mail server, to look into mailboxes."""
        return self._mail

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _choose_ports(self) -> None:
        book = PortBook(self.directory / "ports.json", say=self._say, environ=self._environ)
        names = ["kafka", "smtp", "imap", "mail_api", *(service.name for service in self.services)]
        self._ports = {name: book.port(name) for name in names}

    def _programs(self) -> list[Program]:
        ground = [
            Program(KAFKA, self._kafka.prepare(), BROKER, stop_s=10),
            Program(MAIL_SERVER, self._mail.prepare(), MAIL, stop_s=5),
        ]
        surroundings = Surroundings(
            self.directory,
            self._kafka.bootstrap,
            self._mail.smtp_port,
            self._mail.imap_port,
            self._key.jwks_file,
            self._database_url_for,
            self._settings,
        )
        return ground + [
            surroundings.program(service, self._ports[service.name]) for service in self.services
        ]

    def _start_ground(self) -> None:
        self._say("starting the mail server and Apache Kafka …")
        for name in (KAFKA, MAIL_SERVER):
            self._supervisor.start_program(name)
        with ThreadPoolExecutor(2) as pool:
            apply_topics = pool.submit(_topics_command)
            mail = pool.submit(self._mail.wait_ready, alive=lambda: self._runs(MAIL_SERVER))
            self._kafka.wait_ready(alive=lambda: self._runs(KAFKA))
            mail.result()
            self._say("applying the topics …")
            apply_topics.result()(self.bootstrap)
        if self._prepare is not None:
            self._prepare(self.bootstrap)

    def _start_services(self) -> None:
        self._say("starting the services …")
        for service in self.services:
            self._supervisor.start_program(service.name)

    def _runs(self, name: str) -> bool:
        return self._supervisor.alive and not self._is_lost(name)

    def _is_lost(self, name: str) -> bool:
        state = self._supervisor.status(name).state
        return state == "FATAL" or (state == "BACKOFF" and disk_is_full(self.log(name)))

    def _names(self) -> list[str]:
        return [KAFKA, MAIL_SERVER, *(service.name for service in self.services)]

    def _follow(self, names: Sequence[str]) -> None:
        if self._show is not None:
            logs = {name: self._supervisor.log(name) for name in names}
            self._follower = LogFollower(logs, self._show)
            self._follower.start()

    def _describe(self) -> None:
        description = {
            "pid": os.getpid(),
            "urls": self.urls,
            "kafka": self.bootstrap,
            "smtp": "{}:{}".format(*self.smtp),
            "imap": "{}:{}".format(*self.imap),
            "desk_address": DESK_ADDRESS,
            "tokens": {who: str(file) for who, file in self.tokens.items()},
            "keys": str(self.directory / "keys"),
            "documents": str(self.directory / "documents"),
            "spool": str(self.directory / "spool"),
        }
        text = json.dumps(description, indent=2) + "\n"
        (self.directory / "desk.json").write_text(text, encoding="utf-8")

    def _let_go(self) -> None:
        if self._follower is not None:
            self._follower.stop()
            self._follower = None
        with contextlib.suppress(FileNotFoundError):
            (self.directory / "desk.json").unlink()
        self._lock.release()


def _topics_command() -> Callable[[str], object]:
    # Imported beside Kafka's start, which it would otherwise delay.
    from claimsdesk.topics import apply_topics

    return apply_topics
