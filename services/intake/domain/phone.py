"""The note of a telephone call, as a representative keys it in."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.contract.base import Day
from shared.contract.contacts import Intent, Language
from shared.ids import find_case_ids

_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
_Amount = Annotated[Decimal, Field(max_digits=12, decimal_places=2)]

CheckQuestion = Literal[
    "date_of_birth", "postal_address", "postcode", "policy_number", "last_claim", "bank_account"
]
"""What a caller can be asked to show who they are; the answers themselves are not kept."""


class _Note(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NoteLine(_Note):
    """One claimed expense, as the caller names it."""

    description: Annotated[_Line, Field(min_length=1)]
    benefit: _Code | None = None
    amount: _Amount | None = None
    invoice_number: _Code | None = None


class PhoneNote(_Note):
    """One call: who called, what they want, and how their identity was checked.

    An unknown field is refused, so that a typing error does not silently lose what was said.
    """

    caller_name: _Name
    call_back_number: Annotated[
        str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 ()/.-]{3,30}$")
    ]
    client_id: _Code | None = None
    case_id: str | None = Field(default=None, description="The case that the call is about.")
    check_questions: tuple[CheckQuestion, ...] = Field(default=(), max_length=10)
    check_questions_passed: bool = False
    language: Language = Language.GERMAN
    intent: Intent = Intent.CLAIM
    policy_number: _Code | None = None
    date_of_loss: Day | None = None
    lines: tuple[NoteLine, ...] = Field(default=(), max_length=200)
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    stated_total: _Amount | None = None
    iban: Annotated[str, StringConstraints(strip_whitespace=True, max_length=42)] | None = None
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)] = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.check_questions_passed and not self.check_questions:
            raise ValueError("which check questions were passed? name at least one")
        if self.case_id is not None and find_case_ids(self.case_id) != [self.case_id]:
            raise ValueError("case_id: no such case number; it looks like C-7K3M-9PQR-T")
        if not (self.text or self.lines):
            raise ValueError("a note needs a text or at least one line")
        return self
