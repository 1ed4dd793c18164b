"""`claims.case-file.v1`: the complete case, internal, after every change.

One event per change carries the whole case and the facts that made the change, so a reader needs
no history and a straight-through claim costs one record, not seven.
"""

from datetime import date
from typing import Literal

from pydantic import Field

from shared.contract.assessment import Assessment, AssessmentChange, ChecklistItem
from shared.contract.base import (
    Body,
    ComputedAmount,
    Count,
    Identifier,
    Instant,
    PersonalData,
    ShortText,
    Text,
)
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import (
    Channel,
    ClaimDetails,
    Document,
    Language,
    UnconfirmedDetails,
)
from shared.contract.decisions import Advance, Decision, QualityReview, Reopening
from shared.contract.departments import DepartmentTask
from shared.contract.facts import Fact
from shared.contract.reference import PostalAddress


class CaseClient(PersonalData):
    """The client as review knew them when it wrote this case file."""

    client_id: Identifier
    name: ShortText
    salutation: ShortText = ""
    language: Language = Language.GERMAN
    emails: tuple[ShortText, ...] = ()
    email_consent: bool = False
    postal_address: PostalAddress | None = None


class ConsequencesWarning(Body):
    """The written warning that the law wants before a refusal for non-cooperation."""

    law: ShortText = Field(default="", description="Such as `SGB I §66(3)`.")
    warned_on: date
    deadline: date
    notice_id: Identifier = Field(description="The notice that carried it.")


class Prompt(Body):
    """Something that a person should look at, whatever the case waits for."""

    code: Identifier
    since: Instant
    facts: dict[str, str] = Field(default_factory=dict)


class ComplaintEntry(Body):
    """A complaint's entry in the register (BaFin Rundschreiben 3/2013 (VA))."""

    category: Identifier = Field(default="other", description="What it is about.")
    result: Literal["open", "upheld", "partly_upheld", "rejected", "withdrawn"] = "open"
    received_on: date
    answered_on: date | None = None
    about_case: Identifier | None = None
    reported_in: int | None = Field(default=None, description="The year of its report.")


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
    claim: ClaimDetails | None = Field(
        default=None, description="What is claimed; of a service request: what was read of such."
    )
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
    changed_by: Identifier | None = Field(
        default=None, description="Whose act this change is; None: the desk's own."
    )
    proposal: Decision | None = Field(
        default=None, description="A trainee's decision that waits for a second person."
    )
    reopened: Reopening | None = None
    quality_review: QualityReview | None = None
    warning: ConsequencesWarning | None = None
    changes: tuple[AssessmentChange, ...] = Field(
        default=(), description="What the latest assessment says otherwise than the one before."
    )
    tasks: tuple[DepartmentTask, ...] = ()
    paid: ComputedAmount | None = Field(default=None, description="Confirmed by payments, in all.")
    prompts: tuple[Prompt, ...] = Field(default=(), description="What a person should look at.")
    complaint: ComplaintEntry | None = None
    about_case: Identifier | None = Field(
        default=None, description="The claim that a service request is about, where known."
    )
    unconfirmed_details: UnconfirmedDetails | None = Field(
        default=None, description="New details of the client's, before `accounts` confirmed them."
    )
    advance: Advance | None = None
