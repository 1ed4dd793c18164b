"""Intake's queries; what it knows of other services' cases stands in `projection`."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.tables import (
    case_of_contact,
    contacts,
    documents,
    received,
    repeated_requests,
)
from services.intake.tables import metadata as metadata  # where migrations look for it
from shared.contract.contacts import ContactReceived
from shared.database import among, insert_rows

Verdict = Literal[
    "contact", "machine", "delivery_report", "duplicate", "unidentified", "discarded", "split"
]

_RECORDING_LOCK = 0x0C1A10


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One thing that came in, and what intake made of it; `verdict` None while it is examined.

    Attributes:
        place: Where a mail lay: UIDVALIDITY and UID, so that a mail seen again after a crash is
            told from one that was delivered twice.
        fingerprint: Of what the sender wrote, the same for every delivery of it.
        sequence: Grows with everything that a person does with it.
        part_of: The scan that this letter was one of several in.
    """

    received_id: str
    channel: str
    received_at: datetime
    verdict: Verdict | None = None
    reason: str | None = None
    contact_id: str | None = None
    case_id: str | None = None
    notice_id: str | None = None
    message_id: str | None = None
    fingerprint: str | None = None
    place: str | None = None
    duplicate_of: str | None = None
    document_id: str | None = None
    sender_name: str | None = None
    examine_until: datetime | None = None
    sequence: int = 1
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document's row: what the document endpoint answers with."""

    document_id: str
    received_id: str
    name: str
    media_type: str
    size: int
    sha256: str
    blocked: str | None = None


async def one_at_a_time(connection: AsyncConnection) -> None:
    """Let one transaction at a time record what came in, so that none misses another's rows."""
    if connection.dialect.name == "postgresql":
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _RECORDING_LOCK}
        )


async def save_received(connection: AsyncConnection, rows: Sequence[Received]) -> None:
    """Record what came in."""
    await insert_rows(connection, received, [asdict(row) for row in rows])


async def save_documents(connection: AsyncConnection, rows: Sequence[StoredDocument]) -> None:
    """Record which documents are stored; a file that is attached twice is one document."""
    await insert_rows(connection, documents, [asdict(row) for row in rows], ignore_conflicts=True)


async def save_contacts(connection: AsyncConnection, bodies: Sequence[ContactReceived]) -> None:
    """Keep contacts as they were published, or as they wait in the unidentified queue."""
    rows = [
        {
            "contact_id": body.contact_id,
            "client_id": body.client_id,
            "body": body.model_dump_json(exclude_none=True),
        }
        for body in bodies
    ]
    await insert_rows(connection, contacts, rows)


async def settle(
    connection: AsyncConnection,
    received_id: str,
    *,
    verdict: Verdict,
    reason: str | None,
    case_id: str | None,
) -> bool:
    """Give something that was being examined its verdict; False if it has one already."""
    result = await connection.execute(
        update(received)
        .where(received.c.received_id == received_id, received.c.verdict.is_(None))
        .values(verdict=verdict, reason=reason, case_id=case_id, sender_name=None)
    )
    return result.rowcount == 1


async def waiting_for_reference(connection: AsyncConnection) -> list[Received]:
    """Mails that refer to something not seen yet, oldest first."""
    return await _unsettled(connection, received.c.examine_until.is_not(None))


async def waiting_to_be_read(connection: AsyncConnection) -> list[Received]:
    """Letters, and mails with scans, oldest first."""
    return await _unsettled(connection, received.c.examine_until.is_(None))


async def hand_to_reading(connection: AsyncConnection, received_id: str) -> None:
    """Let a mail that waits for nothing any more be read."""
    await connection.execute(
        update(received).where(received.c.received_id == received_id).values(examine_until=None)
    )


async def _unsettled(
    connection: AsyncConnection, condition: ColumnElement[bool], limit: int = 20
) -> list[Received]:
    query = (
        select(received)
        .where(received.c.verdict.is_(None), condition)
        .order_by(received.c.received_at)
        .limit(limit)
    )
    return [received_of(row) for row in await connection.execute(query)]


async def received_before(
    connection: AsyncConnection, places: Collection[str], fingerprints: Collection[str]
) -> list[Received]:
    """Mails recorded earlier at these places or with these contents, oldest first."""
    if not places and not fingerprints:
        return []
    query = (
        select(received)
        .where(
            or_(
                among(connection, received.c.place, places),
                among(connection, received.c.fingerprint, fingerprints),
            )
        )
        .order_by(received.c.received_at)
    )
    return [received_of(row) for row in await connection.execute(query)]


async def list_received(
    connection: AsyncConnection,
    *,
    message_id: str | None = None,
    contact_id: str | None = None,
    case_id: str | None = None,
) -> list[Received]:
    """What came in with these ids, oldest first, at most 200; with a scan the letters in it."""
    query = select(received).order_by(received.c.received_at, received.c.received_id).limit(200)
    if contact_id is not None:
        scans = select(received.c.received_id).where(received.c.contact_id == contact_id)
        query = query.where(or_(received.c.contact_id == contact_id, received.c.part_of.in_(scans)))
    if message_id is not None:
        query = query.where(received.c.message_id == message_id)
    if case_id is not None:
        placed = select(case_of_contact.c.contact_id).where(case_of_contact.c.case_id == case_id)
        named = received.c.case_id == case_id
        query = query.where(or_(named, received.c.contact_id.in_(placed)))
    return [received_of(row) for row in await connection.execute(query)]


def received_of(row: Row[Any]) -> Received:
    """What a row of the table says."""
    values = {column.name: getattr(row, column.name) for column in received.columns}
    return Received(**values)


async def document(connection: AsyncConnection, document_id: str) -> StoredDocument | None:
    """A document's row."""
    query = select(documents).where(documents.c.document_id == document_id)
    row = (await connection.execute(query)).one_or_none()
    return _document(row) if row else None


async def documents_of(
    connection: AsyncConnection, received_ids: Collection[str]
) -> dict[str, list[StoredDocument]]:
    """The documents of what was received, by its id."""
    query = select(documents).where(among(connection, documents.c.received_id, received_ids))
    found: dict[str, list[StoredDocument]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.received_id, []).append(_document(row))
    return found


async def earlier_request(connection: AsyncConnection, request_key: str) -> tuple[str, str] | None:
    """Fingerprint and contact of an earlier request with the same idempotency key."""
    table = repeated_requests
    query = select(table.c.fingerprint, table.c.contact_id).where(
        table.c.request_key == request_key
    )
    row = (await connection.execute(query)).one_or_none()
    return (row.fingerprint, row.contact_id) if row else None


async def save_request(
    connection: AsyncConnection, request_key: str, fingerprint: str, contact_id: str, at: datetime
) -> None:
    """Remember a request, so that its repeat has the same answer."""
    await insert_rows(
        connection,
        repeated_requests,
        [
            {
                "request_key": request_key,
                "fingerprint": fingerprint,
                "contact_id": contact_id,
                "at": at,
            }
        ],
    )


def _document(row: Row[Any]) -> StoredDocument:
    return StoredDocument(
        **{column.name: getattr(row, column.name) for column in documents.columns}
    )
