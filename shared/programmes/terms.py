"""The terms of a programme that decide about money: benefits, limits, shares, exclusions.

A term that is not set costs nothing and changes nothing. `docs/programmes.md` shows every field
with an example.
"""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from shared.contract.contacts import DocumentKind, Language

_CENT = Decimal("0.01")

Money = Annotated[
    Decimal,
    Field(ge=0, max_digits=14, decimal_places=2),
    AfterValidator(lambda amount: amount.quantize(_CENT)),
]
"""An amount in the programme's currency, always with its cents."""

Share = Annotated[Decimal, Field(ge=0, le=1, max_digits=8)]
"""A part of the whole: 0.10 are ten per cent."""

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,63}$")]
Days = Annotated[int, Field(ge=0, le=36_500)]
Age = Annotated[int, Field(ge=0, le=150)]
Relation = Literal["holder", "spouse", "child", "other"]


class Data(BaseModel):
    """A value of a programme file; an unknown field is a mistake of its author."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def refuse(mistakes: list[tuple[tuple[str | int, ...], str]]) -> None:
    """Refuse values that each are possible, but not together.

    Args:
        mistakes: The place of each one below the value that is validated, and what is wrong; the
            reader of the file names its line and column.

    Raises:
        PydanticCustomError: There is at least one.
    """
    if mistakes:
        said = "; ".join(words for _, words in mistakes)
        raise PydanticCustomError("terms", "{said}", {"said": said, "mistakes": mistakes})


class Words(Data):
    """One text in both languages of the desk."""

    de: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def text(self, language: Language) -> str:
        """The text in one language."""
        return self.de if language is Language.GERMAN else self.en


class Keywords(Data):
    """Words by which something is recognised in what a client wrote, lower case."""

    de: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        yield from self.de
        yield from self.en


class Bounds(Data):
    """A least and a most amount of what a share comes to."""

    at_least: Money | None = Field(default=None, description="Never less, if so much is there.")
    at_most: Money | None = Field(default=None, description="Never more.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        least, most = self.at_least, self.at_most
        if least is not None and most is not None and least > most:
            refuse([(("at_least",), f"{least} is more than at_most, {most}")])
        return self

    def bound(self, amount: Decimal) -> Decimal:
        """The amount, brought between the bounds."""
        if self.at_least is not None and amount < self.at_least:
            return self.at_least
        if self.at_most is not None and amount > self.at_most:
            return self.at_most
        return amount


class CoPayment(Bounds):
    """What the client pays of every line: a share, a fixed amount (`at_least` alone), or both."""

    share: Share = Field(default=Decimal(0), description="Of what is covered of the line.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.share and not self.at_least:
            refuse([((), "say a `share`, or `at_least` for a fixed amount")])
        return self


class FrequencyLimit(Data):
    """How often a benefit may be claimed: in a number of days, or in a benefit year."""

    claims: Annotated[int, Field(ge=1)] = Field(description="So many claims are covered.")
    within_days: Annotated[int, Field(ge=1, le=36_500)] | None = Field(
        default=None, description="Counted back from the day of loss, which is the last of them."
    )
    per: Literal["benefit_year"] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.within_days is None) == (self.per is None):
            refuse([((), "say either `within_days` or `per: benefit_year`")])
        return self


def _document(written: Any) -> Any:
    return {"kind": written} if isinstance(written, str) else written


class RequiredDocument(Data):
    """A document that a benefit needs, perhaps only from an amount on."""

    kind: DocumentKind
    from_amount: Money = Field(
        default=Decimal("0.00"),
        description="Needed once the claim's lines of this benefit come to so much together.",
    )


class Exclusion(Data):
    """A circumstance in which nothing is covered, such as gross negligence or an unlocked bicycle.

    Its code is what `ClaimDetails.circumstances` names.
    """

    names: Words
    keywords: Keywords = Field(
        default=Keywords(), description="Words of a client that hint at it; a person then looks."
    )
    reason: Code | None = Field(default=None, description="The coded reason of a denial for it.")


class Benefit(Data):
    """One peril or benefit of a programme; amounts are in the programme's currency."""

    names: Words
    keywords: Keywords = Keywords()
    limit_per_item: Money | None = Field(default=None, description="Per claim line.")
    limit_per_claim: Money | None = Field(
        default=None, description="For all lines of this benefit in one claim."
    )
    yearly_limit: Money | None = Field(
        default=None, description="Per policy and benefit year of the loss; net approved amounts."
    )
    lifetime_limit: Money | None = Field(
        default=None, description="Per policy, as long as it lives; net approved amounts."
    )
    co_payment: CoPayment | None = Field(default=None, description="The client's part of a line.")
    valuation: Literal["replacement", "current"] = Field(
        default="replacement", description="What a thing is worth: a new one's price, or its own."
    )
    useful_life_years: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None, description="For `current`: after so many years only the residual is left."
    )
    residual_share: Share = Field(
        default=Decimal(0), description="For `current`: the value never falls below this share."
    )
    waiting_period_days: Days = Field(default=0, description="From the policy's first day.")
    frequency: FrequencyLimit | None = None
    min_age: Age | None = Field(
        default=None, description="Of the person claimed for, on the day of loss."
    )
    max_age: Age | None = Field(default=None, description="Up to and including this age.")
    relations: tuple[Relation, ...] | None = Field(
        default=None,
        description="Who is eligible, by their relation to the holder; anybody insured if absent.",
    )
    max_child_age: Age | None = Field(
        default=None, description="Children are eligible up to and including this age."
    )
    required_documents: tuple[
        Annotated[
            RequiredDocument,
            BeforeValidator(_document, json_schema_input_type=DocumentKind | RequiredDocument),
        ],
        ...,
    ] = Field(default=(), description="A kind, or `{kind, from_amount}`.")
    exclusions: dict[Code, Exclusion] = Field(default={}, description="For this benefit alone.")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        wrong: list[tuple[tuple[str | int, ...], str]] = []
        if self.valuation == "current" and self.useful_life_years is None:
            wrong.append((("valuation",), "a current value needs `useful_life_years`"))
        if self.valuation != "current":
            wrong += [
                ((field,), "only for `valuation: current`")
                for field in ("useful_life_years", "residual_share")
                if field in self.model_fields_set
            ]
        if self.min_age is not None and self.max_age is not None and self.min_age > self.max_age:
            wrong.append((("min_age",), f"is more than max_age, {self.max_age}"))
        if self.relations is not None:
            if not self.relations:
                wrong.append((("relations",), "nobody would be eligible; leave it out for anybody"))
            if len(set(self.relations)) < len(self.relations):
                wrong.append((("relations",), "the same relation twice"))
            if self.max_child_age is not None and "child" not in self.relations:
                wrong.append((("max_child_age",), "`relations` leaves children out"))
        kinds = [document.kind for document in self.required_documents]
        if len(set(kinds)) < len(kinds):
            wrong.append((("required_documents",), "the same kind twice"))
        refuse(wrong)
        return self


class Deductible(Bounds):
    """What the client bears of a claim, or of a year: a fixed amount, or a share of the covered.

    With `per: year`, what the policy's other claims of the benefit year have borne counts: the
    amount, `at_least` and `at_most` hold for the year as a whole.
    """

    amount: Money = Decimal("0.00")
    share: Share = Field(default=Decimal(0), description="Of what is covered of the claim.")
    per: Literal["claim", "year"] = "claim"

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.amount and self.share:
            refuse([(("share",), "either a fixed `amount` or a `share`")])
        bounds = [name for name in ("at_least", "at_most") if getattr(self, name) is not None]
        if bounds and not self.share:
            refuse([((name,), "bounds a `share`, and there is none") for name in bounds])
        return self

    def __bool__(self) -> bool:
        return bool(self.amount or self.share)


def _deductible(written: Any) -> Any:
    plain = isinstance(written, str | int | float | Decimal) and not isinstance(written, bool)
    return {"amount": written} if plain else written


WrittenDeductible = Annotated[
    Deductible, BeforeValidator(_deductible, json_schema_input_type=Money | Deductible)
]
"""A deductible as authors write it: a plain amount per claim, or all of its fields."""


class Underinsurance(Data):
    """Paying in proportion where the sum insured is below the insured value (VVG §75).

    Both are the policy's, on the day of loss. Without one of them nothing is reduced.
    """

    waived_up_to: Money | None = Field(
        default=None, description="A claim of which no more is covered so far is not reduced."
    )


class ManyClaims(Data):
    """From how many earlier claims within how many days a person should look."""

    claims: Annotated[int, Field(ge=1)]
    within_days: Annotated[int, Field(ge=1, le=36_500)]


class ArithmeticStepName(StrEnum):
    """The steps of a line's arithmetic, in the order that holds where a programme says none.

    Of a line: its current value, the limit per item, the co-payment. Of a benefit's lines
    together: the limit per claim, what is left of the year's and of the lifetime's limit. Of the
    whole claim: underinsurance, the sum insured, the deductible.
    """

    CURRENT_VALUE = "current_value"
    LIMIT_PER_ITEM = "limit_per_item"
    UNDERINSURANCE = "underinsurance"
    LIMIT_PER_CLAIM = "limit_per_claim"
    CO_PAYMENT = "co_payment"
    YEARLY_CEILING = "yearly_ceiling"
    LIFETIME_LIMIT = "lifetime_limit"
    SUM_INSURED = "sum_insured"
    DEDUCTIBLE = "deductible"
