"""The queries of what people do with what came in: one row at a time, and in pages."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.placing import Action
from services.intake.store import Received, received_of
from services.intake.tables import contacts, handlings, received
from shared.contract.contacts import ContactReceived
from shared.database import among, insert_rows, locked
from shared.errors import RuleViolation


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """One thing that a person did with something that came in; it is never changed.

    Attributes:
        sequence: The sequence that what came in has since then.
        body: To whom it was passed on.
    """

    received_id: str
    sequence: int
    action: Action
    by: str
    at: datetime
    case_id: str | None = None
    client_id: str | None = None
    body: str | None = None
    reason: str = ""


async def lock_received(connection: AsyncConnection, received_id: str) -> Received | None:
    """Something that came in, locked until the end of the transaction."""
    query = locked(select(received).where(received.c.received_id == received_id))
    row = (await connection.execute(query)).one_or_none()
    return received_of(row) if row else None


async def lock_contact(connection: AsyncConnection, contact_id: str) -> Received | None:
    """What a contact came in with, not its later copies; locked."""
    query = select(received).where(
        received.c.contact_id == contact_id, received.c.duplicate_of.is_(None)
    )
    row = (await connection.execute(locked(query))).one_or_none()
    return received_of(row) if row else None


async def contact_of(connection: AsyncConnection, contact_id: str) -> ContactReceived:
    """A contact as it waits, or as it was published."""
    query = select(contacts.c.body).where(contacts.c.contact_id == contact_id)
    return ContactReceived.model_validate_json((await connection.execute(query)).scalar_one())


async def replace_contact(connection: AsyncConnection, contact: ContactReceived) -> None:
    """Keep a contact as it is published now."""
    await connection.execute(
        update(contacts)
        .where(contacts.c.contact_id == contact.contact_id)
        .values(client_id=contact.client_id, body=contact.model_dump_json(exclude_none=True))
    )


async def save_handling(connection: AsyncConnection, changed: Received, handling: Handling) -> None:
    """Write down what a person did, and what came in as it is since then."""
    await connection.execute(
        update(received)
        .where(received.c.received_id == changed.received_id)
        .values(verdict=changed.verdict, case_id=changed.case_id, sequence=changed.sequence)
    )
    await insert_rows(connection, handlings, [asdict(handling)])


async def handlings_of(
    connection: AsyncConnection, received_ids: Collection[str]
) -> dict[str, list[Handling]]:
    """What people did with each of these, in order."""
    if not received_ids:
        return {}
    query = (
        select(handlings)
        .where(among(connection, handlings.c.received_id, received_ids))
        .order_by(handlings.c.received_id, handlings.c.sequence)
    )
    found: dict[str, list[Handling]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.received_id, []).append(_handling(row))
    return found


def _handling(row: Row[Any]) -> Handling:
    values = {column.name: getattr(row, column.name) for column in handlings.columns}
    return Handling(**{**values, "action": Action(row.action)})


async def page(
    connection: AsyncConnection, verdict: str, *, after: str | None, limit: int
) -> list[Received]:
    """What has a verdict, oldest first.

    Args:
        connection: For reading.
        verdict: Which.
        after: The last received id of the page before.
        limit: At most so many.

    Raises:
        RuleViolation: Nothing with the id `after` ever came in.
    """
    columns = received.c
    query = (
        select(received)
        .where(columns.verdict == verdict)
        .order_by(columns.received_at, columns.received_id)
        .limit(limit)
    )
    if after is not None:
        at = select(columns.received_at).where(columns.received_id == after)
        instant = (await connection.execute(at)).scalar_one_or_none()
        if instant is None:
            raise RuleViolation("unknown_page", "nothing that came in has the id in `after`")
        query = query.where(
            or_(
                columns.received_at > instant,
                and_(columns.received_at == instant, columns.received_id > after),
            )
        )
    return [received_of(row) for row in await connection.execute(query)]


async def contacts_of(
    connection: AsyncConnection, rows: Sequence[Received]
) -> dict[str, ContactReceived]:
    """The contacts of what came in, by contact id."""
    ids = [row.contact_id for row in rows if row.contact_id]
    if not ids:
        return {}
    query = select(contacts).where(among(connection, contacts.c.contact_id, ids))
    return {
        row.contact_id: ContactReceived.model_validate_json(row.body)
        for row in await connection.execute(query)
    }
