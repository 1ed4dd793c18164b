"""Queries on what notices told of cases that were not known yet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.escalation.domain.clock_rules import Fact
from services.escalation.tables import cases, early_facts
from shared.database import among, insert_rows

_FACT = TypeAdapter(Fact)


async def keep(connection: AsyncConnection, told: Mapping[str, Sequence[Fact]]) -> None:
    """Keep facts until their cases are known."""
    rows = [
        {
            "event_id": fact.event_id,
            "case_id": case_id,
            "fact": _FACT.dump_json(fact, exclude_none=True).decode(),
        }
        for case_id, facts in told.items()
        for fact in facts
    ]
    await insert_rows(connection, early_facts, rows, ignore_conflicts=True)


async def of_known_cases(connection: AsyncConnection, limit: int) -> dict[str, list[Fact]]:
    """Facts that wait though their case is known by now, by case."""
    known = (
        select(early_facts.c.case_id)
        .join(cases, cases.c.case_id == early_facts.c.case_id)
        .distinct()
        .limit(limit)
    )
    query = select(early_facts.c.case_id, early_facts.c.fact).where(
        early_facts.c.case_id.in_(known)
    )
    found: dict[str, list[Fact]] = defaultdict(list)
    for row in await connection.execute(query):
        found[row.case_id].append(_FACT.validate_json(row.fact))
    return found


async def forget(connection: AsyncConnection, facts: Iterable[Fact]) -> None:
    """Forget facts that are in their cases now."""
    event_ids = [fact.event_id for fact in facts]
    await connection.execute(
        delete(early_facts).where(among(connection, early_facts.c.event_id, event_ids))
    )
