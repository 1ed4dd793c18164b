"""What a claim says when its fields were keyed in or sent by a system, not read from a text."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from shared.contract.base import Day
from shared.contract.contacts import Claimant, ClaimDetails, ClaimLine, Language
from shared.ids import find_case_ids

MOST_LINES: Final = 200


def _plain(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("nul", "a NUL is no part of any text here")
    return text


_Plain = AfterValidator(_plain)

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), _Plain]
FilledLine = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), _Plain
]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), _Plain
]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), _Plain]
Amount = Annotated[Decimal, Field(max_digits=12, decimal_places=2)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), _Plain]


def _case_number(value: object) -> object:
    """A case number as it is spoken or typed, in its normal form; its check sign has to hold."""
    found = find_case_ids(value.strip()) if isinstance(value, str) and len(value) <= 64 else []
    if len(found) != 1:
        raise PydanticCustomError("case_number", "no such case number; it looks like C-7K3M-9PQR-D")
    return found[0]


CaseNumber = Annotated[str, BeforeValidator(_case_number)]


class Stated(BaseModel):
    """A value that somebody keyed in.

    An unknown field is refused, so that a typing error does not silently lose what was said.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class StatedLine(Stated):
    """One claimed expense, as the client names it."""

    description: FilledLine
    benefit: Code | None = None
    amount: Amount | None = None
    invoice_number: Code | None = None
    bought_on: Day | None = Field(default=None, description="For things that lose value.")


class StatedClaimant(Stated):
    """For whom it is claimed, where that is not the policy's holder."""

    name: Name | None = None
    client_id: Code | None = None
    date_of_birth: Day | None = None


class StatedClaim(Stated):
    """What is claimed, and on which policy; all of it may be missing."""

    client_id: Code | None = None
    case_id: CaseNumber | None = Field(default=None, description="The case that it is about.")
    language: Language = Language.GERMAN
    policy_number: Code | None = None
    date_of_loss: Day | None = None
    lines: tuple[StatedLine, ...] = Field(default=(), max_length=MOST_LINES)
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    stated_total: Amount | None = None
    iban: Annotated[str, StringConstraints(strip_whitespace=True, max_length=42)] | None = None
    text: Words = ""
    claimant: StatedClaimant | None = None
    circumstances: tuple[Code, ...] = Field(
        default=(), max_length=20, description="Codes of the programme's exclusions that apply."
    )


def details_of(stated: StatedClaim) -> ClaimDetails:
    """The claim in the form that every channel has, exactly as it was stated."""
    return ClaimDetails(
        policy_number=stated.policy_number,
        date_of_loss=stated.date_of_loss,
        description=stated.text,
        currency=stated.currency,
        lines=tuple(
            ClaimLine(
                line_id=number,
                description=line.description,
                benefit=line.benefit,
                amount=line.amount,
                invoice_number=line.invoice_number,
                bought_on=line.bought_on,
            )
            for number, line in enumerate(stated.lines, start=1)
        ),
        stated_total=stated.stated_total,
        unconfirmed_iban=stated.iban,
        claimant=_claimant(stated.claimant),
        circumstances=tuple(dict.fromkeys(stated.circumstances)),
    )


def _claimant(stated: StatedClaimant | None) -> Claimant | None:
    if stated is None:
        return None
    return Claimant(
        name=stated.name or "", client_id=stated.client_id, date_of_birth=stated.date_of_birth
    )
