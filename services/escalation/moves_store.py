"""Queries on the clocks that were moved by other hours or rules."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.escalation.domain.clock_moves import ClockMove
from services.escalation.tables import clock_moves
from shared.database import insert_rows


@dataclass(frozen=True, slots=True)
class MovesOfKind:
    """How many clocks of a kind are due sooner, later, newly or no more."""

    kind: str
    sooner: int
    later: int
    new: int
    dropped: int


async def save_moves(connection: AsyncConnection, moves: Sequence[ClockMove]) -> None:
    """Store moves; of one clock, only its latest."""
    await insert_rows(
        connection, clock_moves, [asdict(move) for move in moves], update_on=("case_id", "kind")
    )


async def latest_moves(connection: AsyncConnection, limit: int) -> list[ClockMove]:
    """The clocks that were moved last, the latest first."""
    query = (
        select(clock_moves)
        .order_by(clock_moves.c.moved_at.desc(), clock_moves.c.case_id, clock_moves.c.kind)
        .limit(limit)
    )
    return [ClockMove(*row) for row in await connection.execute(query)]


async def count_moves(connection: AsyncConnection) -> list[MovesOfKind]:
    """How many clocks were moved, by kind."""
    table = clock_moves.c
    kinds = (
        table.due_after < table.due_before,
        table.due_after > table.due_before,
        table.due_before.is_(None),
        table.due_after.is_(None),
    )
    counted = [func.sum(case((condition, 1), else_=0)) for condition in kinds]
    query = select(table.kind, *counted).group_by(table.kind).order_by(table.kind)
    return [MovesOfKind(*row) for row in await connection.execute(query)]
