"""What escalation does with notices: a decision that was sent, received or came back moves clocks.

Notices and case files come on two topics without a common order. What is told of a case that is
not known yet waits in a table, and a loop adds it as soon as the case is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Final

from services.escalation import early_store, store
from services.escalation.app import App
from services.escalation.domain.case_facts import fact_of_notice
from services.escalation.domain.clock_rules import Fact
from services.escalation.domain.timetable import reckon
from services.escalation.watching import watch
from shared.contract.public import NoticeStatusChanged
from shared.messaging.envelope import Event
from shared.messaging.processing import UnitOfWork

_AT_ONCE: Final = 200
_PAUSE: Final = 1.0


async def note_notices(app: App, work: UnitOfWork, events: Sequence[Event]) -> None:
    """Take what a batch of notices tells into the clocks of their cases."""
    told: dict[str, list[Fact]] = defaultdict(list)
    for event in events:
        if not isinstance(event.body, NoticeStatusChanged):
            continue
        day = event.body.at.astimezone(app.calendar.zone).date()
        fact = fact_of_notice(event.body, event.event_id, day)
        if fact is not None:
            told[event.body.case_id].append(fact)
    if not told:
        return
    known = await _add(app, work, told)
    await early_store.keep(
        work.connection, {case: facts for case, facts in told.items() if case not in known}
    )


async def run(app: App) -> None:
    """Add what waited for its case, for as long as the process lives."""
    await watch(partial(_add_or_wait, app), "early notices")


async def add_early(app: App) -> int:
    """Add what was told of cases that are known by now; return how many cases."""
    async with app.service.unit_of_work() as work:
        early = await early_store.of_known_cases(work.connection, _AT_ONCE)
        if not early:
            return 0
        await _add(app, work, early)
        await early_store.forget(work.connection, chain.from_iterable(early.values()))
    return len(early)


async def _add_or_wait(app: App) -> float:
    while await add_early(app) == _AT_ONCE:
        pass
    return _PAUSE


async def _add(app: App, work: UnitOfWork, told: Mapping[str, Sequence[Fact]]) -> set[str]:
    """Add facts to the cases that are known, and return these."""
    stored = await store.load_cases(work.connection, told.keys(), lock=True)
    anew = []
    for case_id, known in stored.items():
        case = known.case.with_facts(told[case_id])
        anew.append(reckon(case, known.told, app.rules_of(case), app.calendar))
    await store.save_timetables(work.connection, anew, app.reckoned_by)
    return set(stored)
