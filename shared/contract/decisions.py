"""What people and the desk decide about a claim, and what a second person says of it."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.contract.base import Amount, Body, ComputedAmount, Identifier, Instant, ShortText


class DecisionOutcome(StrEnum):
    """What was decided."""

    APPROVE = "approve"
    APPROVE_IN_PART = "approve_in_part"
    DENY = "deny"
    ESCALATE = "escalate"


class DecidedLine(Body):
    """The amount decided for one line."""

    line_id: int
    approved: Amount


class Decision(Body):
    """Approve, approve in part, deny or escalate: by whom, why, on which assessment."""

    decision_id: Identifier
    outcome: DecisionOutcome
    by: Identifier = Field(description="Who decided; 'system' for a straight-through approval.")
    by_roles: tuple[Identifier, ...] = ()
    proposed_by: Identifier | None = Field(
        default=None, description="The trainee whose proposal it was, if it was one."
    )
    at: Instant
    reasons: tuple[Identifier, ...] = Field(default=(), description="Reason codes.")
    comment: ShortText = ""
    lines: tuple[DecidedLine, ...] = ()
    currency: str = "EUR"
    approved: Amount
    case_sequence: int = Field(description="Sequence of the case file that was decided on.")


class Reopening(Body):
    """Why a settled case was opened again, the last time."""

    reason: Literal["new_facts", "objection", "error", "payment_returned", "policy_corrected"]
    by: Identifier
    at: Instant
    comment: ShortText = ""
    received_on: date | None = Field(default=None, description="When an objection came in.")


class QualityReview(Body):
    """A decision drawn for review by a second person, and what they said of it."""

    decision_id: Identifier
    result: Literal["open", "passed", "failed"] = "open"
    by: Identifier | None = None
    at: Instant | None = None
    comment: ShortText = ""


class Advance(Body):
    """An advance on a benefit whose amount is not decided yet (SGB I §42)."""

    requested_on: date
    status: Literal["requested", "granted", "refused"] = "requested"
    amount: ComputedAmount | None = None
    by: Identifier | None = None
