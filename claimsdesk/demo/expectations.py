"""The expectation file beside a contact: how it should end, and what people do about it.

Only what is stated is compared. `docs/demo.md` describes the format for whoever writes contacts.
"""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from claimsdesk.errors import CommandError
from shared.written_files import WrittenFileError, values_in

_OUTCOME_KEYS = ("intake", "kind", "outcome", "notices", "case")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExpectedNotice(_Part):
    """A notice that the contact should cause; what is absent is not compared."""

    kind: str
    channel: Literal["email", "letter"] | None = None
    status: str | None = None


def _notice(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


class Expected(_Part):
    """How a contact should end."""

    intake: Literal["contact", "machine", "delivery_report", "duplicate", "unidentified"] | None = (
        None
    )
    kind: str | None = None
    outcome: (
        Literal[
            "approved",
            "partly_approved",
            "denied",
            "escalated",
            "waiting_for_client",
            "waiting_for_person",
            "waiting_for_department",
            "none",
        ]
        | None
    ) = None
    notices: tuple[Annotated[ExpectedNotice, BeforeValidator(_notice)], ...] | None = None
    case: str | None = Field(
        default=None, description="`none`, `new`, or the contact whose case it should join."
    )


class Step(_Part):
    """What a person does once the contact has settled: decide, accept, return, or pass it on.

    `by` is a person (`rita`) or a role (`representative`, `second_representative`, `supervisor`).
    """

    by: str
    accept: bool = False
    instruction: Annotated[str | None, Field(alias="return")] = None
    outcome: Literal["approve", "approve_in_part", "deny", "escalate"] | None = None
    pass_on: str | None = Field(default=None, description="The body that is responsible.")
    reasons: tuple[str, ...] = ()
    lines: dict[int, Decimal] = Field(default_factory=dict, description="Line to amount.")
    comment: str = ""

    @model_validator(mode="after")
    def _does_one_thing(self) -> "Step":
        said = (self.instruction, self.outcome, self.pass_on)
        if self.accept + sum(each is not None for each in said) != 1:
            message = "a step says exactly one of: outcome, accept, return, pass_on"
            raise ValueError(message)
        return self


class Expectation(_Part):
    """A whole expectation file."""

    channel: Literal["email", "phone", "letter", "web"] | None = None
    about: str = ""
    after: tuple[str, ...] = ()
    duplicate_of: str | None = None
    expect: Expected = Expected()
    expect_without_ocr: Expected | None = None
    then: tuple[Step, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        # A file that says nothing else may state the outcome without the word `expect`.
        if not isinstance(value, dict):
            return value
        flat = {key: value[key] for key in _OUTCOME_KEYS if key in value}
        if not flat or "expect" in value:
            return value
        rest = {key: entry for key, entry in value.items() if key not in flat}
        return {**rest, "expect": flat}

    def expected(self, *, ocr: bool) -> Expected:
        """What should be, on a machine with or without OCR."""
        if not ocr and self.expect_without_ocr is not None:
            return self.expect_without_ocr
        return self.expect


def read_expectation(file: Path) -> Expectation:
    """Read an expectation file (YAML, so JSON as well).

    Raises:
        CommandError: Names the file and every field that does not fit.
    """
    try:
        return Expectation.model_validate(values_in(file) or {})
    except ValidationError as invalid:
        problems = "\n".join(
            f"{file}, field {'.'.join(map(str, at['loc'])) or '(whole)'}: {at['msg']}"
            for at in invalid.errors(include_url=False, include_input=False)
        )
        raise CommandError(problems) from invalid
    except WrittenFileError as problem:
        raise CommandError(str(problem)) from problem
