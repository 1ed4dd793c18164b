"""The desk's own rules, and the parts that programmes share with them: clocks, reasons, texts.

All of it is data with a first day of validity, because terms and time limits change and the day of
loss decides which ones hold. The models are built once at start; checks only read them.
"""

from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property, lru_cache
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, field_validator, model_validator

from shared.calendar import BusinessCalendar
from shared.contract.contacts import Language
from shared.contract.departments import TaskKind
from shared.periods import End, NamedDay, Period, parse_end
from shared.plain_mistakes import unknown_name
from shared.programmes.terms import Code, Data, Words, refuse

FACT_NAMES = frozenset(
    {
        "opened",
        "contact_added",
        "assessed",
        "information_requested",
        "information_received",
        "item_waived",
        "notice_requested",
        "escalated",
        "returned",
        "passed_on",
        "decided",
        "closed",
        "answer_reminded",
        "consequences_warned",
        "answer_overdue",
        "policy_corrected",
        "proposed",
        "proposal_rejected",
        "reopened",
        "objection_received",
        "withdrawn",
        "quality_review_drawn",
        "quality_reviewed",
        "task_requested",
        "task_answered",
        "task_cancelled",
        "paid",
        "advance_requested",
        "advance_decided",
        "kind_changed",
        "complaint_reported",
        "prompted",
        "prompt_done",
        "item_received",
        "decision_received",
        "approved",
        "paid_in_full",
        "payment_returned",
        "complaint_opened",
        "complaint_acknowledged",
        "complaint_dropped",
        "departments_awaited",
        "departments_answered",
        "decision_sent",
        "decision_undelivered",
        "decision_served",
        "remedy_notice_missing",
    }
)
"""What can move a clock: the facts of a case file, and below them what escalation reads from these
and from the notices under names of its own (`services/escalation/domain/case_facts.py`)."""


def _duration_or_end(written: object) -> object:
    if isinstance(written, str) and not written.upper().startswith("PT"):
        return parse_end(written)
    return written


def _as_written(target: timedelta | End) -> str:
    """A time limit as a file says it, so that stored terms are read like a file."""
    if isinstance(target, timedelta):
        return f"PT{target.days * 24 * 60 * 60 + target.seconds}S"
    return target.iso if isinstance(target, NamedDay) else target.en


def _period(written: object) -> object:
    return Period.parse(written) if isinstance(written, str) else written


_Facts = tuple[str, ...]


class FormerTarget(Data):
    """How long a time limit was for what started up to a day."""

    until: date
    target: Annotated[
        Period, BeforeValidator(_period, json_schema_input_type=str), PlainSerializer(_as_written)
    ]


class ClockRule(Data):
    """One time limit: how long, and which facts of a case move it.

    A service clock has a duration of business time; a statutory one ends with a day: the last of a
    period by the calendar (never a Saturday, Sunday or public holiday unless it says so), one that
    comes every year, or the one that somebody was told.
    """

    kind: Code
    names: Words
    law: str = Field(default="", description="Where it comes from: `VVG §14(2)`.")
    target: Annotated[
        timedelta | End,
        BeforeValidator(_duration_or_end, json_schema_input_type=str),
        PlainSerializer(_as_written),
    ] = Field(
        description="`PT4H`; `1 month`; `1 March` of the next year; `deadline`: the named day."
    )
    formerly: tuple[FormerTarget, ...] = Field(
        default=(), description="Other periods, by the day of the start, oldest first."
    )
    warn_before: Annotated[timedelta, Field(ge=timedelta())] = timedelta()
    only_for: Literal["insurer", "agency"] | None = Field(
        default=None, description="Whose programmes have it, if not all."
    )
    calendar: Literal["business", "always"] = "business"
    rolls: bool | None = Field(default=None, description="For a period; true unless said.")
    escalates: bool = Field(default=True, description="A breach goes to a supervisor.")
    passes: bool = Field(
        default=False, description="Nothing is to be done by then; once passed it is over."
    )
    valid_from: date | None = Field(default=None, description="First day of opening of its cases.")
    valid_until: date | None = Field(default=None, description="Last such day.")
    starts: _Facts = ()
    pauses: _Facts = ()
    resumes: _Facts = ()
    stops: _Facts = Field(min_length=1)
    restarts: _Facts = ()
    puts_off: _Facts = Field(default=(), description="Move its end to their day, if it is later.")
    ends_as: Code | None = Field(
        default=None, description="What its end is called, as a fact that starts other clocks."
    )
    only_if: _Facts = Field(default=(), description="Facts without which it does not exist.")
    unless: _Facts = Field(default=(), description="Facts with which it does not exist.")

    @property
    def ends_on_working_day(self) -> bool:
        """Whether its period rolls to the next working day (BGB §193, SGB X §26(3))."""
        return isinstance(self.target, Period) if self.rolls is None else self.rolls

    @field_validator(
        "starts", "pauses", "resumes", "stops", "restarts", "puts_off", "only_if", "unless"
    )
    @classmethod
    def _known_facts(cls, names: _Facts) -> _Facts:
        unknown = sorted(set(names) - FACT_NAMES)
        if unknown:
            said = (f"no such fact: {name}; {unknown_name(name, FACT_NAMES)}" for name in unknown)
            raise ValueError("; ".join(said))
        return names

    @model_validator(mode="after")
    def _startable(self) -> Self:
        if not (self.starts or self.restarts):
            raise ValueError("it needs facts that start it: `starts`, or `restarts`")
        if self.formerly and not isinstance(self.target, Period):
            raise ValueError("`formerly` is for periods such as `4 days`")
        return self

    @model_validator(mode="after")
    def _ever_valid(self) -> Self:
        first, last = self.valid_from, self.valid_until
        if first is not None and last is not None and last < first:
            refuse([(("valid_until",), f"is before valid_from, {first}")])
        return self


class DeskCalendar(Data):
    """When the desk is open: zone, weekly hours, whose public holidays, extra closed days."""

    zone: str
    hours: str
    region: str | None = None
    closed: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _readable(self) -> Self:
        _ = self.business
        return self

    @cached_property
    def business(self) -> BusinessCalendar:
        """The calendar that computes with these hours."""
        return BusinessCalendar.of(
            self.hours, zone=self.zone, region=self.region, closed=self.closed
        )


class Reason(Data):
    """A coded reason of a decision: the client's text, and X12's CARC number where one exists."""

    text: Words
    carc: int | None = Field(default=None, ge=1)


class OtherBody(Data):
    """An agency or insurer to which misdirected applications are passed on (SGB I §16(2))."""

    names: Words
    address: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        min_length=1, max_length=6, description="Where the papers go, line by line."
    )


class DeskRules(Data):
    """What holds for every case, and for every programme that does not say otherwise."""

    calendar: DeskCalendar
    answer_days: Annotated[int, Field(ge=1)]
    clocks: tuple[ClockRule, ...]
    reasons: dict[Code, Reason]
    items: dict[str, Words] = Field(description="Checklist items in the client's words.")
    bodies: dict[Code, OtherBody] = Field(
        default={}, description="Who else is responsible: where misdirected applications go."
    )
    task_days: dict[TaskKind, Annotated[int, Field(ge=1)]] = Field(
        default={}, description="Days that a department has for a task; else `answer_days`."
    )
    complaint_categories: dict[Code, Words] = Field(
        default={}, description="What a complaint in the register may be about, beside `other`."
    )
    request_texts: dict[Code, Words] = Field(
        default={}, description="What the desk writes by itself about a service request."
    )

    def local_day(self, at: datetime) -> date:
        """The calendar day of an instant at the desk."""
        return _day_in(self.calendar.business.zone, at)

    def answer_by(self, today: date, days: int) -> date:
        """The last day for a client's answer; never a weekend or public holiday (BGB §193)."""
        return self.calendar.business.roll_forward(today + timedelta(days=days))

    def request_text(self, code: str, language: Language) -> str:
        """What the desk writes by itself about a service request; empty if nothing is set down."""
        words = self.request_texts.get(code)
        return words.text(language) if words else ""

    def task_days_of(self, kind: TaskKind) -> int:
        """How many days a department has for such a task."""
        return self.task_days.get(kind, self.answer_days)

    def reason_text(self, code: str, language: Language) -> str:
        """The client's text of a reason; the code itself when a later version dropped it."""
        reason = self.reasons.get(code)
        return reason.text.text(language) if reason else code

    def item_text(self, item: str, language: Language) -> str:
        """A checklist item such as `document:invoice` in the client's words."""
        words = self.items.get(item)
        return words.text(language) if words else item


@lru_cache(maxsize=1024)
def _day_in(zone: tzinfo, at: datetime) -> date:
    """Every claim of a transaction asks for its day several times."""
    return at.astimezone(zone).date()
