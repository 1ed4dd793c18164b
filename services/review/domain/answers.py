"""What a department's answer does to a case."""

from typing import Final

from services.review.domain import payments
from services.review.domain.known import Known
from services.review.domain.prompts import PromptCode, with_prompt
from services.review.domain.requests import followed
from services.review.domain.subject import NOTHING
from services.review.domain.tasks import Effect, effect_of, find, with_replaced
from services.review.domain.transitions import changed
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.departments import DepartmentTask, DepartmentTaskAnswered
from shared.contract.facts import TaskAnswered
from shared.errors import BadEvent

_MOVING: Final = frozenset({Effect.MOVES, Effect.OVERRULES})
_ASKING: Final = frozenset({"question", "refused", "returned"})
"""After these a person has to do something, whatever the task was."""


def take_answer(
    case: CaseFileUpdated, answer: DepartmentTaskAnswered, known: Known
) -> CaseFileUpdated | None:
    """The case after a department answered.

    Args:
        case: The case as it is, in whatever state.
        answer: What came over the department's own topic.
        known: For a payment's task also the policy and its holder as the records are now.

    Returns:
        None if it says nothing new.

    Raises:
        BadEvent: The case has no such task of this department.
    """
    task = find(case, answer.task_id)
    if task is None or task.department is not answer.department:
        message = f"{answer.department} has no task {answer.task_id} in case {case.case_id}"
        raise BadEvent(message)
    words = answer.words or answer.reason or ""
    effect = effect_of(task, answer.status, words)
    if effect is Effect.CHANGES_NOTHING:
        return None
    now = _as_answered(task, answer, words, effect)
    money, paid_more = payments.noted(task, now)
    said = TaskAnswered(task_id=task.task_id, department=task.department, status=answer.status)
    after = changed(case, known.now, [said, *money], tasks=with_replaced(case, now))
    if paid_more:
        paid = (case.paid or NOTHING) + paid_more
        after = after.model_copy(update={"paid": paid})
    if effect in _MOVING:
        after = followed(after, now, known)
    if _is_for_a_person(after, task, answer, effect):
        after = with_prompt(
            after,
            PromptCode.DEPARTMENT_ANSWER,
            known.now,
            task_id=task.task_id,
            task=task.kind.value,
            said=answer.status,
        )
    return payments.with_payment(after, known) if task.kind in payments.PAYMENT_STEPS else after


def _as_answered(
    task: DepartmentTask, answer: DepartmentTaskAnswered, words: str, effect: Effect
) -> DepartmentTask:
    status = answer.status if effect in _MOVING else task.status
    update = {"status": status, "answer": words, "answered_at": answer.at}
    return task.model_copy(update=update)


def _is_for_a_person(
    after: CaseFileUpdated, task: DepartmentTask, answer: DepartmentTaskAnswered, effect: Effect
) -> bool:
    """Must a person look, beside what the case waits for?"""
    if effect is not Effect.MOVES:
        return True
    if answer.status in _ASKING:
        return task.status != "cancelled"
    if task.kind in payments.PAYMENT_STEPS or answer.status != "done":
        return False
    return after.state is not CaseState.CLOSED
