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
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal, Self

from services.escalation.domain.clock_rules import Act, ClockRule, Fact
from shared.calendar import ALWAYS, DAY, BusinessCalendar
from shared.periods import Period, end_of_day

_BEFORE_CLOSING: Final = timedelta(hours=1)
"""A warning that falls on a night or a holiday comes before the desk closed, this much."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A span in which the clock stood still, with the fact that caused it."""

    since: datetime
    until: datetime | None
    reason: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the answer to "why is it due then?".

    Attributes:
        act: What happened to the clock.
        fact: The fact by which its rule says so.
        remaining: What is left of the target after it.
        due_at: When the clock is due after it; None while it stands still.
        rolled_from: The day on which a period would have ended, were it a working day.
        suspended_days: So many days of pauses a period did not count.
    """

    act: Act
    fact: Fact
    remaining: timedelta
    due_at: datetime | None
    rolled_from: date | None = None
    suspended_days: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a clock, from a start until it is stopped or started anew.

    Attributes:
        remaining: What was left of the target when it last began to count, or paused.
        counting_since: Since when it counts; None while it stands still.
        due_at: When the target is used up. None while paused and once stopped in time; a clock
            that was stopped late keeps it.
        warn_at: When the desk is to be warned; None exactly when `due_at` is, or without warning.
        rolled_from: The last day of its period, if that is no working day.
        stopped_at: When it was stopped or superseded by a restart.
        steps: Every fact that moved it, in order.
    """

    remaining: timedelta
    counting_since: datetime | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    rolled_from: date | None = None
    stopped_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def started_at(self) -> datetime:
        """When it was started."""
        return self.steps[0].fact.at

    @property
    def started_by(self) -> str:
        """The event that started it: what tells one run of a clock from another."""
        return self.steps[0].fact.event_id

    @property
    def state(self) -> Literal["running", "paused", "stopped"]:
        """Whether it counts, waits for the client, or has ended."""
        if self.stopped_at is not None:
            return "stopped"
        return "paused" if self.counting_since is None else "running"

    def noted(self, act: Act, fact: Fact, suspended_days: int = 0) -> Self:
        """Return the run with one more line in its explanation."""
        step = Step(act, fact, self.remaining, self.due_at, self.rolled_from, suspended_days)
        return replace(self, steps=(*self.steps, step))

    def overdue(self, at: datetime) -> bool:
        """Say whether its target was used up before an instant; at the due minute it is not."""
        return self.due_at is not None and self.due_at < at


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of one case: its rule and the case's facts, sorted."""

    rule: ClockRule
    facts: tuple[Fact, ...] = ()

    def runs(self, calendar: BusinessCalendar) -> tuple[Run, ...]:
        """Return all its runs, oldest first, as the calendar counts them; none before a start."""
        return tuple(_Reader(self.rule, calendar).read(self.facts))

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


def apply(
    clocks: Iterable[Clock], rules: Iterable[ClockRule], facts: Iterable[Fact]
) -> tuple[Clock, ...]:
    """Return a case's clocks after some facts became known.

    Args:
        clocks: The case's clocks so far.
        rules: The clock rules of the programme version that counts for the case.
        facts: What became known, in any order; known facts may be among them.

    Returns:
        One clock per rule. Clocks keep every fact, also those their rule doesn't name, so that
        a programme changed later finds them.
    """
    known = {fact for clock in clocks for fact in clock.facts}.union(facts)
    ordered = tuple(sorted(known, key=lambda fact: (fact.at, fact.place, fact.event_id, fact.name)))
    return tuple(Clock(rule, ordered) for rule in rules)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the runs of a clock from facts: one method for each thing that can happen to a run."""

    rule: ClockRule
    desk: BusinessCalendar

    @property
    def calendar(self) -> BusinessCalendar:
        return ALWAYS if self.rule.calendar == "always" else self.desk

    def read(self, facts: Iterable[Fact]) -> Iterator[Run]:
        """Play the facts in the order in which they happened, and return each run at its end."""
        run: Run | None = None
        waiting: Fact | None = None
        for act, fact in self._moves(facts):
            match act:
                case Act.PAUSE:
                    waiting = waiting or fact
                    run = run and self._paused(run, fact)
                case Act.RESUME:
                    waiting = None
                    run = run and self._resumed(run, fact)
                case Act.STOP:
                    waiting = None
                    run = run and self._stopped(run, act, fact)
                case Act.START if run is None or run.state == "stopped":
                    if run is not None:
                        yield run
                    run = self._started(act, fact)
                    run = self._paused(run, waiting) if waiting else run
                case Act.RESTART:
                    waiting = None
                    if run is not None:
                        yield self._stopped(run, act, fact)
                    run = self._started(act, fact)
        if run is not None:
            yield run

    def _moves(self, facts: Iterable[Fact]) -> list[tuple[Act, Fact]]:
        moves = [(act, fact) for fact in facts if (act := self.rule.act(fact.name)) is not None]
        return sorted(
            moves, key=lambda move: (move[1].at, move[1].place, move[0], move[1].event_id)
        )

    def _started(self, act: Act, fact: Fact) -> Run:
        if isinstance(self.rule.target, Period):
            return self._until_last_day(Run(remaining=timedelta()), fact.at, fact.at).noted(
                act, fact
            )
        return self._counting(Run(remaining=self.rule.target), fact.at).noted(act, fact)

    def _paused(self, run: Run, fact: Fact) -> Run:
        if run.counting_since is None or run.stopped_at or run.overdue(fact.at):
            return run
        # The wait may be older than the clock.
        since = max(fact.at, run.counting_since)
        still = replace(
            run,
            remaining=self._remaining(run, since),
            counting_since=None,
            due_at=None,
            warn_at=None,
            rolled_from=None,
            pauses=(*run.pauses, Pause(since, None, fact.name, fact.event_id)),
        )
        return still.noted(Act.PAUSE, fact)

    def _resumed(self, run: Run, fact: Fact) -> Run:
        if run.state != "paused":
            return run
        going_on = _without_open_pause(run, fact.at)
        if isinstance(self.rule.target, Period):
            suspended = self._suspended_days(going_on)
            again = self._until_last_day(going_on, run.started_at, fact.at)
            return again.noted(Act.RESUME, fact, suspended)
        return self._counting(going_on, fact.at).noted(Act.RESUME, fact)

    def _stopped(self, run: Run, act: Act, fact: Fact) -> Run:
        if run.stopped_at is not None:
            return run
        late = run.overdue(fact.at)
        ended = replace(
            _without_open_pause(run, fact.at),
            remaining=self._remaining(run, fact.at),
            counting_since=None,
            due_at=run.due_at if late else None,
            warn_at=run.warn_at if late else None,
            stopped_at=fact.at,
        )
        return ended.noted(act, fact)

    def _remaining(self, run: Run, at: datetime) -> timedelta:
        if run.counting_since is None:
            return run.remaining
        if isinstance(self.rule.target, Period):
            return max((run.due_at or at) - at, timedelta())
        return max(run.remaining - self.calendar.between(run.counting_since, at), timedelta())

    def _counting(self, run: Run, since: datetime) -> Run:
        due_at = self.calendar.add(since, run.remaining)
        return replace(
            run, counting_since=since, due_at=due_at, warn_at=self._warning(since, due_at)
        )

    def _until_last_day(self, run: Run, started_at: datetime, since: datetime) -> Run:
        """Return a run that counts a period by the calendar, without the days it was suspended."""
        assert isinstance(self.rule.target, Period)
        event_day = self._local_day(started_at)
        ends = self.rule.target.last_day(event_day) + self._suspended_days(run) * DAY
        last_day = self.desk.roll_forward(ends) if self.rule.rolls else ends
        due_at = end_of_day(last_day, self.desk.zone)
        return replace(
            run,
            remaining=max(due_at - since, timedelta()),
            counting_since=since,
            due_at=due_at,
            warn_at=self._warning(since, due_at),
            rolled_from=ends if last_day != ends else None,
        )

    def _suspended_days(self, run: Run) -> int:
        """Return how many days of the run's pauses are not counted.

        The days on which a suspension begins and ends belong to it (BGB §209); the day of the
        event that started the period is not counted anyway.
        """
        counted_from = self._local_day(run.started_at) + DAY if run.steps else date.min
        days = 0
        for pause in run.pauses:
            if pause.until is None:
                continue
            first = max(self._local_day(pause.since), counted_from)
            last = self._local_day(pause.until)
            days += max((last - first).days + 1, 0)
            counted_from = max(counted_from, last + DAY)
        return days

    def _local_day(self, at: datetime) -> date:
        return at.astimezone(self.desk.zone).date()

    def _warning(self, since: datetime, due_at: datetime) -> datetime | None:
        """Return when to warn: while the desk is open, and not before the clock counts."""
        if not self.rule.warn_before:
            return None
        if isinstance(self.rule.target, Period):
            before = due_at - self.rule.warn_before
            if not self.desk.is_open(before):
                before = self.desk.subtract(before, _BEFORE_CLOSING)
            return min(due_at, self.desk.next_opening(max(before, since)))
        before = self.calendar.subtract(due_at, self.rule.warn_before)
        return min(due_at, self.calendar.next_opening(max(before, since)))


def _without_open_pause(run: Run, at: datetime) -> Run:
    if run.state != "paused":
        return run
    *earlier, last = run.pauses
    return replace(run, pauses=(*earlier, replace(last, until=at)))
