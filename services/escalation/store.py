"""Escalation's tables and queries: cases with their facts, their clocks, and their escalations.

Everything about a case changes under the lock of its row in `cases`: a case file that comes in, a
clock that fires, a supervisor who acts. So no two workers ever tell the same breach or escalate
the same case, and the other tables need no locks of their own.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Index, Integer, MetaData, Select, Table, Text, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.escalation.domain.cases import ENDED, Case
from services.escalation.domain.clock_rules import Fact
from services.escalation.domain.escalations import Escalation, Status
from services.escalation.domain.signals import Told
from services.escalation.domain.timetable import Timetable
from shared.contract.case_file import CaseState
from shared.contract.public import EscalationReason
from shared.database import UtcDateTime, among, insert_new, insert_rows, locked

metadata = MetaData()
_IS_PENDING = "status IN ('opened', 'accepted')"
_HAS_TO_FIRE = "fires_at IS NOT NULL"

cases = Table(
    "cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("programme", Text),
    Column("programme_version", Text),
    Column("findings", Text, nullable=False),
    Column("involved", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("fires_at", UtcDateTime),
    Column("reckoned_by", Text, nullable=False),
    Index(
        "cases_fires_at",
        "fires_at",
        postgresql_where=text(_HAS_TO_FIRE),
        sqlite_where=text(_HAS_TO_FIRE),
    ),
)
clocks = Table(
    "clocks",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("run", Integer, nullable=False),
    Column("due_at", UtcDateTime),
    Column("warn_at", UtcDateTime),
    Column("warned_run", Integer, nullable=False),
    Column("breached_run", Integer, nullable=False),
)
escalations = Table(
    "escalations",
    metadata,
    Column("escalation_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("accepted_by", Text),
    Column("accepted_at", UtcDateTime),
    Column("instruction", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Index("escalations_status", "status", "opened_at"),
    Index(
        "escalations_one_pending",
        "case_id",
        unique=True,
        postgresql_where=text(_IS_PENDING),
        sqlite_where=text(_IS_PENDING),
    ),
)
_FACTS = TypeAdapter(tuple[Fact, ...])


@dataclass(frozen=True, slots=True)
class Stored:
    """A case as stored.

    Attributes:
        case: The case.
        told: What each of its clocks has told already, by kind.
        fires_at: When it has something to tell, as reckoned last.
    """

    case: Case
    told: dict[str, Told]
    fires_at: datetime | None


async def load_cases(
    connection: AsyncConnection, case_ids: Collection[str], *, lock: bool
) -> dict[str, Stored]:
    """The cases with these ids, by id; locked until the end of the transaction if wanted."""
    if not case_ids:
        return {}
    query = select(cases).where(among(connection, cases.c.case_id, case_ids))
    if lock:
        query = locked(query.order_by(cases.c.case_id))
    return await _with_told(connection, query)


async def claim_due(connection: AsyncConnection, at: datetime, limit: int) -> dict[str, Stored]:
    """Cases that had something to tell before an instant, locked; another worker's are left out."""
    query = select(cases).where(cases.c.fires_at < at).order_by(cases.c.fires_at).limit(limit)
    return await _with_told(connection, locked(query, skip_locked=True))


async def next_due(connection: AsyncConnection) -> datetime | None:
    """When the next clock of all has something to tell."""
    query = select(func.min(cases.c.fires_at)).where(cases.c.fires_at.is_not(None))
    found: datetime | None = (await connection.execute(query)).scalar_one()
    return found


async def claim_reckoned_otherwise(
    connection: AsyncConnection, reckoned_by: str, after: str, limit: int
) -> dict[str, Stored]:
    """Open cases whose clocks were reckoned by other rules or hours, locked, by id after an id."""
    query = (
        select(cases)
        .where(cases.c.case_id > after, cases.c.reckoned_by != reckoned_by)
        .where(cases.c.state.not_in([state.value for state in ENDED]))
        .order_by(cases.c.case_id)
        .limit(limit)
    )
    return await _with_told(connection, locked(query))


async def save_timetables(
    connection: AsyncConnection, changed: Sequence[Timetable], reckoned_by: str
) -> None:
    """Store cases that were locked in this transaction, or are new, with their clocks.

    Args:
        connection: In a transaction.
        changed: The cases.
        reckoned_by: Names the rules and hours by which the clocks were reckoned.
    """
    await insert_rows(
        connection,
        cases,
        [_case_row(timetable, reckoned_by) for timetable in changed],
        update_on=("case_id",),
    )
    await insert_rows(
        connection,
        clocks,
        [
            {
                "case_id": timetable.case.case_id,
                "kind": line.kind,
                "state": line.state,
                "run": line.run,
                "due_at": line.due_at,
                "warn_at": line.warn_at,
                "warned_run": line.told.warned,
                "breached_run": line.told.breached,
            }
            for timetable in changed
            for line in timetable.lines
        ],
        update_on=("case_id", "kind"),
    )


async def pending_escalations(
    connection: AsyncConnection, case_ids: Collection[str]
) -> dict[str, Escalation]:
    """The escalations of these cases that wait for a supervisor or a decision, by case."""
    if not case_ids:
        return {}
    query = (
        _escalations()
        .where(among(connection, escalations.c.case_id, case_ids))
        .where(escalations.c.status.in_((Status.OPENED.value, Status.ACCEPTED.value)))
    )
    return {row.case_id: _escalation(row) for row in await connection.execute(query)}


async def find_escalations(
    connection: AsyncConnection, *, status: Status | None, limit: int
) -> list[Escalation]:
    """Escalations, those that wait longest first."""
    query = _escalations().order_by(escalations.c.opened_at).limit(limit)
    if status is not None:
        query = query.where(escalations.c.status == status.value)
    return [_escalation(row) for row in await connection.execute(query)]


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


async def _with_told(connection: AsyncConnection, query: Select[Any]) -> dict[str, Stored]:
    rows = await connection.execute(query)
    found = {row.case_id: Stored(_case(row), {}, row.fires_at) for row in rows}
    if found:
        their_clocks = select(
            clocks.c.case_id, clocks.c.kind, clocks.c.warned_run, clocks.c.breached_run
        ).where(among(connection, clocks.c.case_id, found.keys()))
        for row in await connection.execute(their_clocks):
            found[row.case_id].told[row.kind] = Told(row.warned_run, row.breached_run)
    return found


def _escalations() -> Select[Any]:
    return select(escalations, cases.c.involved).join(
        cases, cases.c.case_id == escalations.c.case_id
    )


def _case(row: Any) -> Case:
    return Case(
        case_id=row.case_id,
        sequence=row.sequence,
        state=CaseState(row.state),
        programme=row.programme,
        programme_version=row.programme_version,
        findings=tuple(json.loads(row.findings)),
        involved=frozenset(json.loads(row.involved)),
        facts=_FACTS.validate_json(row.facts),
    )


def _case_row(timetable: Timetable, reckoned_by: str) -> dict[str, Any]:
    case = timetable.case
    return {
        "case_id": case.case_id,
        "sequence": case.sequence,
        "state": case.state.value,
        "programme": case.programme,
        "programme_version": case.programme_version,
        "findings": json.dumps(case.findings),
        "involved": json.dumps(sorted(case.involved)),
        "facts": _FACTS.dump_json(case.facts).decode(),
        "fires_at": timetable.fires_at,
        "reckoned_by": reckoned_by,
    }


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
    }
