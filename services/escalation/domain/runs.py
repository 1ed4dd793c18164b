"""One run of a clock: from a start until it is stopped or started anew, and how it came about."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, Self

from services.escalation.domain.clock_rules import Act, Fact


@dataclass(frozen=True, slots=True)
class Pause:
    """A span in which the clock stood still, with the fact that caused it."""

    since: datetime
    until: datetime | None
    reason: str
    event_id: str


class Step(NamedTuple):
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


class Run(NamedTuple):
    """One run of a clock, from a start until it is stopped or started anew.

    Attributes:
        remaining: What was left of the target when it last began to count, or paused.
        counting_since: Since when it counts; None while it stands still.
        due_at: When the target is used up. None while paused and once stopped in time; a clock
            that was stopped late keeps it.
        warn_at: When the desk is to be warned; None exactly when `due_at` is, or without warning.
        rolled_from: The last day of its period, if that is no working day.
        suspended_days: So many days of its pauses its period does not count.
        stopped_at: When it was stopped or superseded by a restart.
        steps: Every fact that moved it, in order.
    """

    remaining: timedelta
    counting_since: datetime | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    rolled_from: date | None = None
    suspended_days: int = 0
    stopped_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def start(self) -> Fact:
        """The fact that started it."""
        return self.steps[0].fact

    @property
    def started_at(self) -> datetime:
        """When it was started."""
        return self.start.at

    @property
    def started_by(self) -> str:
        """The event that started it: what tells one run of a clock from another."""
        return self.start.event_id

    @property
    def state(self) -> Literal["running", "paused", "stopped"]:
        """Whether it counts, waits for the client, or has ended."""
        if self.stopped_at is not None:
            return "stopped"
        return "paused" if self.counting_since is None else "running"

    def noted(self, act: Act, fact: Fact) -> Self:
        """Return the run with one more line in its explanation."""
        step = Step(act, fact, self.remaining, self.due_at, self.rolled_from, self.suspended_days)
        return self._replace(steps=(*self.steps, step))

    def overdue(self, at: datetime) -> bool:
        """Say whether its target was used up before an instant; at the due minute it is not."""
        return self.due_at is not None and self.due_at < at

    def standing_still(self, since: datetime, left: timedelta, fact: Fact) -> Self:
        """Return the run as a wait leaves it: what is left, and due no more."""
        return self._replace(
            remaining=left,
            counting_since=None,
            due_at=None,
            warn_at=None,
            rolled_from=None,
            suspended_days=0,
            pauses=(*self.pauses, Pause(since, None, fact.name, fact.event_id)),
        )

    def ended(self, at: datetime, left: timedelta) -> Self:
        """Return the run as it ends: due no more, unless it was too late."""
        late = self.overdue(at)
        return self.without_open_pause(at)._replace(
            remaining=left,
            counting_since=None,
            due_at=self.due_at if late else None,
            warn_at=self.warn_at if late else None,
            stopped_at=at,
        )

    def without_open_pause(self, at: datetime) -> Self:
        """Return the run with the wait ended that it is in."""
        if self.state != "paused":
            return self
        *earlier, last = self.pauses
        return self._replace(pauses=(*earlier, replace(last, until=at)))
