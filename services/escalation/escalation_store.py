"""Queries on escalations; every change of one is made under the lock of its case."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.escalation.domain.escalations import Escalation, Status, Step
from services.escalation.tables import IS_PENDING, cases, escalations
from shared.contract.cases import CaseKind
from shared.contract.public import EscalationReason
from shared.database import among, insert_new, insert_rows, locked

_STEPS = TypeAdapter(tuple[Step, ...])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which escalations to find; None means all."""

    status: Status | None = None
    team: str | None = None
    level: int | None = None
    assigned_to: str | None = None


async def pending_escalations(
    connection: AsyncConnection, case_ids: Collection[str]
) -> dict[str, Escalation]:
    """The escalations of these cases that wait for a supervisor or a decision, by case."""
    if not case_ids:
        return {}
    query = (
        _escalations()
        .where(among(connection, escalations.c.case_id, case_ids))
        .where(IS_PENDING)
        .order_by(escalations.c.case_id)
    )
    return {row.case_id: _escalation(row) for row in await connection.execute(query)}


async def find_escalations(
    connection: AsyncConnection, wanted: Wanted, limit: int
) -> list[Escalation]:
    """Escalations, those that wait longest first."""
    query = _escalations().order_by(escalations.c.opened_at, escalations.c.escalation_id)
    if wanted.status is not None:
        query = query.where(escalations.c.status == wanted.status.value)
    for column, value in (
        (escalations.c.team, wanted.team),
        (escalations.c.level, wanted.level),
        (escalations.c.assigned_to, wanted.assigned_to),
    ):
        if value is not None:
            query = query.where(column == value)
    return [_escalation(row) for row in await connection.execute(query.limit(limit))]


async def load_escalation(
    connection: AsyncConnection, escalation_id: str, *, lock: bool = False
) -> Escalation | None:
    """The escalation with this id, its case locked until the end of the transaction if wanted."""
    mine = escalations.c.escalation_id == escalation_id
    if lock:
        of_case = select(escalations.c.case_id).where(mine).scalar_subquery()
        await connection.execute(locked(select(cases.c.case_id).where(cases.c.case_id == of_case)))
    row = (await connection.execute(_escalations().where(mine))).one_or_none()
    return _escalation(row) if row else None


async def add_escalations(
    connection: AsyncConnection, opened: Sequence[Escalation]
) -> list[Escalation]:
    """Store new escalations, and return those that had not been there before."""
    rows = [_escalation_row(escalation) for escalation in opened]
    fresh = await insert_new(connection, escalations, "escalation_id", rows)
    return [escalation for escalation in opened if escalation.escalation_id in fresh]


async def save_escalations(connection: AsyncConnection, changed: Iterable[Escalation]) -> None:
    """Store escalations whose cases were locked in this transaction."""
    rows = [_escalation_row(escalation) for escalation in changed]
    await insert_rows(connection, escalations, rows, update_on=("escalation_id",))


async def claim_to_look_at(
    connection: AsyncConnection, at: datetime, version: int, limit: int
) -> list[Escalation]:
    """Escalations whose time has come, or that no look with these people was given yet.

    Their cases are locked; those that another worker holds are left out.

    Args:
        connection: In a transaction.
        at: This instant.
        version: Of the directory.
        limit: How many at most.
    """
    waiting = (
        select(cases.c.case_id)
        .join(escalations, escalations.c.case_id == cases.c.case_id)
        .where(IS_PENDING, _is_to_look_at(at, version))
        .order_by(escalations.c.acts_at, cases.c.case_id)
        .limit(limit)
        .with_for_update(of=cases, skip_locked=True)
    )
    claimed = (await connection.execute(waiting)).scalars().all()
    # Read again now that the locks are held: what was found may have changed just before.
    pending = await pending_escalations(connection, claimed)
    return list(pending.values())


async def next_look(connection: AsyncConnection, at: datetime, version: int) -> datetime | None:
    """When the chain has to look next: at once if some were not seen with these people yet."""
    row = (
        await connection.execute(
            select(func.min(escalations.c.acts_at), func.min(escalations.c.looked_with)).where(
                IS_PENDING
            )
        )
    ).one()
    seen = row[1]
    found: datetime | None = row[0]
    return at if seen is not None and seen < version else found


async def open_per_person(connection: AsyncConnection) -> dict[str, int]:
    """How many escalations are before each person."""
    query = (
        select(escalations.c.assigned_to, func.count())
        .where(IS_PENDING, escalations.c.assigned_to.is_not(None))
        .group_by(escalations.c.assigned_to)
    )
    return {row[0]: row[1] for row in await connection.execute(query)}


async def open_per_level(connection: AsyncConnection) -> dict[tuple[int, str], int]:
    """How many escalations are pending, by level and status."""
    query = (
        select(escalations.c.level, escalations.c.status, func.count())
        .where(IS_PENDING)
        .group_by(escalations.c.level, escalations.c.status)
    )
    return {(row[0], row[1]): row[2] for row in await connection.execute(query)}


def _is_to_look_at(at: datetime, version: int) -> Any:
    return or_(escalations.c.acts_at <= at, escalations.c.looked_with < version)


def _escalations() -> Select[Any]:
    return select(escalations, cases.c.involved, cases.c.programme, cases.c.kind).join(
        cases, cases.c.case_id == escalations.c.case_id
    )


def _escalation(row: Any) -> Escalation:
    return Escalation(
        escalation_id=row.escalation_id,
        case_id=row.case_id,
        reason=EscalationReason(row.reason),
        summary=row.summary,
        opened_at=row.opened_at,
        involved=frozenset(json.loads(row.involved)),
        status=Status(row.status),
        accepted_by=row.accepted_by,
        accepted_at=row.accepted_at,
        instruction=row.instruction,
        ended_at=row.ended_at,
        programme=row.programme,
        kind=CaseKind(row.kind) if row.kind else None,
        team=row.team,
        level=row.level,
        assigned_to=row.assigned_to,
        deputy_for=row.deputy_for,
        because=row.because,
        announced=row.announced,
        since=row.since,
        attend_by=row.attend_by,
        acts_at=row.acts_at,
        looked_with=row.looked_with,
        version=row.version,
        steps=_STEPS.validate_json(row.steps),
    )


def _escalation_row(escalation: Escalation) -> dict[str, Any]:
    return {
        "escalation_id": escalation.escalation_id,
        "case_id": escalation.case_id,
        "status": escalation.status.value,
        "reason": escalation.reason.value,
        "summary": escalation.summary,
        "opened_at": escalation.opened_at,
        "accepted_by": escalation.accepted_by,
        "accepted_at": escalation.accepted_at,
        "instruction": escalation.instruction,
        "ended_at": escalation.ended_at,
        "team": escalation.team,
        "level": escalation.level,
        "assigned_to": escalation.assigned_to,
        "deputy_for": escalation.deputy_for,
        "because": escalation.because,
        "announced": escalation.announced,
        "since": escalation.since,
        "attend_by": escalation.attend_by,
        "acts_at": escalation.acts_at,
        "looked_with": escalation.looked_with,
        "version": escalation.version,
        "steps": _STEPS.dump_json(escalation.steps).decode(),
    }
