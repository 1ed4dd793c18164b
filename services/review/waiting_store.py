"""Queries about contacts that came before the policy or the client that they are about.

They are reviewed in the order of their numbers, of one case only the first; a number is locked
before anything else that its contact touches.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.review.tables import clients, policies
from services.review.tables import waiting_contacts as waiting
from shared.contract.contacts import ContactReceived
from shared.database import among, insert_rows, locked


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a contact names and nobody told us of yet; nothing if it only waits behind another.

    Attributes:
        policy_number: A policy, or one whose holder is not known yet.
        client_id: Who wrote, as intake knows them.
    """

    policy_number: str | None = None
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingContact:
    """A contact that waits, and the event that brought it."""

    contact: ContactReceived
    event_id: str
    source: str


async def keep(
    connection: AsyncConnection,
    contacts: Sequence[WaitingContact],
    unknown: Mapping[str, Unknown],
    until: datetime,
) -> None:
    """Let contacts wait for what they name."""
    rows = [
        {
            "contact_id": each.contact.contact_id,
            "case_id": each.contact.case_id,
            "policy_number": unknown[each.contact.contact_id].policy_number,
            "client_id": unknown[each.contact.contact_id].client_id,
            "until": until,
            "event_id": each.event_id,
            "source": each.source,
            "body": each.contact.model_dump_json(exclude_none=True),
        }
        for each in contacts
    ]
    await insert_rows(connection, waiting, rows)


async def cases_waited_for(connection: AsyncConnection, case_ids: Collection[str]) -> set[str]:
    """Those of the cases for which a contact waits."""
    if not case_ids:
        return set()
    query = select(waiting.c.case_id).where(among(connection, waiting.c.case_id, case_ids))
    return set((await connection.execute(query)).scalars())


async def waits(connection: AsyncConnection, contact_id: str) -> bool:
    """Does this contact wait?"""
    query = select(exists().where(waiting.c.contact_id == contact_id))
    return bool((await connection.execute(query)).scalar())


async def anybody_waits(connection: AsyncConnection) -> bool:
    """Does any contact wait?"""
    return bool((await connection.execute(select(exists(select(waiting.c.number))))).scalar())


async def next_numbers(
    connection: AsyncConnection, expired_at: datetime | None, limit: int
) -> list[int]:
    """The numbers of the next contacts to review, in order.

    Args:
        connection: To look with.
        expired_at: Those whose time was over then; None for those whose policy and client came.
        limit: Of so many at most.
    """
    over = _everything_came() if expired_at is None else waiting.c.until <= expired_at
    query = select(waiting.c.number).where(over, _first_of_its_case())
    rows = await connection.execute(query.order_by(waiting.c.number).limit(limit))
    return list(rows.scalars())


async def take(connection: AsyncConnection, numbers: Sequence[int]) -> list[WaitingContact]:
    """Take contacts out of the table, in order, without those that somebody else took."""
    chosen = among(connection, waiting.c.number, numbers)
    query = select(waiting).where(chosen).order_by(waiting.c.number)
    rows = (await connection.execute(locked(query))).all()
    await connection.execute(delete(waiting).where(chosen))
    return [
        WaitingContact(ContactReceived.model_validate_json(row.body), row.event_id, row.source)
        for row in rows
    ]


def _everything_came() -> ColumnElement[bool]:
    """The named policy with its holder, and the named client, are known by now."""
    holder = clients.c.client_id == policies.c.holder_client_id
    policy = select(policies.c.policy_number).join(clients, holder)
    return and_(
        or_(
            waiting.c.policy_number.is_(None),
            exists(policy.where(policies.c.policy_number == waiting.c.policy_number)),
        ),
        or_(
            waiting.c.client_id.is_(None),
            exists(select(clients.c.client_id).where(clients.c.client_id == waiting.c.client_id)),
        ),
    )


def _first_of_its_case() -> ColumnElement[bool]:
    before = waiting.alias("before")
    earlier = select(before.c.number).where(
        before.c.case_id == waiting.c.case_id, before.c.number < waiting.c.number
    )
    return ~exists(earlier)
