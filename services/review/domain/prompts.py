"""Prompts: what a person should look at, whatever the case waits for.

A prompt moves no case by itself. There is at most one per code and case, and it stays until a
person did what it is about, so a list of prompts is a list of work.
"""

from datetime import datetime
from enum import StrEnum

from services.review.domain.acting import Person, is_current, may_work
from services.review.domain.known import Known
from services.review.domain.transitions import changed
from shared.contract.case_file import CaseFileUpdated, Prompt
from shared.contract.facts import PromptDone, Prompted
from shared.errors import RuleViolation


class PromptCode(StrEnum):
    """What a person is asked to look at."""

    CONTACT_AFTER_DECISION = "contact_after_decision"
    INTERIM_PAYMENT = "interim_payment"
    ADVANCE_REQUESTED = "advance_requested"
    POLICY_CORRECTED = "policy_corrected"
    DEPARTMENT_ANSWER = "department_answer"
    PROCESSING_DELAY = "processing_delay"
    OVERPAID = "overpaid"
    CONTACT_DURING_TASK = "contact_during_task"
    PAYMENT_OVERDUE = "payment_overdue"
    DEPARTMENT_OVERDUE = "department_overdue"
    COMPLAINT_REPORT = "complaint_report"
    QUALITY_REVIEW = "quality_review"
    PROPOSAL = "proposal"


_ENDS_BY_ITS_ACT = {
    PromptCode.QUALITY_REVIEW: "give the review's result",
    PromptCode.PROPOSAL: "confirm the proposal, reject it, or decide otherwise",
}
"""Prompts that nobody ticks off without doing what they are about."""


def with_prompt(
    case: CaseFileUpdated, code: PromptCode, now: datetime, **facts: str
) -> CaseFileUpdated:
    """The case, and with it the request that a person look at something.

    Args:
        case: The case after the change that calls for the prompt; the fact joins those of the
            change. A prompt of this code that is there already stays as it is.
        code: What to look at.
        now: Since when, UTC.
        facts: What the person needs to find it, such as the contact's id; nothing personal.
    """
    if any(prompt.code == code for prompt in case.prompts):
        return case
    prompt = Prompt(code=code, since=now, facts=facts)
    return case.model_copy(
        update={
            "prompts": (*case.prompts, prompt),
            "facts": (*case.facts, Prompted(prompt=code)),
        }
    )


def without_prompt(case: CaseFileUpdated, code: PromptCode, by: str) -> CaseFileUpdated:
    """The case after the change by which somebody did what a prompt asks, if there is one.

    Args:
        case: The case after that change; the fact joins those of the change.
        code: What was asked.
        by: Who did it.
    """
    left = tuple(prompt for prompt in case.prompts if prompt.code != code)
    if len(left) == len(case.prompts):
        return case
    return case.model_copy(
        update={"prompts": left, "facts": (*case.facts, PromptDone(prompt=code, by=by))}
    )


def done(
    case: CaseFileUpdated, code: PromptCode, person: Person, sequence: int | None, known: Known
) -> CaseFileUpdated:
    """A person says that they looked.

    Args:
        case: The case as it is, in whatever state.
        code: Which prompt.
        person: Who they are; only from their token.
        sequence: That of the case file they read; None if the prompt is all they need to know.
        known: The instant.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: Their role does not work on cases alone.
        RuleViolation: There is no such prompt, or it ends only by what it asks for.
    """
    may_work(person)
    is_current(case, case.sequence if sequence is None else sequence)
    if code in _ENDS_BY_ITS_ACT:
        raise RuleViolation("not_by_hand", _ENDS_BY_ITS_ACT[code])
    after = without_prompt(changed(case, known.now, ()), code, person.subject)
    if not after.facts:
        message = f"the case has no prompt {code.value!r}"
        raise RuleViolation("no_such_prompt", message)
    return after
