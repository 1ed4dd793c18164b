"""What review finds in a claim: findings, the arithmetic of each line, the checklist."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.contract.base import Body, ComputedAmount, Identifier, ShortText


class FindingGroup(StrEnum):
    """The five groups of checks."""

    PROCESSING_ERROR = "processing_error"
    MISSING_INFORMATION = "missing_information"
    POLICY = "policy"
    COVERAGE = "coverage"
    SUSPICION = "suspicion"


class Severity(StrEnum):
    """What a finding does to the claim.

    `note` changes nothing by itself, `ask` asks the client, `reduce` lowers the covered amount,
    `reject` recommends a denial of what it concerns, `refer` sends the claim to a person.
    """

    NOTE = "note"
    ASK = "ask"
    REDUCE = "reduce"
    REJECT = "reject"
    REFER = "refer"


class Finding(Body):
    """What one check says about a claim or a line: a stable code and the facts it saw."""

    code: Identifier
    group: FindingGroup
    severity: Severity
    line_id: int | None = Field(default=None, description="None: about the whole claim.")
    facts: dict[str, str] = Field(default_factory=dict)


class ArithmeticStep(Body):
    """One step of a line's arithmetic: what it took away and what is left."""

    step: Identifier
    before: ComputedAmount
    after: ComputedAmount
    basis: ShortText = Field(
        default="",
        description="What it rests on, for a person to follow: '1500.00', '60000.00/80000.00', "
        "'31/96' months, '0.10, ≥ 5.00'.",
    )


class AssessedLine(Body):
    """What is covered of one claim line, with the arithmetic."""

    line_id: int
    benefit: Identifier | None = None
    claimed: ComputedAmount
    covered: ComputedAmount
    steps: tuple[ArithmeticStep, ...] = ()


class Recommendation(StrEnum):
    """What the assessment recommends; only `approve` may ever happen without a person."""

    APPROVE = "approve"
    APPROVE_IN_PART = "approve_in_part"
    DENY = "deny"
    ASK_CLIENT = "ask_client"
    REFER = "refer"


class Assessment(Body):
    """All findings, the covered amount per line, and the recommended outcome."""

    programme: Identifier | None = Field(default=None, description="None: the policy is unknown.")
    programme_version: Identifier | None = None
    policy_revision: int | None = None
    findings: tuple[Finding, ...] = ()
    reasons: tuple[Identifier, ...] = Field(
        default=(), description="Coded reasons that a decision based on the findings would carry."
    )
    lines: tuple[AssessedLine, ...] = ()
    currency: str = "EUR"
    claimed: ComputedAmount
    covered: ComputedAmount
    recommendation: Recommendation
    straight_through: bool = Field(description="May the system approve without a person?")


class ChecklistItem(Body):
    """One missing thing; open until it arrived or was waived."""

    item: Identifier = Field(description="E.g. 'document:invoice' or 'date_of_loss'.")
    line_id: int | None = None
    status: Literal["open", "arrived", "waived"] = "open"
    closed_by: ShortText | None = Field(
        default=None, description="The contact that brought it, or the person who waived it."
    )
    reason: ShortText = Field(default="", description="Why it was waived.")


class AssessmentChange(Body):
    """One thing that a new assessment says otherwise than the one before."""

    what: Literal["finding_new", "finding_gone", "covered", "recommendation"]
    code: Identifier | None = Field(default=None, description="Of a finding.")
    line_id: int | None = None
    before: ShortText = ""
    after: ShortText = ""
