"""`claims.case-file.v1`: the complete case, internal, after every change.

One event per change carries the whole case and the facts that made the change, so a reader needs
no history and a straight-through claim costs one record, not seven.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shared.contract.base import (
    Amount,
    Body,
    ComputedAmount,
    Count,
    Identifier,
    Instant,
    PersonalData,
    ShortText,
    Text,
)
from shared.contract.contacts import Channel, ClaimDetails, Document, Language
from shared.contract.reference import PostalAddress


class CaseKind(StrEnum):
    """A claim, or one of the service requests."""

    CLAIM = "claim"
    PAYMENT_DELAY = "payment_delay"
    PROCESSING_DELAY = "processing_delay"
    RENEWAL = "renewal"
    ACCOUNT_CHANGE = "account_change"
    COMPLAINT = "complaint"
    OTHER = "other"


class CaseState(StrEnum):
    """Where a case stands, and whom it waits for."""

    WAITING_FOR_CLIENT = "waiting_for_client"
    WAITING_FOR_PERSON = "waiting_for_person"
    ESCALATED = "escalated"
    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    DENIED = "denied"
    CLOSED = "closed"


DECIDED = frozenset({CaseState.APPROVED, CaseState.PARTLY_APPROVED, CaseState.DENIED})


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
    at: Instant
    reasons: tuple[Identifier, ...] = Field(default=(), description="Reason codes.")
    comment: ShortText = ""
    lines: tuple[DecidedLine, ...] = ()
    currency: str = "EUR"
    approved: Amount
    case_sequence: int = Field(description="Sequence of the case file that was decided on.")


class CaseClient(PersonalData):
    """The client as review knew them when it wrote this case file."""

    client_id: Identifier
    name: ShortText
    salutation: ShortText = ""
    language: Language = Language.GERMAN
    emails: tuple[ShortText, ...] = ()
    email_consent: bool = False
    postal_address: PostalAddress | None = None


class NoticeKind(StrEnum):
    """What a message to a client is about."""

    RECEIPT = "receipt"
    INFORMATION_REQUEST = "information_request"
    DECISION = "decision"
    COMPLAINT_ACKNOWLEDGED = "complaint_acknowledged"
    PASSED_ON = "passed_on"


class Opened(Body):
    """The case was opened by a contact."""

    fact: Literal["opened"] = "opened"
    contact_id: Identifier


class ContactAdded(Body):
    """A further contact was added to the case."""

    fact: Literal["contact_added"] = "contact_added"
    contact_id: Identifier


class Assessed(Body):
    """A new assessment was made; it stands in the case file."""

    fact: Literal["assessed"] = "assessed"


class InformationRequested(Body):
    """The client is asked for what is missing; the case waits for them."""

    fact: Literal["information_requested"] = "information_requested"
    deadline: date


class InformationReceived(Body):
    """The case no longer waits for the client.

    Every missing thing arrived or was waived, or a person has to read the answer.
    """

    fact: Literal["information_received"] = "information_received"


class ItemWaived(Body):
    """A person goes on without something that was missing; the reason stands at the item."""

    fact: Literal["item_waived"] = "item_waived"
    item: Identifier
    line_id: int | None = None
    by: Identifier


class NoticeRequested(Body):
    """Review asks notify for one notice; unique by case, kind and cause."""

    fact: Literal["notice_requested"] = "notice_requested"
    notice_id: Identifier
    notice: NoticeKind


class Escalated(Body):
    """The case goes to a supervisor."""

    fact: Literal["escalated"] = "escalated"
    reason: Literal["by_hand", "over_authority", "overdue"]
    comment: ShortText = ""


class Returned(Body):
    """A supervisor gave the case back with an instruction."""

    fact: Literal["returned"] = "returned"
    instruction: ShortText
    by: Identifier


class Decided(Body):
    """The case was decided; the decision stands last in the case file."""

    fact: Literal["decided"] = "decided"
    decision_id: Identifier


class PassedOn(Body):
    """A contact of the case was passed on to another body, with the day that it was received."""

    fact: Literal["passed_on"] = "passed_on"
    contact_id: Identifier
    body: Identifier
    received_at: Instant
    by: Identifier


class Closed(Body):
    """A service request was settled."""

    fact: Literal["closed"] = "closed"
    comment: ShortText = ""


Fact = Annotated[
    Opened
    | ContactAdded
    | Assessed
    | InformationRequested
    | InformationReceived
    | ItemWaived
    | NoticeRequested
    | Escalated
    | Returned
    | Decided
    | PassedOn
    | Closed,
    Field(discriminator="fact"),
]


class CaseFileUpdated(Body):
    """`claims.case-file.updated.v1`: the whole case after a change, and the facts of it."""

    case_id: Identifier
    sequence: Count = Field(description="Grows by one with every change of the case.")
    kind: CaseKind
    state: CaseState
    opened_at: Instant
    updated_at: Instant
    channel: Channel = Field(description="How the first contact came in.")
    language: Language = Language.GERMAN
    programme: Identifier | None = None
    programme_version: Identifier | None = None
    policy_number: Identifier | None = None
    client: CaseClient | None = None
    sender_client_id: Identifier | None = Field(
        default=None, description="Who wrote, if certain; `client` may be the policy's holder."
    )
    correspondents: tuple[ShortText, ...] = Field(
        default=(), description="Email addresses known for this case, for the sender check."
    )
    claim: ClaimDetails | None = None
    subject: Text = Field(default="", description="What a service request is about, in words.")
    contact_ids: tuple[Identifier, ...] = ()
    documents: tuple[Document, ...] = ()
    keyed_by: tuple[Identifier, ...] = ()
    assessment: Assessment | None = None
    checklist: tuple[ChecklistItem, ...] = ()
    answer_by: date | None = Field(default=None, description="Client's deadline while waiting.")
    decisions: tuple[Decision, ...] = ()
    instruction: ShortText = Field(default="", description="A supervisor's, on return.")
    facts: tuple[Fact, ...] = ()
