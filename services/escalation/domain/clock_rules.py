"""What moves a clock: the rules that a programme writes as data, and the facts they speak of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Literal

from shared.errors import DeskError
from shared.periods import Period


class ClockRuleError(DeskError, ValueError):
    """A programme's clock rule that can't be meant so."""


class Act(IntEnum):
    """What a fact does to a clock; in this order where several happen at the same instant."""

    START = 0
    PAUSE = 1
    RESUME = 2
    STOP = 3
    RESTART = 4


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to a case.

    Attributes:
        name: What happened, as the case file calls it.
        at: When, as an aware instant.
        event_id: The event that told it.
        place: The case file's sequence and the fact's position in it: the order of facts that
            happened at the same instant.
    """

    name: str
    at: datetime
    event_id: str
    place: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages of the desk."""

    de: str
    en: str


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One time limit of a programme: which facts move it, and how long it runs.

    Attributes:
        kind: Its name, such as `first_response` or `resolution`.
        target: How long it runs until it is due: a duration, or a period by the calendar, which
            ends with its last day (BGB §188).
        calendar: Whether a duration counts the desk's business time, or all time.
        rolls: Whether a period that ends on a Saturday, Sunday or public holiday ends on the next
            working day (BGB §193, SGB X §26(3)).
        warn_before: How long before it is due the desk is warned; zero for no warning.
        starts: Facts that start it; without effect while it runs.
        pauses: Facts since which the case waits for the client.
        resumes: Facts that end the waiting.
        stops: Facts that do what the clock demands.
        restarts: Facts that start it anew, whatever was before.
        name: What people call it; its kind if None.
        law: Where it comes from, such as `VVG §14(2)`.
        escalates: Whether a breach brings the case to a supervisor; else it only tells.
        valid_from: First day of opening of the cases that it holds for; None for all before.
        valid_until: Last such day; None for all after.

    Raises:
        ClockRuleError: No target, no start, one fact with two effects, or a duration that rolls.
    """

    kind: str
    target: timedelta | Period
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    restarts: tuple[str, ...] = ()
    calendar: Literal["business", "always"] = "business"
    warn_before: timedelta = timedelta()
    rolls: bool = False
    name: Words | None = None
    law: str = ""
    escalates: bool = True
    valid_from: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        effects = (self.starts, self.pauses, self.resumes, self.stops, self.restarts)
        if len(set().union(*effects)) < sum(map(len, effects)):
            msg = f"clock {self.kind!r}: one fact can't have two effects"
            raise ClockRuleError(msg)
        by_period = isinstance(self.target, Period)
        nothing = isinstance(self.target, timedelta) and self.target <= timedelta()
        if not self.starts or nothing or self.warn_before < timedelta():
            msg = f"clock {self.kind!r}: it needs a start, a target, and no negative warning"
            raise ClockRuleError(msg)
        if self.rolls and not by_period:
            msg = f"clock {self.kind!r}: only a period by the calendar rolls to a working day"
            raise ClockRuleError(msg)

    def holds_on(self, day: date) -> bool:
        """Say whether it is the rule for cases opened on a day."""
        return (self.valid_from or day) <= day <= (self.valid_until or day)

    def act(self, fact: str) -> Act | None:
        """Return what a fact does to this clock, or None when it is none of its business."""
        effects = (self.starts, self.pauses, self.resumes, self.stops, self.restarts)
        return next((act for act, facts in zip(Act, effects, strict=True) if fact in facts), None)


def rules_on(rules: Iterable[ClockRule], day: date) -> tuple[ClockRule, ...]:
    """Return the rules that hold for a case opened on a day."""
    return tuple(rule for rule in rules if rule.holds_on(day))


def must_not_overlap(rules: Iterable[ClockRule]) -> None:
    """Check that on no day two rules of the same kind hold.

    Raises:
        ClockRuleError: There is such a day.
    """
    last: dict[str, ClockRule] = {}
    for rule in sorted(rules, key=lambda rule: (rule.kind, rule.valid_from or date.min)):
        before = last.get(rule.kind)
        if before is not None and (before.valid_until or date.max) >= (rule.valid_from or date.min):
            msg = f"clock {rule.kind!r}: two rules hold from {rule.valid_from or 'the beginning'}"
            raise ClockRuleError(msg)
        last[rule.kind] = rule
