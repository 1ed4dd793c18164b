"""The clocks' loop: tells each warning and breach once, and hands overdue cases to a supervisor.

Every worker runs it. A case whose time has come is claimed by its row, so however many workers
there are, one of them tells; and what it tells is committed together with the mark that it did.
Before it tells, it waits until everything is handled that the case file's log holds: a worker
that was down for a while must not call a case overdue that was decided meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from prometheus_client import Counter, Histogram

from services.escalation import escalation_store, store
from services.escalation.app import App
from services.escalation.domain.cases import overdue
from services.escalation.domain.escalations import Escalation
from services.escalation.domain.signals import Alarm, Signal
from services.escalation.domain.summary import Overdue
from services.escalation.domain.timetable import Timetable, reckon
from services.escalation.watching import watch
from shared.contract.catalogue import CASE_FILE
from shared.contract.public import ClockBreached, ClockWarned, EscalationChanged
from shared.messaging.processing import UnitOfWork

_CASES_AT_ONCE: Final = 200
_LONGEST_SLEEP: Final = 1.0
_CATCH_UP_PAUSE: Final = 0.05

TOLD = Counter("claimsdesk_clock_signals_total", "Warnings and breaches told", ["alarm"])
LATENESS = Histogram(
    "claimsdesk_clock_lateness_seconds",
    "From when a warning or breach was to be told until it was",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600),
)


async def run(app: App) -> None:
    """Fire for as long as the process lives; a database or broker that is away is waited for."""
    await watch(partial(_fire_or_wait, app), "clocks")


async def fire(app: App, as_of: datetime) -> int:
    """Tell what was to be told before an instant, one batch of cases; return how many cases.

    Args:
        app: Escalation.
        as_of: Everything that happened before it is known.
    """
    async with app.service.unit_of_work() as work:
        claimed = await store.claim_due(work.connection, as_of, _CASES_AT_ONCE)
        changed: list[Timetable] = []
        breaches: list[Escalation] = []
        for known in claimed.values():
            rules = app.rules_of(known.case)
            escalating = {rule.kind for rule in rules if rule.escalates}
            signals, after = reckon(known.case, known.told, rules, app.calendar).split(as_of)
            changed.append(after)
            for signal in signals:
                _tell(work, known.case.case_id, signal)
            breached = tuple(
                Overdue(clock=signal.kind, run=signal.run, due_at=signal.due_at)
                for signal in signals
                if signal.alarm is Alarm.BREACHED and signal.kind in escalating
            )
            if breached and not known.case.ended:
                breaches.append(overdue(known.case, breached, work.now, app.calendar))
        await store.save_timetables(work.connection, changed, app.reckoned_by)
        pending = await escalation_store.pending_escalations(
            work.connection, [escalation.case_id for escalation in breaches]
        )
        await open_escalations(work, breaches, pending)
    return len(claimed)


async def open_escalations(
    work: UnitOfWork, asked: Sequence[Escalation], pending: dict[str, Escalation]
) -> None:
    """Open escalations for cases that have none pending, and note them among the pending ones."""
    wanted: dict[str, Escalation] = {}
    for escalation in asked:
        if escalation.case_id not in pending:
            wanted.setdefault(escalation.case_id, escalation)
    for escalation in await escalation_store.add_escalations(
        work.connection, list(wanted.values())
    ):
        pending[escalation.case_id] = escalation
        emit_change(work, escalation)


def emit_change(work: UnitOfWork, escalation: Escalation) -> None:
    """Publish where an escalation stands now."""
    work.emit(
        EscalationChanged(
            escalation_id=escalation.escalation_id,
            case_id=escalation.case_id,
            status=escalation.status.value,
            reason=escalation.reason,
            by=escalation.accepted_by,
            instruction=escalation.instruction,
            at=work.now,
        ),
        cause=f"{escalation.escalation_id}-{escalation.version}",
    )


def _tell(work: UnitOfWork, case_id: str, signal: Signal) -> None:
    body = ClockBreached if signal.alarm is Alarm.BREACHED else ClockWarned
    work.emit(
        body(
            case_id=case_id,
            clock=signal.kind,
            run=signal.run,
            due_at=signal.due_at,
            deadline=signal.deadline,
        ),
        cause=f"{signal.kind}-{signal.run}",
    )
    TOLD.labels(signal.alarm.name.lower()).inc()
    LATENESS.observe((work.now - signal.at).total_seconds())


async def _fire_or_wait(app: App) -> float:
    """Tell everything that is due; return for how many seconds nothing will be."""
    async with app.service.unit_of_work() as work:
        now, next_at = work.now, await store.next_due(work.connection)
    if next_at is None:
        return _LONGEST_SLEEP
    if next_at >= now:
        return min((next_at - now).total_seconds() + 0.001, _LONGEST_SLEEP)
    await app.service.caught_up(CASE_FILE)
    while await fire(app, now) == _CASES_AT_ONCE:
        pass
    return _CATCH_UP_PAUSE
