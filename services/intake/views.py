"""What people see of what came in: the shapes of intake's answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.projection import cases_of_contacts
from services.intake.queue import Handling, handlings_of
from services.intake.queue_views import HandlingView, handled_views
from services.intake.store import Received


class Accepted(BaseModel):
    """The answer to a phone note or a letter."""

    contact_id: str
    verdict: Literal["pending", "contact", "duplicate", "unidentified"]


class ReceivedView(BaseModel):
    """What intake made of something that came in; `pending` while it is still examined."""

    received_id: str
    channel: str
    verdict: Literal[
        "pending",
        "contact",
        "machine",
        "delivery_report",
        "duplicate",
        "unidentified",
        "discarded",
        "split",
    ]
    reason: str | None
    contact_id: str | None
    message_id: str | None
    received_at: datetime
    case_id: str | None
    suspected_case_id: str | None
    notice_id: str | None
    duplicate_of: str | None
    part_of: str | None
    sequence: int
    handled: tuple[HandlingView, ...] = ()


def view_of(
    row: Received, case_id: str | None = None, history: Sequence[Handling] = ()
) -> ReceivedView:
    """What intake made of something; a case that nobody vouches for is only suspected.

    Args:
        row: What came in.
        case_id: The case that it ended in, if review has said so.
        history: What people did with it.
    """
    certain = row.verdict == "contact"
    return ReceivedView(
        received_id=row.received_id,
        channel=row.channel,
        verdict=row.verdict or "pending",
        reason=row.reason,
        contact_id=row.contact_id,
        message_id=row.message_id,
        received_at=row.received_at,
        case_id=(case_id or row.case_id) if certain else None,
        suspected_case_id=None if certain else row.case_id,
        notice_id=row.notice_id,
        duplicate_of=row.duplicate_of,
        part_of=row.part_of,
        sequence=row.sequence,
        handled=handled_views(history),
    )


async def received_views(
    connection: AsyncConnection, rows: Sequence[Received]
) -> list[ReceivedView]:
    """What intake made of what came in, where it ended, and what people did with it."""
    history = await handlings_of(connection, [row.received_id for row in rows])
    contacts = {row.contact_id for row in rows if row.contact_id}
    cases = await cases_of_contacts(connection, contacts)
    return [
        view_of(row, cases.get(row.contact_id or ""), history.get(row.received_id, ()))
        for row in rows
    ]
