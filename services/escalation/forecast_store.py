"""Queries on open clocks: which are due soon, and how many there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.escalation.domain.forecast import Breaching, Group
from services.escalation.tables import IS_OPEN_CLOCK, IS_PENDING, cases, clocks, escalations
from shared.contract.cases import CaseKind
from shared.database import among

_PERSON = func.coalesce(escalations.c.assigned_to, cases.c.handler)


@dataclass(frozen=True, slots=True)
class OpenClocks:
    """How many open clocks of a kind there are, and how many of them have told what."""

    kind: str
    open: int
    warned: int
    breached: int


async def breaching_groups(
    connection: AsyncConnection, after: datetime, until: datetime, kinds: Collection[str]
) -> Sequence[Group]:
    """How many cases pass a time limit within a span, by programme, kind and person.

    Args:
        connection: For reading.
        after: The span begins after this instant.
        until: And ends with this one.
        kinds: The clocks that count.
    """
    query = _due(
        select(
            cases.c.programme,
            cases.c.kind,
            _PERSON,
            func.count(clocks.c.case_id.distinct()),
            func.min(clocks.c.due_at),
        ),
        _within(connection, after, until, kinds),
    ).group_by(cases.c.programme, cases.c.kind, _PERSON)
    return [
        Group(row[0], CaseKind(row[1]) if row[1] else None, row[2], row[3], row[4])
        for row in await connection.execute(query)
    ]


async def breaching_cases(
    connection: AsyncConnection,
    after: datetime,
    until: datetime,
    kinds: Collection[str],
    limit: int,
) -> Sequence[Breaching]:
    """The clocks that are due within a span, the soonest first; see `breaching_groups`."""
    query = (
        _due(
            select(
                clocks.c.case_id,
                clocks.c.kind,
                clocks.c.due_at,
                cases.c.programme,
                cases.c.kind,
                _PERSON,
            ),
            _within(connection, after, until, kinds),
        )
        .order_by(clocks.c.due_at, clocks.c.case_id, clocks.c.kind)
        .limit(limit)
    )
    return [
        Breaching(row[0], row[1], row[2], row[3], CaseKind(row[4]) if row[4] else None, row[5])
        for row in await connection.execute(query)
    ]


async def count_open_clocks(connection: AsyncConnection) -> Sequence[OpenClocks]:
    """How many clocks run or rest, by kind."""
    breached = clocks.c.breached_run >= clocks.c.run
    warned = and_(clocks.c.warned_run >= clocks.c.run, clocks.c.breached_run < clocks.c.run)
    query = (
        select(clocks.c.kind, func.count(), _how_many(warned), _how_many(breached))
        .where(IS_OPEN_CLOCK)
        .group_by(clocks.c.kind)
    )
    return [OpenClocks(*row) for row in await connection.execute(query)]


def _within(
    connection: AsyncConnection, after: datetime, until: datetime, kinds: Collection[str]
) -> ColumnElement[bool]:
    return and_(
        clocks.c.due_at > after,
        clocks.c.due_at <= until,
        clocks.c.breached_run < clocks.c.run,
        among(connection, clocks.c.kind, kinds),
    )


def _due(query: Select[Any], within: ColumnElement[bool]) -> Select[Any]:
    pending = and_(escalations.c.case_id == cases.c.case_id, IS_PENDING)
    return (
        query.select_from(
            clocks.join(cases, cases.c.case_id == clocks.c.case_id).outerjoin(escalations, pending)
        )
        .where(IS_OPEN_CLOCK)
        .where(within)
    )


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
