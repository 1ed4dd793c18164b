"""Queries on cases and their clocks; what they lock is said in `tables.py`."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.escalation.domain.cases import ENDED, Case
from services.escalation.domain.clock_rules import Fact
from services.escalation.domain.signals import Told
from services.escalation.domain.timetable import Timetable
from services.escalation.tables import cases, clocks, metadata
from shared.contract.cases import CaseKind, CaseState
from shared.database import among, insert_rows, locked

__all__ = [
    "Stored",
    "claim_due",
    "claim_reckoned_otherwise",
    "load_cases",
    "metadata",
    "next_due",
    "save_timetables",
]

_FACTS = TypeAdapter(tuple[Fact, ...])


@dataclass(frozen=True, slots=True)
class Stored:
    """A case as stored.

    Attributes:
        case: The case.
        told: What each of its clocks has told already, by kind.
        due: When each of them is due, as reckoned last.
    """

    case: Case
    told: dict[str, Told]
    due: dict[str, datetime | None]


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
    """Cases with clocks that were reckoned by other rules or hours, locked, by id after an id.

    Those that are decided are among them as long as a clock of theirs goes on, such as the payment.
    """
    goes_on = or_(
        cases.c.fires_at.is_not(None), cases.c.state.not_in([state.value for state in ENDED])
    )
    query = (
        select(cases)
        .where(cases.c.case_id > after, cases.c.reckoned_by != reckoned_by)
        .where(goes_on)
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
            if line.matters
        ],
        update_on=("case_id", "kind"),
    )


async def _with_told(connection: AsyncConnection, query: Select[Any]) -> dict[str, Stored]:
    rows = await connection.execute(query)
    found = {row.case_id: Stored(_case(row), {}, {}) for row in rows}
    if found:
        their_clocks = select(
            clocks.c.case_id,
            clocks.c.kind,
            clocks.c.warned_run,
            clocks.c.breached_run,
            clocks.c.due_at,
        ).where(among(connection, clocks.c.case_id, found.keys()))
        for row in await connection.execute(their_clocks):
            known = found[row.case_id]
            known.told[row.kind] = Told(row.warned_run, row.breached_run)
            known.due[row.kind] = row.due_at
    return found


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
        kind=CaseKind(row.kind) if row.kind else None,
        handler=row.handler,
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
        "facts": _FACTS.dump_json(case.facts, exclude_none=True).decode(),
        "fires_at": timetable.fires_at,
        "reckoned_by": reckoned_by,
        "kind": case.kind.value if case.kind else None,
        "handler": case.handler,
    }
