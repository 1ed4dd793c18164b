"""What happened to a case: the facts that each change of a case file tells."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shared.contract.base import Body, ComputedAmount, Identifier, Instant, ShortText, Text
from shared.contract.cases import CaseKind
from shared.contract.departments import Department, TaskKind, TaskStatus


class NoticeKind(StrEnum):
    """What a message to a client is about."""

    RECEIPT = "receipt"
    INFORMATION_REQUEST = "information_request"
    DECISION = "decision"
    COMPLAINT_ACKNOWLEDGED = "complaint_acknowledged"
    PASSED_ON = "passed_on"
    REMINDER = "reminder"
    CONSEQUENCES_WARNING = "consequences_warning"
    INTERIM_PAYMENT = "interim_payment"
    COMPLAINT_ANSWERED = "complaint_answered"
    DEPARTMENT_NEWS = "department_news"
    DELAY_APOLOGY = "delay_apology"
    ESCALATION_NOTE = "escalation_note"
    REQUEST_ANSWERED = "request_answered"


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


class ItemReceived(Body):
    """What was missing came by another way than a contact: by phone, from a department."""

    fact: Literal["item_received"] = "item_received"
    item: Identifier
    line_id: int | None = None
    by: Identifier = Field(description="Who noted it; the note stands at the item.")


class NoticeRequested(Body):
    """Review asks notify for one notice; unique by case, kind and cause."""

    fact: Literal["notice_requested"] = "notice_requested"
    notice_id: Identifier
    notice: NoticeKind
    words: Text = Field(default="", description="A person's own words to the client, if any.")


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


class DecisionReceived(Body):
    """When a decision really reached the client, as they say or show."""

    fact: Literal["decision_received"] = "decision_received"
    received_on: date
    remedy_notice: bool = Field(
        default=True, description="False: the notice of the remedy was missing or wrong."
    )
    by: Identifier


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


class AnswerReminded(Body):
    """The client is reminded of what they were asked for."""

    fact: Literal["answer_reminded"] = "answer_reminded"
    deadline: date


class ConsequencesWarned(Body):
    """The client was told in writing what follows if they do not cooperate (SGB I §66(3))."""

    fact: Literal["consequences_warned"] = "consequences_warned"
    deadline: date
    by: Identifier


class AnswerOverdue(Body):
    """The client's time to answer has passed; a person goes on."""

    fact: Literal["answer_overdue"] = "answer_overdue"
    deadline: date


class PolicyCorrected(Body):
    """Policy administration corrected the policy after the decision that rests on it."""

    fact: Literal["policy_corrected"] = "policy_corrected"
    revision: int
    covered_before: ComputedAmount
    covered_after: ComputedAmount


class Proposed(Body):
    """A trainee's decision waits for a second person; it stands in the case file."""

    fact: Literal["proposed"] = "proposed"
    decision_id: Identifier


class ProposalRejected(Body):
    """A second person did not confirm a trainee's decision."""

    fact: Literal["proposal_rejected"] = "proposal_rejected"
    decision_id: Identifier
    by: Identifier
    comment: ShortText = ""


class Reopened(Body):
    """A decided case is open again; what was reserved for it is free."""

    fact: Literal["reopened"] = "reopened"
    reason: Literal["new_facts", "objection", "error", "payment_returned", "policy_corrected"]
    by: Identifier
    comment: ShortText = ""


class ObjectionReceived(Body):
    """The client objects to the decision (SGG §84)."""

    fact: Literal["objection_received"] = "objection_received"
    received_on: date
    by: Identifier = Field(description="Who noted it.")


class Withdrawn(Body):
    """A decision was taken back before it was paid."""

    fact: Literal["withdrawn"] = "withdrawn"
    decision_id: Identifier
    by: Identifier
    comment: ShortText = ""


class QualityReviewDrawn(Body):
    """The decision was drawn for review by a second person."""

    fact: Literal["quality_review_drawn"] = "quality_review_drawn"
    decision_id: Identifier


class QualityReviewed(Body):
    """A second person reviewed the decision."""

    fact: Literal["quality_reviewed"] = "quality_reviewed"
    decision_id: Identifier
    result: Literal["passed", "failed"]
    by: Identifier


class TaskRequested(Body):
    """A department is asked to do something."""

    fact: Literal["task_requested"] = "task_requested"
    task_id: Identifier
    department: Department
    kind: TaskKind


class TaskAnswered(Body):
    """A department answered."""

    fact: Literal["task_answered"] = "task_answered"
    task_id: Identifier
    department: Department
    status: TaskStatus


class TaskCancelled(Body):
    """A department's task is no longer wanted."""

    fact: Literal["task_cancelled"] = "task_cancelled"
    task_id: Identifier
    reason: ShortText = ""


class Paid(Body):
    """The payments department paid."""

    fact: Literal["paid"] = "paid"
    task_id: Identifier
    amount: ComputedAmount


class AdvanceRequested(Body):
    """The client asks for an advance (SGB I §42)."""

    fact: Literal["advance_requested"] = "advance_requested"
    requested_on: date


class AdvanceDecided(Body):
    """The advance was granted or refused."""

    fact: Literal["advance_decided"] = "advance_decided"
    amount: ComputedAmount
    by: Identifier


class KindChanged(Body):
    """A person said what the client really wants."""

    fact: Literal["kind_changed"] = "kind_changed"
    before: CaseKind
    after: CaseKind
    by: Identifier


class ComplaintReported(Body):
    """The complaint stands in the yearly report of complaints."""

    fact: Literal["complaint_reported"] = "complaint_reported"
    year: int
    by: Identifier


class Prompted(Body):
    """A person is asked to look at something; it stands among the case's prompts."""

    fact: Literal["prompted"] = "prompted"
    prompt: Identifier


class PromptDone(Body):
    """A person looked at what they were asked to."""

    fact: Literal["prompt_done"] = "prompt_done"
    prompt: Identifier
    by: Identifier


Fact = Annotated[
    Opened
    | ContactAdded
    | Assessed
    | InformationRequested
    | InformationReceived
    | ItemWaived
    | ItemReceived
    | NoticeRequested
    | Escalated
    | Returned
    | Decided
    | DecisionReceived
    | PassedOn
    | Closed
    | AnswerReminded
    | ConsequencesWarned
    | AnswerOverdue
    | PolicyCorrected
    | Proposed
    | ProposalRejected
    | Reopened
    | ObjectionReceived
    | Withdrawn
    | QualityReviewDrawn
    | QualityReviewed
    | TaskRequested
    | TaskAnswered
    | TaskCancelled
    | Paid
    | AdvanceRequested
    | AdvanceDecided
    | KindChanged
    | ComplaintReported
    | Prompted
    | PromptDone,
    Field(discriminator="fact"),
]
