"""After a start with other hours or rules, open clocks are reckoned anew; what moved is told.

Firing goes on beside it, and what is told is always reckoned at that moment; this moves the
instants at which a clock looks up, which may now lie earlier.
"""

import asyncio
from typing import Final

import structlog

from services.escalation import moves_store, store
from services.escalation.app import App
from services.escalation.domain.clock_moves import moves_of
from services.escalation.domain.timetable import reckon
from shared.database import is_temporary

log = structlog.get_logger(__name__)

_CASES_AT_ONCE: Final = 200
_FAULT_PAUSE: Final = 1.0


async def run(app: App) -> None:
    """Reckon all open cases whose clocks were reckoned by other rules or hours."""
    after, cases, moved = "", 0, 0
    while True:
        try:
            last, of_batch, moved_of_batch = await _batch(app, after)
        except Exception as error:
            if not is_temporary(error):
                raise
            log.warning("recount waits", reason=type(error).__name__)
            await asyncio.sleep(_FAULT_PAUSE)
            continue
        if last is None:
            break
        after, cases, moved = last, cases + of_batch, moved + moved_of_batch
    if cases:
        log.info("clocks reckoned anew", cases=cases, moved=moved)


async def _batch(app: App, after: str) -> tuple[str | None, int, int]:
    """Return the last case id of a batch, None at the end; how many cases and moved clocks."""
    async with app.service.unit_of_work() as work:
        stored = await store.claim_reckoned_otherwise(
            work.connection, app.reckoned_by, after, _CASES_AT_ONCE
        )
        anew = [
            reckon(known.case, known.told, app.rules_of(known.case), app.calendar)
            for known in stored.values()
        ]
        await store.save_timetables(work.connection, anew, app.reckoned_by)
        moves = [
            move
            for known, timetable in zip(stored.values(), anew, strict=True)
            for move in moves_of(known.due, timetable, work.now)
        ]
        await moves_store.save_moves(work.connection, moves)
    return next(reversed(stored), None), len(stored), len(moves)
