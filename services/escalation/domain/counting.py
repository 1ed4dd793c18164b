"""How a clock's target is counted: as a duration, or until the end of a day.

Both answer the same questions about a run: when it is due once it begins or goes on, and what is
left of it at an instant.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from services.escalation.domain.clock_rules import ClockRule, Fact
from services.escalation.domain.runs import Pause, Run
from shared.calendar import ALWAYS, DAY, BusinessCalendar
from shared.periods import NamedDay, YearlyDay, end_of_day

_BEFORE_CLOSING: Final = timedelta(hours=1)
"""A warning that falls on a night or a holiday comes before the desk closed, this much."""


class Counting(Protocol):
    """How one clock counts."""

    def begun(self, fact: Fact) -> Run | None:
        """Return a run that a fact starts; None if the fact doesn't say until when it runs."""

    def resumed(self, run: Run, at: datetime) -> Run:
        """Return a run that goes on after its last wait ended."""

    def put_off(self, run: Run, until: date) -> Run:
        """Return a run that ends with a day, if that is later than its own end."""

    def left(self, run: Run, at: datetime) -> timedelta:
        """Return what is left of a run at an instant."""

    def happened_at(self, fact: Fact) -> datetime:
        """Return when a fact happened: whoever acts on the last day is in time, heard of or not."""


def counting_of(rule: ClockRule, desk: BusinessCalendar) -> Counting:
    """Return how a rule counts, by the kind of its target."""
    target = rule.target
    if isinstance(target, timedelta):
        calendar = ALWAYS if rule.calendar == "always" else desk
        return _Duration(target, rule.warn_before, calendar)
    if isinstance(target, NamedDay):
        return _Days(rule, desk, lambda fact, _: fact.ends_on)
    if isinstance(target, YearlyDay):
        return _Days(rule, desk, lambda _, day: target.last_day(day))
    return _Days(rule, desk, lambda _, day: rule.period_on(day).last_day(day))


@dataclass(frozen=True, slots=True)
class _Duration:
    """So much time of a calendar."""

    target: timedelta
    warn_before: timedelta
    calendar: BusinessCalendar

    def begun(self, fact: Fact) -> Run:
        return self._counting(Run(self.target), fact.at)

    def resumed(self, run: Run, at: datetime) -> Run:
        return self._counting(run, at)

    def put_off(self, run: Run, until: date) -> Run:
        due_at = end_of_day(until, self.calendar.zone)
        if run.due_at is None or due_at <= run.due_at:
            return run
        return run._replace(due_at=due_at, warn_at=self._warning(run.due_at, due_at))

    def left(self, run: Run, at: datetime) -> timedelta:
        if run.counting_since is None:
            return run.remaining
        return max(run.remaining - self.calendar.between(run.counting_since, at), timedelta())

    def happened_at(self, fact: Fact) -> datetime:
        return fact.at

    def _counting(self, run: Run, since: datetime) -> Run:
        due_at = self.calendar.add(since, run.remaining)
        return run._replace(
            counting_since=since, due_at=due_at, warn_at=self._warning(since, due_at)
        )

    def _warning(self, since: datetime, due_at: datetime) -> datetime | None:
        """Return when to warn: while the desk is open, and not before the clock counts."""
        if not self.warn_before:
            return None
        before = self.calendar.subtract(due_at, self.warn_before)
        return min(due_at, self.calendar.next_opening(max(before, since)))


@dataclass(frozen=True, slots=True)
class _Days:
    """Until the end of a day: a period's last one, one that was named, one of every year."""

    rule: ClockRule
    desk: BusinessCalendar
    last_day: Callable[[Fact, date], date | None]

    def begun(self, fact: Fact) -> Run | None:
        ends = self.last_day(fact, self._event_day(fact))
        return self._until(Run(timedelta()), ends, fact.at) if ends else None

    def resumed(self, run: Run, at: datetime) -> Run:
        ends = self.last_day(run.start, self._event_day(run.start))
        assert ends is not None
        suspended = self._suspended_days(run)
        again = run._replace(suspended_days=suspended)
        return self._until(again, ends + suspended * DAY, at)

    def put_off(self, run: Run, until: date) -> Run:
        if run.due_at is None or end_of_day(until, self.desk.zone) <= run.due_at:
            return run
        return self._until(run, until, run.started_at)

    def left(self, run: Run, at: datetime) -> timedelta:
        if run.counting_since is None:
            return run.remaining
        return max((run.due_at or at) - at, timedelta())

    def happened_at(self, fact: Fact) -> datetime:
        if fact.happened_on is None:
            return fact.at
        return min(fact.at, end_of_day(fact.happened_on, self.desk.zone))

    def _until(self, run: Run, ends: date, since: datetime) -> Run:
        last_day = self.desk.roll_forward(ends) if self.rule.rolls else ends
        due_at = end_of_day(last_day, self.desk.zone)
        return run._replace(
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
        counted_from = self._event_day(run.start) + DAY
        days = 0
        for first, last in map(self._days_of, run.pauses):
            days += max((last - max(first, counted_from)).days + 1, 0)
            counted_from = max(counted_from, last + DAY)
        return days

    def _days_of(self, pause: Pause) -> tuple[date, date]:
        assert pause.until is not None
        return self._local_day(pause.since), self._local_day(pause.until)

    def _event_day(self, fact: Fact) -> date:
        return fact.happened_on or self._local_day(fact.at)

    def _local_day(self, at: datetime) -> date:
        return at.astimezone(self.desk.zone).date()

    def _warning(self, since: datetime, due_at: datetime) -> datetime | None:
        """Return when to warn: while the desk is open, and not before the clock counts.

        Who was told the day just now is not reminded of it at once.
        """
        before = due_at - self.rule.warn_before
        told_just_now = isinstance(self.rule.target, NamedDay) and before <= since
        if not self.rule.warn_before or told_just_now:
            return None
        if not self.desk.is_open(before):
            before = self.desk.subtract(before, _BEFORE_CLOSING)
        return min(due_at, self.desk.next_opening(max(before, since)))
