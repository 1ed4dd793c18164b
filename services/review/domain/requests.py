"""Service requests: what the desk does by itself about each kind, and how one is settled.

A request waits for a department once its task is set, and for a person whenever the department
has answered, so that nobody's answer to a client is left to chance. Only a change of data that
`accounts` confirmed is settled by itself: there is nothing left to decide.
"""

from dataclasses import dataclass
from typing import Final

from pydantic import Field

from services.review.domain.acting import Person, may_act, supervisor_if_escalated
from services.review.domain.complaints import answered, registered, result_is_known
from services.review.domain.known import Known
from services.review.domain.payments import account_details
from services.review.domain.prompts import PromptCode, with_prompt, without_prompt
from services.review.domain.settling import without_proposal
from services.review.domain.tasks import cancel_open, new_task, open_tasks, with_task
from services.review.domain.transitions import SYSTEM, changed, notice_requested
from shared.contract.base import Body, ShortText, Text
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import ContactReceived, UnconfirmedDetails
from shared.contract.departments import DepartmentTask, TaskDetails, TaskKind
from shared.contract.facts import Closed, Fact, NoticeKind, NoticeRequested
from shared.errors import RuleViolation


@dataclass(frozen=True, slots=True)
class RequestRules:
    """What the desk does by itself about one kind of service request.

    Attributes:
        task: Set at once, if it is certain who asks and what for.
        prompt: What a person is asked to look at.
        text_when_done: The desk's text to the client with which the request is settled by itself
            once the task is done; None: a person writes to the client.
        answer: The notice with which a person's answer goes out.
    """

    task: TaskKind | None = None
    prompt: PromptCode | None = None
    text_when_done: str | None = None
    answer: NoticeKind = NoticeKind.REQUEST_ANSWERED


REQUESTS: Final = {
    CaseKind.PAYMENT_DELAY: RequestRules(task=TaskKind.TRACE_PAYMENT),
    CaseKind.PROCESSING_DELAY: RequestRules(prompt=PromptCode.PROCESSING_DELAY),
    CaseKind.RENEWAL: RequestRules(task=TaskKind.RENEW),
    CaseKind.ACCOUNT_CHANGE: RequestRules(
        task=TaskKind.CHANGE_ACCOUNT_DATA, text_when_done="account_change_done"
    ),
    CaseKind.COMPLAINT: RequestRules(answer=NoticeKind.COMPLAINT_ANSWERED),
    CaseKind.OTHER: RequestRules(),
}
"""A delay of processing is our own and has no department; a complaint is a person's."""


_OF_A_REQUEST: Final = (
    PromptCode.DEPARTMENT_ANSWER,
    PromptCode.PROCESSING_DELAY,
    PromptCode.CONTACT_DURING_TASK,
)
"""What has been looked at once somebody settles the request."""


class CloseRequest(Body):
    """What a person says when a service request is settled."""

    sequence: int = Field(ge=1, description="Sequence of the case file that the person read.")
    comment: ShortText = Field(default="", description="For the desk.")
    message: Text = Field(default="", description="The answer to the client, if one is to go out.")


def opening_steps(case: CaseFileUpdated, contact: ContactReceived, known: Known) -> CaseFileUpdated:
    """A service request just opened, with what the desk does about it at once.

    Args:
        case: The new case, with the facts of its opening.
        contact: What opened it.
        known: Client and policy, the claims on it, the instant.
    """
    case = with_news(case, contact)
    return begun(case, known, certain=contact.needs_person is None, about=contact.case_id)


def with_news(case: CaseFileUpdated, contact: ContactReceived) -> CaseFileUpdated:
    """The request with what a contact says of the client's details: the latest word counts.

    What a department does meanwhile may be about the old ones, so a person looks.
    """
    changes: dict[str, object] = {}
    if contact.claim is not None:
        changes["claim"] = contact.claim
    if contact.unconfirmed_details is not None:
        changes["unconfirmed_details"] = contact.unconfirmed_details
    after = case.model_copy(update=changes) if changes else case
    if case.state is not CaseState.WAITING_FOR_DEPARTMENT:
        return after
    code = PromptCode.CONTACT_DURING_TASK
    return with_prompt(after, code, case.updated_at, contact_id=contact.contact_id)


def begun(
    case: CaseFileUpdated, known: Known, *, certain: bool, about: str | None = None
) -> CaseFileUpdated:
    """A request at its beginning; the facts join those of the change that made it one.

    Args:
        case: The case, which waits for a person.
        known: Client and policy, the claims on it, the instant.
        certain: No person has to look first.
        about: The case that the client quoted.
    """
    rules = REQUESTS[case.kind]
    about = about or case.about_case or _only_open_claim(known)
    if about is not None:
        case = case.model_copy(update={"about_case": about})
    if case.kind is CaseKind.COMPLAINT:
        case = registered(case, known)
    if rules.prompt is not None:
        case = with_prompt(case, rules.prompt, known.now, about_case=about or "")
    if rules.task is None or not certain or case.sender_client_id is None or case.client is None:
        return case
    task = request_task(case, rules.task, case.contact_ids[0], known)
    if rules.task is TaskKind.CHANGE_ACCOUNT_DATA and not names_change(task.details):
        return case
    return to_department(with_task(case, task))


def request_task(
    case: CaseFileUpdated, kind: TaskKind, cause: str, known: Known, words: str = ""
) -> DepartmentTask:
    """A task about a case, with what its kind needs of the client's data and nothing more."""
    details = _details(case, kind, known)
    if words:
        details = details.model_copy(update={"words": words})
    return new_task(case, kind, cause, known, details, reference=case.about_case or case.case_id)


def names_change(details: TaskDetails) -> bool:
    """Is there anything in it that `accounts` could change?"""
    return bool(
        details.unconfirmed_iban
        or details.unconfirmed_address
        or details.unconfirmed_email
        or details.unconfirmed_phone_numbers
    )


def to_department(case: CaseFileUpdated) -> CaseFileUpdated:
    """The case, which waits for a department from now on unless it waits for somebody else."""
    if case.state is not CaseState.WAITING_FOR_PERSON:
        return case
    return case.model_copy(update={"state": CaseState.WAITING_FOR_DEPARTMENT})


def back_to_person(case: CaseFileUpdated) -> CaseFileUpdated:
    """The case, which waits for a person if it waited for a department."""
    if case.state is not CaseState.WAITING_FOR_DEPARTMENT:
        return case
    return case.model_copy(update={"state": CaseState.WAITING_FOR_PERSON})


def followed(case: CaseFileUpdated, task: DepartmentTask, known: Known) -> CaseFileUpdated:
    """The case after a department moved a task of it; the facts join those of the answer.

    Args:
        case: With the task as it is now.
        task: The one that moved.
        known: The instant, and the desk's texts.
    """
    if task.status == "accepted" or case.state is not CaseState.WAITING_FOR_DEPARTMENT:
        return case
    if task.status == "done" and open_tasks(case):
        return case
    rules = REQUESTS.get(case.kind)
    if task.status == "done" and rules and rules.text_when_done and rules.task is task.kind:
        return _settled_by_itself(case, rules, rules.text_when_done, known)
    return back_to_person(case)


def close_request(
    case: CaseFileUpdated, request: CloseRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """Settle a service request, with an answer to the client if there is one.

    What a department still has to do for it is cancelled.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not act on this case.
        RuleViolation: It is a claim, which ends with a decision, settled already, or a complaint
            without a result.
    """
    may_act(case, request.sequence, person)
    if case.kind is CaseKind.CLAIM:
        raise RuleViolation("is_claim", "a claim ends with a decision")
    supervisor_if_escalated(case, person)
    facts: list[Fact] = [Closed(comment=request.comment)]
    if request.message.strip():
        facts.append(_answer(case, REQUESTS[case.kind], request.message))
    after = changed(case, known.now, facts, state=CaseState.CLOSED, answer_by=None)
    if case.kind is CaseKind.COMPLAINT:
        result_is_known(case)
        after = answered(after, known)
    for code in _OF_A_REQUEST:
        after = without_prompt(after, code, person.subject)
    after = without_proposal(after, person.subject)
    return cancel_open(after, reason="the request was settled")


def _settled_by_itself(
    case: CaseFileUpdated, rules: RequestRules, code: str, known: Known
) -> CaseFileUpdated:
    words = known.programmes.desk.request_text(code, case.language)
    facts = (*case.facts, Closed(comment=code), _answer(case, rules, words, case.sequence))
    settled = case.model_copy(update={"state": CaseState.CLOSED, "facts": facts})
    return without_proposal(settled, SYSTEM)


def _answer(
    case: CaseFileUpdated, rules: RequestRules, words: str, sequence: int | None = None
) -> NoticeRequested:
    return notice_requested(
        case.case_id, rules.answer, str(sequence or case.sequence + 1), words=words
    )


def _only_open_claim(known: Known) -> str | None:
    """The client's one open claim: a request that quotes none is about that."""
    still_open = [claim.case_id for claim in known.past_claims if claim.is_open]
    return still_open[0] if len(still_open) == 1 else None


def _details(case: CaseFileUpdated, kind: TaskKind, known: Known) -> TaskDetails:
    if kind is TaskKind.CONFIRM_ACCOUNT:
        return account_details(case, known)
    client = TaskDetails(
        client_id=case.client.client_id if case.client else None,
        name=case.client.name if case.client else "",
        policy_number=case.policy_number,
    )
    if kind is TaskKind.RENEW:
        return client.model_copy(update={"words": case.subject})
    if kind is not TaskKind.CHANGE_ACCOUNT_DATA:
        return client
    new = case.unconfirmed_details or UnconfirmedDetails()
    return client.model_copy(
        update={
            "unconfirmed_iban": case.claim.unconfirmed_iban if case.claim else None,
            "unconfirmed_address": new.postal_address,
            "unconfirmed_email": new.email_address,
            "unconfirmed_phone_numbers": new.phone_numbers,
            "valid_from": new.valid_from,
        }
    )
