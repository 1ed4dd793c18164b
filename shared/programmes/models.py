"""What a programme says: benefits, limits, documents, authority, clocks and the client's texts.

All of it is data with a first day of validity, because terms and time limits change and the day of
loss decides which ones hold. The models are built once at start; checks only read them.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from shared.calendar import BusinessCalendar
from shared.contract.contacts import DocumentKind, Language
from shared.periods import Period

Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,63}$")]
Days = Annotated[int, Field(ge=0, le=36_500)]

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
        "complaint_opened",
        "complaint_acknowledged",
    }
)
"""The facts of a case file that can move a clock; of a complaint, its opening and the notice that
acknowledges it count under names of their own too."""


class _Data(BaseModel):
    """A value of a programme file; an unknown field is a mistake of its author."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Data):
    """One text in both languages of the desk."""

    de: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def text(self, language: Language) -> str:
        """The text in one language."""
        return self.de if language is Language.GERMAN else self.en


class Keywords(_Data):
    """Words by which a benefit is recognised in what a client wrote, lower case."""

    de: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        yield from self.de
        yield from self.en


class Benefit(_Data):
    """One peril or benefit of a programme, with its limits in the programme's currency."""

    names: Words
    keywords: Keywords = Keywords()
    limit_per_claim: Money | None = None
    yearly_limit: Money | None = Field(default=None, description="Per policy and benefit year.")
    waiting_period_days: Days = Field(default=0, description="From the policy's first day.")
    required_documents: tuple[DocumentKind, ...] = ()


class ManyClaims(_Data):
    """From how many earlier claims within how many days a person should look."""

    claims: Annotated[int, Field(ge=1)]
    within_days: Annotated[int, Field(ge=1)]


class ArithmeticStepName(StrEnum):
    """The steps of a line's arithmetic; a programme says in which order they come."""

    LIMIT_PER_CLAIM = "limit_per_claim"
    YEARLY_CEILING = "yearly_ceiling"
    DEDUCTIBLE = "deductible"


def _duration_or_period(written: object) -> object:
    if isinstance(written, str) and not written.upper().startswith("PT"):
        return Period.parse(written)
    return written


class ClockRule(_Data):
    """One time limit: how long, and which facts of a case move it.

    A service clock has a duration of business time; a statutory one a period by the calendar, which
    ends with a day, and never on a Saturday, Sunday or public holiday unless it says so.
    """

    kind: Code
    names: Words
    law: str = Field(default="", description="Where it comes from: `VVG §14(2)`.")
    target: Annotated[timedelta | Period, BeforeValidator(_duration_or_period)] = Field(
        description="`PT4H`, or a period such as `1 month`."
    )
    warn_before: Annotated[timedelta, Field(ge=timedelta())] = timedelta()
    calendar: Literal["business", "always"] = "business"
    rolls: bool | None = Field(default=None, description="For a period; true unless said.")
    escalates: bool = Field(default=True, description="A breach goes to a supervisor.")
    valid_from: date | None = Field(default=None, description="First day of opening of its cases.")
    valid_until: date | None = Field(default=None, description="Last such day.")
    starts: tuple[str, ...] = Field(min_length=1)
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    stops: tuple[str, ...] = Field(min_length=1)

    @property
    def ends_on_working_day(self) -> bool:
        """Whether its period rolls to the next working day (BGB §193, SGB X §26(3))."""
        return isinstance(self.target, Period) if self.rolls is None else self.rolls

    @field_validator("starts", "pauses", "resumes", "stops")
    @classmethod
    def _known_facts(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(names) - FACT_NAMES)
        if unknown:
            message = f"no such fact: {', '.join(unknown)}; known: {', '.join(sorted(FACT_NAMES))}"
            raise ValueError(message)
        return names


class DeskCalendar(_Data):
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


class Reason(_Data):
    """A coded reason of a decision: the client's text, and X12's CARC number where one exists."""

    text: Words
    carc: int | None = Field(default=None, ge=1)


class OtherBody(_Data):
    """An agency or insurer to which misdirected applications are passed on (SGB I §16(2))."""

    names: Words
    address: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        min_length=1, max_length=6, description="Where the papers go, line by line."
    )


class DeskRules(_Data):
    """What holds for every case, and for every programme that does not say otherwise."""

    calendar: DeskCalendar
    answer_days: Annotated[int, Field(ge=1)]
    clocks: tuple[ClockRule, ...]
    reasons: dict[Code, Reason]
    items: dict[str, Words] = Field(description="Checklist items in the client's words.")
    bodies: dict[Code, OtherBody] = Field(
        default={}, description="Who else is responsible: where misdirected applications go."
    )

    def local_day(self, at: datetime) -> date:
        """The calendar day of an instant at the desk."""
        return at.astimezone(self.calendar.business.zone).date()

    def answer_by(self, today: date, days: int) -> date:
        """The last day for a client's answer; never a weekend or public holiday (BGB §193)."""
        return self.calendar.business.roll_forward(today + timedelta(days=days))

    def reason_text(self, code: str, language: Language) -> str:
        """The client's text of a reason; the code itself when a later version dropped it."""
        reason = self.reasons.get(code)
        return reason.text.text(language) if reason else code

    def item_text(self, item: str, language: Language) -> str:
        """A checklist item such as `document:invoice` in the client's words."""
        words = self.items.get(item)
        return words.text(language) if words else item


class ProgrammeVersion(_Data):
    """A programme's terms from one day to the next version.

    `code`, `kind` and `names` are the programme's; `clocks`, `answer_days` and `reasons` are the
    desk's unless the version says its own.
    """

    code: Code
    kind: Literal["insurer", "agency"]
    names: Words
    version: Annotated[str, Field(min_length=1, max_length=64)]
    valid_from: date
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    benefits: Annotated[dict[Code, Benefit], Field(min_length=1)]
    benefit_year: Literal["calendar", "insurance"] = "calendar"
    deductible: Money = Field(default=Decimal(0), description="Per claim.")
    arithmetic: tuple[ArithmeticStepName, ...] = (
        ArithmeticStepName.LIMIT_PER_CLAIM,
        ArithmeticStepName.YEARLY_CEILING,
        ArithmeticStepName.DEDUCTIBLE,
    )
    automatic_limit: Money = Field(description="Up to here the system may approve alone.")
    authority: dict[str, Money | None] = Field(
        description="Up to which amount a role decides alone; null is unlimited."
    )
    filing_period_days: Annotated[int, Field(ge=1)] | None = None
    many_claims: ManyClaims | None = None
    early_loss_days: Days = 3
    quality_share: Annotated[Decimal, Field(ge=0, le=1)] = Decimal(0)
    answer_days: Annotated[int, Field(ge=1)]
    clocks: tuple[ClockRule, ...]
    reasons: dict[Code, Reason]

    @field_validator("arithmetic")
    @classmethod
    def _each_step_once(
        cls, steps: tuple[ArithmeticStepName, ...]
    ) -> tuple[ArithmeticStepName, ...]:
        if set(steps) != set(ArithmeticStepName) or len(steps) != len(ArithmeticStepName):
            message = f"each step exactly once: {', '.join(ArithmeticStepName)}"
            raise ValueError(message)
        return steps

    def reason_text(self, code: str, language: Language) -> str:
        """The client's text of a reason; the code itself when a later version dropped it."""
        reason = self.reasons.get(code)
        return reason.text.text(language) if reason else code

    def authority_of(self, roles: Collection[str]) -> Decimal | None:
        """Up to which amount somebody with these roles decides alone; None is unlimited.

        Somebody whose roles the programme does not name decides nothing, not even zero: -1.
        """
        highest = Decimal(-1)
        for role in self.authority.keys() & set(roles):
            limit = self.authority[role]
            if limit is None:
                return None
            highest = max(highest, limit)
        return highest


class Programme(_Data):
    """A product or benefit scheme with all its versions, oldest first."""

    code: Code
    versions: tuple[ProgrammeVersion, ...]

    @model_validator(mode="after")
    def _versions_in_order(self) -> Self:
        days = [version.valid_from for version in self.versions]
        if days != sorted(set(days)):
            raise ValueError("versions come oldest first, each with a valid_from of its own")
        names = [version.version for version in self.versions]
        if len(names) != len(set(names)):
            raise ValueError("each version has a name of its own")
        return self

    def version_on(self, day: date) -> ProgrammeVersion | None:
        """The version that holds on a day; None before the first one."""
        for version in reversed(self.versions):
            if version.valid_from <= day:
                return version
        return None
