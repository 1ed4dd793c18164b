"""The escalation service on a test's own broker, with short clocks; the test plays review."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import yaml
from confluent_kafka import Consumer, Producer, TopicPartition

from claimsdesk.policies import send_events
from deploy.local.keys import SigningKey
from deploy.local.ports import free_port
from shared.contract.base import Body
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.catalogue import CLOCKS
from shared.contract.contacts import Channel
from shared.contract.facts import Fact, Opened
from shared.contract.people import PersonChanged, TeamChanged
from shared.messaging.envelope import Event, decode, encode
from shared.programmes.loading import SHIPPED

OPENED = Opened(contact_id="contact")


def clock(kind: str, target: str, warn_before: str, **moves: list[str]) -> dict[str, object]:
    return {
        "kind": kind,
        "target": target,
        "warn_before": warn_before,
        "starts": ["opened"],
        **moves,
    }


def write_rules(folder: Path, clocks: Sequence[dict[str, object]]) -> dict[str, Path]:
    """Programmes with these clocks, for a desk that is always open: the settings that say so."""
    folder.mkdir()
    desk = yaml.safe_load((SHIPPED / "desk.yaml").read_text(encoding="utf-8"))
    desk["clocks"] = [
        {"names": {"de": clock["kind"], "en": clock["kind"]}} | clock for clock in clocks
    ]
    (folder / "desk.yaml").write_text(yaml.safe_dump(desk), encoding="utf-8")
    household = yaml.safe_load((SHIPPED / "household.yaml").read_text(encoding="utf-8"))
    for version in household["versions"]:
        del version["clocks"]
    (folder / "household.yaml").write_text(yaml.safe_dump(household), encoding="utf-8")
    calendar = folder / "calendar.yml"
    calendar.write_text("zone: Europe/Berlin\nhours: 24/7\n", encoding="utf-8")
    return {"programmes_dir": folder, "calendar_file": calendar}


def case_file(
    case_id: str,
    sequence: int,
    *facts: Fact,
    state: CaseState = CaseState.WAITING_FOR_PERSON,
    at: datetime | None = None,
    **fields: object,
) -> CaseFileUpdated:
    at = at or datetime.now(UTC)
    return CaseFileUpdated(
        case_id=case_id,
        sequence=sequence,
        kind=CaseKind.CLAIM,
        state=state,
        opened_at=at,
        updated_at=at,
        channel=Channel.EMAIL,
        facts=facts,
        **fields,
    )


def event_of(body: CaseFileUpdated) -> Event:
    """The event as a handler gets it."""
    record = encode(body, source="review", cause=str(body.sequence), at=body.updated_at)
    return decode(record.key, record.value, record.headers)


def send_people(bootstrap: str, changed: Iterable[PersonChanged | TeamChanged]) -> None:
    """Publish people and teams, as `claimsdesk people import` does."""
    events = [(body, str(body.revision)) for body in changed]
    send_events(events, source="people-administration", bootstrap=bootstrap)


def send(bootstrap: str, files: Iterable[CaseFileUpdated]) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    for body in files:
        record = encode(body, source="review", cause=str(body.sequence), at=body.updated_at)
        producer.produce(
            record.topic, key=record.key, value=record.value, headers=list(record.headers)
        )
    assert producer.flush(20) == 0


class Published:
    """What escalation has published, per case in order; read on with every look at it."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = Consumer(
            {"bootstrap.servers": bootstrap, "group.id": "reader", "log_level": 2}
        )
        self._consumer.assign(
            [TopicPartition(CLOCKS.name, partition, 0) for partition in range(CLOCKS.partitions)]
        )
        self._events: list[Event] = []

    @property
    def events(self) -> list[Event]:
        while records := self._consumer.consume(1000, 0.05):
            for record in records:
                assert record.error() is None
                self._events.append(decode(record.key(), record.value(), record.headers()))
        return self._events

    def of(self, case_id: str) -> list[Body]:
        return [event.body for event in self.events if event.key == case_id]

    def unique(self) -> dict[str, Event]:
        """By event id: a record that a killed worker published twice is recognised by it."""
        return {event.event_id: event for event in self.events}

    def close(self) -> None:
        self._consumer.close()


class Escalation:
    """A running escalation service, and its HTTP side."""

    def __init__(
        self,
        folder: Path,
        bootstrap: str,
        database_url: str,
        rules: dict[str, Path],
        batch: int,
        **settings: str,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._key = SigningKey(folder)
        self._port = free_port()
        self._log = (folder / f"escalation-{self._port}.log").open("wb")
        self._environment = os.environ | {
            "CLAIMSDESK_KAFKA": bootstrap,
            "CLAIMSDESK_DATABASE_URL": database_url,
            "CLAIMSDESK_HTTP_PORT": str(self._port),
            "CLAIMSDESK_JWKS_FILE": str(self._key.jwks_file),
            "CLAIMSDESK_DOCUMENTS_DIR": str(folder),
            "CLAIMSDESK_PROGRAMMES_DIR": str(rules["programmes_dir"]),
            "CLAIMSDESK_CALENDAR_FILE": str(rules["calendar_file"]),
            "CLAIMSDESK_BATCH_RECORDS": str(batch),
            **{f"CLAIMSDESK_{name}".upper(): value for name, value in settings.items()},
        }
        self._process = self._start()

    def _start(self) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "services.escalation"],
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def call(
        self, method: str, path: str, *, by: str = "", role: str = "", **options: object
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._key.token(by, by, [role])}"} if by else {}
        url = f"http://127.0.0.1:{self._port}{path}"
        return httpx.request(method, url, headers=headers, timeout=10, **options)

    def wait_until(self, path: str, seconds: float = 30) -> None:
        """Wait until `/healthz` or `/readyz` says yes."""
        end = time.monotonic() + seconds
        while True:
            assert self._process.poll() is None, "the service ended"
            assert time.monotonic() < end, f"{path} never said yes"
            try:
                if self.call("GET", path).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)

    def kill_and_restart(self) -> None:
        self._process.kill()
        self._process.wait(10)
        self._process = self._start()

    def stop(self) -> int:
        """Stop it in order; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(20)
        finally:
            self._process.kill()
            self._process.wait(10)
            self._log.close()
