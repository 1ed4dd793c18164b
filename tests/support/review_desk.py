"""The review service on a test's own broker; the test plays intake and policy administration."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from confluent_kafka import Producer

from shared.contract.base import Body
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
from tests.support.service_program import ServiceProgram


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


def a_request(number: int, intent: Intent, **changes: object) -> ContactReceived:
    """A mail that asks for something else than money."""
    return a_claim(number, claim=None, documents=(), intent=intent, **changes)


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


def review_program(
    folder: Path, bootstrap: str, database_url: str, **settings: object
) -> ServiceProgram:
    """A running review service."""
    return ServiceProgram("review", folder, kafka=bootstrap, database_url=database_url, **settings)
