"""The review service on a test's own broker; the test plays intake and policy administration."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
from confluent_kafka import Consumer, Producer, TopicPartition

from deploy.local.keys import SigningKey
from deploy.local.ports import free_port
from shared.contract.base import Body
from shared.contract.catalogue import Topic
from shared.contract.contacts import (
    Channel,
    ClaimDetails,
    ClaimLine,
    ContactReceived,
    ContactText,
    Document,
    DocumentKind,
    Intent,
    Language,
    Sender,
)
from shared.contract.reference import ClientChanged, PolicyChanged, PolicyVersion
from shared.messaging.envelope import Event, decode, encode


def policy_number(number: int) -> str:
    return f"HH-2024-{number:06d}"


def client_id(number: int) -> str:
    return f"K-{number}"


def a_client(number: int) -> ClientChanged:
    return ClientChanged(
        client_id=client_id(number),
        name=f"Client {number}",
        language=Language.ENGLISH,
        emails=(f"client{number}@example.org",),
        email_consent=True,
        revision=1,
    )


def a_policy(number: int) -> PolicyChanged:
    return PolicyChanged(
        policy_number=policy_number(number),
        programme="household",
        holder_client_id=client_id(number),
        versions=(PolicyVersion(valid_from=date(2024, 1, 1)),),
        first_premium_paid_on=date(2024, 1, 1),
        revision=1,
    )


def a_claim(number: int, name: str = "", **changes: object) -> ContactReceived:
    """The mail of a client, approved straight through once their policy is known."""
    now = datetime.now(UTC)
    fields: dict[str, object] = {
        "contact_id": f"contact-{number}{name}",
        "channel": Channel.EMAIL,
        "received_at": now,
        "language": Language.ENGLISH,
        "intent": Intent.CLAIM,
        "client_id": client_id(number),
        "sender": Sender(address=f"client{number}@example.org", authenticated=True),
        "words": ContactText(subject="Broken window", text="My window was broken."),
        "claim": ClaimDetails(
            policy_number=policy_number(number),
            date_of_loss=now.date() - timedelta(days=4),
            description="window broken by hail",
            lines=(
                ClaimLine(line_id=1, description="pane", benefit="glass", amount=Decimal("180.00")),
            ),
        ),
        "documents": (
            Document(
                document_id=f"invoice-{number}{name}",
                kind=DocumentKind.INVOICE,
                media_type="application/pdf",
                size=1,
                sha256="0" * 64,
            ),
        ),
        **changes,
    }
    return ContactReceived.model_validate(fields)


def event_of(body: Body, source: str = "intake") -> Event:
    """The event as a handler gets it."""
    record = encode(body, source=source, cause="1", at=datetime.now(UTC))
    return decode(record.key, record.value, record.headers)


def send(bootstrap: str, bodies: Iterable[Body]) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    for body in bodies:
        record = encode(body, source="test", cause="1", at=datetime.now(UTC))
        producer.produce(
            record.topic, key=record.key, value=record.value, headers=list(record.headers)
        )
    assert producer.flush(20) == 0


class Published:
    """What review has published on a topic; read on with every look at it."""

    def __init__(self, bootstrap: str, topic: Topic) -> None:
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader"})
        self._consumer.assign([TopicPartition(topic.name, p, 0) for p in range(topic.partitions)])
        self._events: dict[str, Event] = {}

    @property
    def events(self) -> list[Event]:
        """Each event once: a record that a killed worker published twice has the same id."""
        while records := self._consumer.consume(1000, 0.05):
            for record in records:
                assert record.error() is None
                event = decode(record.key(), record.value(), record.headers())
                self._events.setdefault(event.event_id, event)
        return list(self._events.values())

    def close(self) -> None:
        self._consumer.close()


class ReviewProcess:
    """A running review service, and its HTTP side."""

    def __init__(self, folder: Path, bootstrap: str, database_url: str, **settings: object) -> None:
        folder.mkdir(parents=True)
        self._key = SigningKey(folder)
        self._port = free_port()
        self._log = (folder / "review.log").open("wb")
        self._environment = os.environ | {
            "CLAIMSDESK_KAFKA": bootstrap,
            "CLAIMSDESK_DATABASE_URL": database_url,
            "CLAIMSDESK_HTTP_PORT": str(self._port),
            "CLAIMSDESK_JWKS_FILE": str(self._key.jwks_file),
            "CLAIMSDESK_DOCUMENTS_DIR": str(folder),
            **{f"CLAIMSDESK_{name.upper()}": str(value) for name, value in settings.items()},
        }
        self._process = self._start()

    def _start(self) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "services.review"],
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def call(self, method: str, path: str, role: str = "", **options: object) -> httpx.Response:
        token = self._key.token("rita", "Rita", [role]) if role else ""
        headers = {"Authorization": f"Bearer {token}"} if role else {}
        url = f"http://127.0.0.1:{self._port}{path}"
        return httpx.request(method, url, headers=headers, timeout=10, **options)

    def wait_until_ready(self, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while True:
            assert self._process.poll() is None, "the service ended"
            assert time.monotonic() < end, "never ready"
            try:
                if self.call("GET", "/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)

    def kill_and_restart(self) -> None:
        self._process.kill()
        self._process.wait(10)
        self._process = self._start()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(10)
        self._log.close()
