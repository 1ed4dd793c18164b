"""A programme: its versions, and what each of them says from its first day on.

What the desk says for all programmes (clocks, days for an answer, reasons) is completed by the
reader; see `models.py` for those parts and `terms.py` for the terms that decide about money.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from shared.contract.contacts import Language
from shared.plain_mistakes import unknown_name
from shared.programmes.models import ClockRule, Reason
from shared.programmes.terms import (
    ArithmeticStepName,
    Benefit,
    Code,
    Data,
    Days,
    Deductible,
    Exclusion,
    ManyClaims,
    Money,
    Share,
    Underinsurance,
    Words,
    WrittenDeductible,
    refuse,
)

DECIDING_ROLES = ("representative", "senior_representative", "supervisor")
"""Who decides alone, each up to an amount."""

_STEP_OF_TERM = {
    "limit_per_item": ArithmeticStepName.LIMIT_PER_ITEM,
    "limit_per_claim": ArithmeticStepName.LIMIT_PER_CLAIM,
    "co_payment": ArithmeticStepName.CO_PAYMENT,
    "yearly_limit": ArithmeticStepName.YEARLY_CEILING,
    "lifetime_limit": ArithmeticStepName.LIFETIME_LIMIT,
}
"""A benefit's term → the step that holds it."""


class ProgrammeVersion(Data):
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
    clocks: tuple[ClockRule, ...]
    reasons: dict[Code, Reason]
    benefits: Annotated[dict[Code, Benefit], Field(min_length=1)]
    exclusions: dict[Code, Exclusion] = Field(default={}, description="For every benefit.")
    benefit_year: Literal["calendar", "insurance"] = "calendar"
    deductible: WrittenDeductible = Deductible()
    underinsurance: Underinsurance | None = None
    arithmetic: tuple[ArithmeticStepName, ...] = Field(
        default=tuple(ArithmeticStepName),
        description="The steps in their order; those that it needs are enough.",
    )
    automatic_limit: Money = Field(description="Up to here the system may approve alone.")
    authority: dict[str, Money | None] = Field(
        description="Up to which amount a role decides alone; null is unlimited."
    )
    filing_period_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    many_claims: ManyClaims | None = None
    early_loss_days: Days = 3
    bank_account_required: bool = Field(
        default=False, description="The client is asked for an account if none was named."
    )
    description_required: bool = Field(
        default=False, description="The client is asked what happened if nothing was said."
    )
    insured_persons_required: bool = Field(
        default=False, description="The person claimed for must be one of the policy's insured."
    )
    non_cooperation: Literal["warning_first", "none"] = Field(
        default="none",
        description="`warning_first`: a refusal for lack of cooperation needs an earlier written "
        "warning with a time limit (SGB I §66(3)).",
    )
    advance: bool = Field(default=False, description="Pays advances on request (SGB I §42).")
    quality_share: Share = Field(
        default=Decimal(0), description="So many decisions are reviewed by a second person."
    )
    answer_days: Annotated[int, Field(ge=1, le=3_650)] = Field(
        description="Days that a client has for an answer."
    )

    @field_validator("benefits")
    @classmethod
    def _reasons_of_benefits(
        cls, benefits: dict[str, Benefit], info: ValidationInfo
    ) -> dict[str, Benefit]:
        for code, benefit in benefits.items():
            _check_reasons(benefit.exclusions, info, (code, "exclusions"))
        return benefits

    @field_validator("exclusions")
    @classmethod
    def _reasons_of_exclusions(
        cls, exclusions: dict[str, Exclusion], info: ValidationInfo
    ) -> dict[str, Exclusion]:
        _check_reasons(exclusions, info)
        return exclusions

    @field_validator("authority")
    @classmethod
    def _known_roles(cls, authority: dict[str, Decimal | None]) -> dict[str, Decimal | None]:
        refuse(
            [
                ((role,), f"no such role; {unknown_name(role, DECIDING_ROLES)}")
                for role in authority
                if role not in DECIDING_ROLES
            ]
        )
        return authority

    @field_validator("arithmetic")
    @classmethod
    def _complete(
        cls, steps: tuple[ArithmeticStepName, ...], info: ValidationInfo
    ) -> tuple[ArithmeticStepName, ...]:
        """Each step once, none missing that a term needs.

        The sum insured is the policy's, not the programme's, and always holds: a list that does
        not name it has it before the deductible, or at its end.
        """
        if len(set(steps)) < len(steps):
            refuse([((), f"each step at most once, of {', '.join(ArithmeticStepName)}")])
        refuse(
            [
                ((), f"{term} needs the step {step.value}, which is not in the list")
                for term, step in _needed(info.data)
                if step not in steps
            ]
        )
        if ArithmeticStepName.SUM_INSURED in steps:
            return steps
        last = (*steps, ArithmeticStepName.DEDUCTIBLE).index(ArithmeticStepName.DEDUCTIBLE)
        return (*steps[:last], ArithmeticStepName.SUM_INSURED, *steps[last:])

    def steps(self) -> tuple[ArithmeticStepName, ...]:
        """The steps that can take something away, in their order.

        A term that is not set needs none; the sum insured and a deductible may be the policy's.
        """
        needed = {step for _, step in _needed(dict(self))}
        needed |= {ArithmeticStepName.SUM_INSURED, ArithmeticStepName.DEDUCTIBLE}
        return tuple(step for step in self.arithmetic if step in needed)

    def circumstances(self) -> set[str]:
        """The codes of all its exclusions: what the circumstances of a claim may name."""
        of_benefits = (benefit.exclusions for benefit in self.benefits.values())
        return set(self.exclusions).union(*of_benefits)

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


def _check_reasons(
    exclusions: Mapping[str, Exclusion], info: ValidationInfo, place: tuple[str, ...] = ()
) -> None:
    """Every exclusion's reason is one of the programme's or the desk's."""
    reasons = info.data.get("reasons")
    refuse(
        [
            ((*place, code, "reason"), f"no such reason code: {exclusion.reason}")
            for code, exclusion in exclusions.items()
            if reasons is not None and exclusion.reason not in {None, *reasons}
        ]
    )


def _needed(said: Mapping[str, Any]) -> Iterator[tuple[str, ArithmeticStepName]]:
    """The terms of a version that need a step of the arithmetic, and that step."""
    benefits: Mapping[str, Benefit] = said.get("benefits", {})
    for code, benefit in benefits.items():
        for term, step in _STEP_OF_TERM.items():
            if getattr(benefit, term) is not None:
                yield f"{term} of {code}", step
        if benefit.valuation == "current":
            yield f"the current value of {code}", ArithmeticStepName.CURRENT_VALUE
    if said.get("underinsurance") is not None:
        yield "underinsurance", ArithmeticStepName.UNDERINSURANCE
    if said.get("deductible"):
        yield "deductible", ArithmeticStepName.DEDUCTIBLE


class Programme(Data):
    """A product or benefit scheme with all its versions, oldest first."""

    code: Code
    versions: tuple[ProgrammeVersion, ...]

    @model_validator(mode="after")
    def _versions_in_order(self) -> Self:
        wrong: list[tuple[tuple[str | int, ...], str]] = []
        for index, (one, other) in enumerate(pairwise(self.versions), 1):
            if other.valid_from <= one.valid_from:
                said = f"versions come oldest first; the one before is valid from {one.valid_from}"
                wrong.append((("versions", index, "valid_from"), said))
        names = [version.version for version in self.versions]
        wrong += [
            (("versions", index, "version"), f"{name!r} is another version's name already")
            for index, name in enumerate(names)
            if name in names[:index]
        ]
        refuse(wrong)
        return self

    def version_on(self, day: date) -> ProgrammeVersion | None:
        """The version that holds on a day; None before the first one."""
        for version in reversed(self.versions):
            if version.valid_from <= day:
                return version
        return None
