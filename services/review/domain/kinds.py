"""A person says what the client really wants: the kind of a case changes, and its way with it."""

from pydantic import Field

from services.review.domain.acting import Person, may_act, supervisor_if_escalated
from services.review.domain.case import become_claim
from services.review.domain.complaints import no_complaint
from services.review.domain.known import Known
from services.review.domain.prompts import PromptCode, without_prompt
from services.review.domain.requests import begun
from services.review.domain.tasks import cancel_open
from services.review.domain.transitions import changed, notice_requested
from shared.contract.base import Body
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import KindChanged, NoticeKind
from shared.errors import RuleViolation


class KindRequest(Body):
    """What a person says that a case really is."""

    sequence: int = Field(ge=1, description="Sequence of the case file that the person read.")
    kind: CaseKind


def change_kind(
    case: CaseFileUpdated, request: KindRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """The case as what it really is, at the beginning of that way.

    What departments still had to do is cancelled. A complaint gets its entry in the register and
    its acknowledgement; of one that was none the entry stays, as withdrawn. A claim that was
    decided once stays a claim.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not act on this case.
        RuleViolation: It is settled, of this kind already, or a claim that was decided.
    """
    may_act(case, request.sequence, person)
    supervisor_if_escalated(case, person)
    if request.kind is case.kind:
        raise RuleViolation("same_kind", f"the case is a {case.kind} already")
    if case.paid or any(each.outcome is not DecisionOutcome.ESCALATE for each in case.decisions):
        raise RuleViolation("was_decided", "a claim that was decided stays a claim")
    changing = KindChanged(before=case.kind, after=request.kind, by=person.subject)
    state = CaseState.ESCALATED if case.state is CaseState.ESCALATED else _PERSON
    after = changed(
        case,
        known.now,
        [changing],
        kind=request.kind,
        state=state,
        answer_by=None,
        proposal=None,
    )
    after = cancel_open(after, reason="the case is something else")
    for code in _OF_A_KIND:
        after = without_prompt(after, code, person.subject)
    if case.kind is CaseKind.COMPLAINT:
        after = no_complaint(after, known)
    if request.kind is CaseKind.CLAIM:
        return become_claim(after, known)
    if request.kind is CaseKind.COMPLAINT:
        receipt = NoticeKind.COMPLAINT_ACKNOWLEDGED
        cause = case.contact_ids[0]
        told = notice_requested(case.case_id, receipt, cause)
        after = after.model_copy(update={"facts": (*after.facts, told)})
    return begun(after, known, certain=True)


_PERSON = CaseState.WAITING_FOR_PERSON
_OF_A_KIND = (
    PromptCode.PROCESSING_DELAY,
    PromptCode.DEPARTMENT_ANSWER,
    PromptCode.CONTACT_DURING_TASK,
    PromptCode.PROPOSAL,
)
"""Prompts that have no sense once the case is something else."""
