"""The clocks of a case: from what happened to when something is due, and why.

A clock is nothing but its rule and the facts of its case. Everything else (running or paused, due
when, why) is read from them in the order in which things happened, so neither the order in which
facts arrive nor their repetition matters, and a changed rule or calendar moves open clocks by
reading them again.

    starts ──▶ running ──pauses──▶ paused
                  ▲ ◀───resumes─────┘ │
         restarts │                   │ stops
               stopped ◀──────────────┘
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from services.escalation.domain.clock_rules import Act, ClockRule, Fact
from services.escalation.domain.counting import Counting, counting_of
from services.escalation.domain.runs import Run, Step
from shared.calendar import BusinessCalendar


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of one case: its rule and the case's facts, sorted."""

    rule: ClockRule
    facts: tuple[Fact, ...] = ()

    def runs(self, calendar: BusinessCalendar) -> tuple[Run, ...]:
        """Return all its runs, oldest first, as the calendar counts them; none before a start."""
        moves = self._moves()
        return tuple(_Reader(counting_of(self.rule, calendar)).read(moves)) if moves else ()

    def current(self, calendar: BusinessCalendar) -> Run | None:
        """Return its latest run."""
        return next(reversed(self.runs(calendar)), None)

    def due_at(self, calendar: BusinessCalendar) -> datetime | None:
        """Return when it is due; None before its start, while paused, and once stopped in time."""
        run = self.current(calendar)
        return run.due_at if run else None

    def warn_at(self, calendar: BusinessCalendar) -> datetime | None:
        """Return when it warns; None when it has no due date or no warning."""
        run = self.current(calendar)
        return run.warn_at if run else None

    def explain(self, calendar: BusinessCalendar) -> tuple[Step, ...]:
        """Return why its latest run is due then: every start, pause, resumption and stop."""
        run = self.current(calendar)
        return run.steps if run else ()

    def _moves(self) -> list[tuple[Act, Fact]]:
        acts = self.rule.acts
        moves = [(act, fact) for fact in self.facts if (act := acts.get(fact.name)) is not None]
        if not moves or not self.rule.concerns(self.facts):
            return []
        return sorted(
            moves, key=lambda move: (move[1].at, move[1].place, move[0], move[1].event_id)
        )


def clocks_of(
    rules: Iterable[ClockRule], facts: Iterable[Fact], calendar: BusinessCalendar
) -> tuple[Clock, ...]:
    """Return a case's clocks, one per rule.

    Args:
        rules: The clock rules of the programme version that counts for the case.
        facts: What happened, in any order; the same fact may be there twice. Clocks keep every
            fact, also those their rule doesn't name, so that a programme changed later finds them.
        calendar: The desk's.
    """
    happened = in_order(set(facts))
    every = tuple(rules)
    reckoned = [
        fact
        for rule in every
        if rule.ends_as is not None
        for fact in _ends(Clock(rule, happened), rule.ends_as, calendar)
    ]
    with_reckoned = in_order([*happened, *reckoned]) if reckoned else happened
    return tuple(Clock(rule, with_reckoned) for rule in every)


def in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return facts in the order in which they happened."""
    return tuple(sorted(facts, key=lambda fact: (fact.at, fact.place, fact.event_id, fact.name)))


def _ends(clock: Clock, name: str, calendar: BusinessCalendar) -> Iterator[Fact]:
    """Yield each end of a clock as a fact for other clocks, known since the run began."""
    for run in clock.runs(calendar):
        if run.due_at is not None:
            last_day = run.due_at.astimezone(calendar.zone).date()
            yield Fact(name, run.started_at, run.started_by, run.start.place, happened_on=last_day)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the runs of a clock."""

    counting: Counting

    def read(self, moves: Iterable[tuple[Act, Fact]]) -> Iterator[Run]:
        """Play what moves the clock in order, and return each run at its end."""
        run: Run | None = None
        waiting: Fact | None = None
        for act, fact in moves:
            match act:
                case Act.PAUSE:
                    waiting = waiting or fact
                    run = run and self._paused(run, fact)
                case Act.RESUME:
                    waiting = None
                    run = run and self._resumed(run, fact)
                case Act.STOP:
                    run = run and self._stopped(run, act, fact)
                case Act.PUT_OFF:
                    run = run and self._put_off(run, fact)
                case Act.START if run is None or run.state == "stopped":
                    began = self._begun(act, fact)
                    if began is not None:
                        if run is not None:
                            yield run
                        run = self._paused(began, waiting) if waiting else began
                case Act.RESTART:
                    waiting = None
                    began = self._begun(act, fact)
                    if began is not None and not _goes_on(run, began):
                        if run is not None:
                            yield self._stopped(run, act, fact)
                        run = began
        if run is not None:
            yield run

    def _begun(self, act: Act, fact: Fact) -> Run | None:
        run = self.counting.begun(fact)
        return run and run.noted(act, fact)

    def _paused(self, run: Run, fact: Fact) -> Run:
        if run.counting_since is None or run.stopped_at or run.overdue(fact.at):
            return run
        # The wait may be older than the clock.
        since = max(fact.at, run.counting_since)
        still = run.standing_still(since, self.counting.left(run, since), fact)
        return still.noted(Act.PAUSE, fact)

    def _resumed(self, run: Run, fact: Fact) -> Run:
        if run.state != "paused":
            return run
        going_on = self.counting.resumed(run.without_open_pause(fact.at), fact.at)
        return going_on.noted(Act.RESUME, fact)

    def _put_off(self, run: Run, fact: Fact) -> Run:
        if run.state != "running" or fact.happened_on is None:
            return run
        later = self.counting.put_off(run, fact.happened_on)
        return run if later is run else later.noted(Act.PUT_OFF, fact)

    def _stopped(self, run: Run, act: Act, fact: Fact) -> Run:
        if run.stopped_at is not None:
            return run
        at = max(run.counting_since or run.started_at, self.counting.happened_at(fact))
        return run.ended(at, self.counting.left(run, at)).noted(act, fact)


def _goes_on(run: Run | None, began: Run) -> bool:
    """Say whether a run that is to start anew goes on instead: the same day was named again."""
    return (
        run is not None
        and run.state == "running"
        and began.start.ends_on is not None
        and began.due_at == run.due_at
    )
