"""What moves a clock: the rules that a programme writes as data, and the facts they speak of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Literal, NoReturn

from shared.errors import DeskError
from shared.periods import End, Period


class ClockRuleError(DeskError, ValueError):
    """A programme's clock rule that can't be meant so."""


class Act(IntEnum):
    """What a fact does to a clock; in this order where several happen at the same instant."""

    START = 0
    PAUSE = 1
    RESUME = 2
    STOP = 3
    RESTART = 4
    PUT_OFF = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to a case.

    Attributes:
        name: What happened, as the case file calls it.
        at: When, as an aware instant.
        event_id: The event that told it.
        place: The case file's sequence and the fact's position in it: the order of facts that
            happened at the same instant.
        happened_on: The day on which it happened, where the desk heard of it later.
        ends_on: The last day of the time that somebody was given by it.
    """

    name: str
    at: datetime
    event_id: str
    place: tuple[int, int] = (0, 0)
    happened_on: date | None = None
    ends_on: date | None = None


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
        target: How long it runs until it is due: a duration; or until the end of a day, which is
            the last one of a period (BGB §188), one of every year, or named by the start itself.
        formerly: Other targets, each for what started up to a day, oldest first.
        calendar: Whether a duration counts the desk's business time, or all time.
        rolls: Whether a time limit that would end on a Saturday, Sunday or public holiday ends on
            the next working day (BGB §193, SGB X §26(3)).
        warn_before: How long before it is due the desk is warned; zero for no warning.
        starts: Facts that start it; without effect while it runs.
        pauses: Facts since which the case waits for the client.
        resumes: Facts that end the waiting.
        stops: Facts that do what the clock demands.
        restarts: Facts that start it anew, whatever was before; not one that names the day again
            with which the run ends anyway.
        puts_off: Facts that put its end off to their day, if that is later.
        ends_as: What its end is called as a fact of its own, which starts other clocks.
        only_if: Facts without which it does not exist; all cases have it if empty.
        unless: Facts with which it does not exist.
        passes: Whether nothing is to be done by then: once it has passed, it is over.
        name: What people call it; its kind if None.
        law: Where it comes from, such as `VVG §14(2)`.
        escalates: Whether a breach brings the case to a supervisor; else it only tells.
        valid_from: First day of opening of the cases that it holds for; None for all before.
        valid_until: Last such day; None for all after.

    Raises:
        ClockRuleError: No target, no start, one fact with two effects, or a duration that rolls.
    """

    kind: str
    target: timedelta | End
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
    formerly: tuple[tuple[date, Period], ...] = ()
    puts_off: tuple[str, ...] = ()
    ends_as: str | None = None
    only_if: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    passes: bool = False
    acts: Mapping[str, Act] = field(init=False, repr=False, compare=False)
    """What each fact does to it."""

    def __post_init__(self) -> None:
        effects = (
            self.starts, self.pauses, self.resumes, self.stops, self.restarts, self.puts_off
        )  # fmt: skip
        acts = {fact: act for act, facts in zip(Act, effects, strict=True) for fact in facts}
        object.__setattr__(self, "acts", acts)
        if len(acts) < sum(map(len, effects)):
            self._refuse("one fact can't have two effects")
        by_time = isinstance(self.target, timedelta)
        nothing = isinstance(self.target, timedelta) and self.target <= timedelta()
        if not (self.starts or self.restarts) or nothing or self.warn_before < timedelta():
            self._refuse("it needs a start, a target, and no negative warning")
        if self.rolls and by_time:
            self._refuse("only a period rolls, or what else ends with a day")
        if self.formerly and not isinstance(self.target, Period):
            self._refuse("only a period was another one formerly")
        if self.ends_as in acts:
            self._refuse("its own end can't move it")

    def _refuse(self, why: str) -> NoReturn:
        msg = f"clock {self.kind!r}: {why}"
        raise ClockRuleError(msg)

    def period_on(self, day: date) -> Period:
        """Return the period that holds for what starts on a day."""
        assert isinstance(self.target, Period)
        return next((period for until, period in self.formerly if day <= until), self.target)

    def concerns(self, facts: Iterable[Fact]) -> bool:
        """Say whether a case with these facts has such a clock."""
        if not self.only_if and not self.unless:
            return True
        names = {fact.name for fact in facts}
        return names.issuperset(self.only_if) and names.isdisjoint(self.unless)

    def holds_on(self, day: date) -> bool:
        """Say whether it is the rule for cases opened on a day."""
        return (self.valid_from or day) <= day <= (self.valid_until or day)


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
