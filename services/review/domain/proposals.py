"""A trainee's decisions: proposals, until a second person confirms them."""

from pydantic import Field

from services.review.domain.acting import Person, may_act, supervisor_if_escalated
from services.review.domain.decisions import DecisionRequest, decide
from services.review.domain.known import Known
from services.review.domain.prompts import PromptCode, without_prompt
from services.review.domain.transitions import changed
from shared.contract.base import Body, Count, ShortText
from shared.contract.case_file import CaseFileUpdated
from shared.contract.decisions import Decision, DecisionOutcome
from shared.contract.facts import ProposalRejected
from shared.errors import Forbidden, RuleViolation


class ConfirmRequest(Body):
    """A second person makes the proposal their own decision."""

    sequence: Count = Field(description="Sequence of the case file that the person read.")
    comment: ShortText = ""


class RejectRequest(Body):
    """A second person does not; the comment is what the trainee learns from."""

    sequence: Count = Field(description="Sequence of the case file that the person read.")
    comment: ShortText = Field(min_length=3)


def confirm(
    case: CaseFileUpdated, request: ConfirmRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """A trainee's proposal becomes the decision of the person who confirms it.

    All rules hold for that person, on what is known now; over their authority it goes to a
    supervisor.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not decide this case, or the proposal is their own.
        RuleViolation: There is no proposal, or nobody may decide like that any more.
    """
    proposal = _proposal(case, request.sequence, person)
    escalates = proposal.outcome is DecisionOutcome.ESCALATE
    wish = DecisionRequest(
        sequence=request.sequence,
        outcome=proposal.outcome,
        reasons=proposal.reasons,
        lines=None if escalates else proposal.lines,
        comment=request.comment or proposal.comment,
    )
    return decide(case, wish, person, known, proposed_by=proposal.by)


def reject(
    case: CaseFileUpdated, request: RejectRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """A second person does not confirm a trainee's proposal; the case goes on as it was.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not act on this case, or the proposal is their own.
        RuleViolation: There is no proposal.
    """
    proposal = _proposal(case, request.sequence, person)
    told = ProposalRejected(
        decision_id=proposal.decision_id, by=person.subject, comment=request.comment
    )
    after = changed(case, known.now, [told], proposal=None)
    return without_prompt(after, PromptCode.PROPOSAL, person.subject)


def _proposal(case: CaseFileUpdated, sequence: int, person: Person) -> Decision:
    may_act(case, sequence, person)
    supervisor_if_escalated(case, person)
    if case.proposal is None:
        raise RuleViolation("no_proposal", "no proposal waits for a second person")
    if case.proposal.by == person.subject:
        raise Forbidden("own_proposal", "a proposal is confirmed by a second person")
    return case.proposal
