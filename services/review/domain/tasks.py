"""Department tasks: one small state machine for all of them, as a table.

A department may answer twice, late, or against what it said before. What it did counts above what
it said: `done` outranks a refusal and a cancelling. Nothing else undoes what is final; a
contradiction is noted and put before a person.
"""

from collections.abc import Collection
from datetime import date
from enum import Enum, auto
from typing import Final, Literal

from services.review.domain.known import Known
from shared.contract.case_file import CaseFileUpdated
from shared.contract.departments import (
    Department,
    DepartmentTask,
    TaskDetails,
    TaskKind,
    TaskStatus,
)
from shared.contract.facts import TaskCancelled, TaskRequested
from shared.ids import derived_id

Said = Literal["accepted", "done", "refused", "question", "returned"]
"""What a department may answer."""

OPEN: Final[frozenset[TaskStatus]] = frozenset({"requested", "accepted", "question"})
"""States of a task that a department still has to do."""

ALL_KINDS: Final = frozenset(TaskKind)

DEPARTMENT_OF: Final = {
    TaskKind.PAY: Department.PAYMENTS,
    TaskKind.TRACE_PAYMENT: Department.PAYMENTS,
    TaskKind.CONFIRM_ACCOUNT: Department.ACCOUNTS,
    TaskKind.CHANGE_ACCOUNT_DATA: Department.ACCOUNTS,
    TaskKind.RENEW: Department.RENEWALS,
    TaskKind.ANSWER_COMPLAINT: Department.COMPLAINTS,
}


class Effect(Enum):
    """What an answer does to a task."""

    MOVES = auto()
    """The task is now as the department says."""
    OVERRULES = auto()
    """So, too, though it was final: a person looks."""
    CONTRADICTS = auto()
    """The task stays as it is; what was said is noted, and a person looks."""
    CHANGES_NOTHING = auto()
    """A repeat, or overtaken by what is known already."""


_M, _O, _C, _N = Effect.MOVES, Effect.OVERRULES, Effect.CONTRADICTS, Effect.CHANGES_NOTHING

EFFECTS: Final[dict[TaskStatus, dict[Said, Effect]]] = {
    "requested": {"accepted": _M, "question": _M, "done": _M, "refused": _M, "returned": _M},
    "accepted": {"accepted": _N, "question": _M, "done": _M, "refused": _M, "returned": _M},
    "question": {"accepted": _M, "question": _M, "done": _M, "refused": _M, "returned": _M},
    "done": {"accepted": _N, "question": _C, "done": _N, "refused": _C, "returned": _O},
    "refused": {"accepted": _C, "question": _C, "done": _O, "refused": _N, "returned": _C},
    "cancelled": {"accepted": _N, "question": _N, "done": _O, "refused": _M, "returned": _C},
    "returned": {"accepted": _N, "question": _C, "done": _C, "refused": _C, "returned": _N},
}
"""By a task's status, what each answer does. A refusal confirms a cancelling: it was not done."""


def effect_of(task: DepartmentTask, said: Said, words: str) -> Effect:
    """What an answer does to a task as it is.

    Args:
        task: As the case keeps it.
        said: What the department answers.
        words: In its own words; the same question twice is a repeat, another one is not.
    """
    if said == "returned" and task.kind is not TaskKind.PAY:
        return Effect.CONTRADICTS
    if task.status == said and task.answer == words:
        return Effect.CHANGES_NOTHING
    return EFFECTS[task.status][said]


def new_task(
    case: CaseFileUpdated,
    kind: TaskKind,
    cause: str,
    known: Known,
    details: TaskDetails,
    *,
    reference: str = "",
) -> DepartmentTask:
    """A task for the department that does such.

    Args:
        case: What it is about.
        kind: What to do.
        cause: What makes it unique within the case and its kind: a repeat has the same id.
        known: The instant, and the desk's days for such a task.
        details: What the department needs, and no more.
        reference: The case that it is about.
    """
    return DepartmentTask(
        task_id=derived_id("task", case.case_id, kind.value, cause),
        department=DEPARTMENT_OF[kind],
        kind=kind,
        requested_at=known.now,
        due_on=due_on(kind, known),
        reference=reference,
        details=details,
    )


def due_on(kind: TaskKind, known: Known) -> date:
    """Until when a department answers such a task that it is given now; never on a holiday."""
    desk = known.programmes.desk
    return desk.answer_by(known.today, desk.task_days_of(kind))


def find(case: CaseFileUpdated, wanted: str) -> DepartmentTask | None:
    """The case's task with this id."""
    return next((task for task in case.tasks if task.task_id == wanted), None)


def open_tasks(
    case: CaseFileUpdated, kinds: Collection[TaskKind] = ALL_KINDS
) -> tuple[DepartmentTask, ...]:
    """The case's tasks of these kinds that a department still has to do."""
    return tuple(task for task in case.tasks if task.status in OPEN and task.kind in kinds)


def with_task(case: CaseFileUpdated, task: DepartmentTask) -> CaseFileUpdated:
    """The case with one task more; the fact joins those of the change.

    A task that is there already stays as it is.
    """
    if find(case, task.task_id) is not None:
        return case
    asked = TaskRequested(task_id=task.task_id, department=task.department, kind=task.kind)
    return case.model_copy(update={"tasks": (*case.tasks, task), "facts": (*case.facts, asked)})


def with_replaced(case: CaseFileUpdated, task: DepartmentTask) -> tuple[DepartmentTask, ...]:
    """The case's tasks, with this one as it is now."""
    return tuple(task if each.task_id == task.task_id else each for each in case.tasks)


def cancel_open(
    case: CaseFileUpdated, kinds: Collection[TaskKind] = ALL_KINDS, *, reason: str
) -> CaseFileUpdated:
    """The case with its open tasks of these kinds cancelled; the facts join those of the change.

    Args:
        case: The case after the change that makes them needless.
        kinds: Which tasks; all if absent.
        reason: Why, in words for the department.
    """
    return _cancelled(case, {task.task_id for task in open_tasks(case, kinds)}, reason)


def cancel_one(case: CaseFileUpdated, wanted: str, *, reason: str) -> CaseFileUpdated:
    """The case with this task cancelled; the fact joins those of the change."""
    return _cancelled(case, {wanted}, reason)


def _cancelled(case: CaseFileUpdated, needless: Collection[str], reason: str) -> CaseFileUpdated:
    if not needless:
        return case
    facts = [TaskCancelled(task_id=each, reason=reason) for each in sorted(needless)]
    tasks = tuple(
        task.model_copy(update={"status": "cancelled"}) if task.task_id in needless else task
        for task in case.tasks
    )
    return case.model_copy(update={"tasks": tasks, "facts": (*case.facts, *facts)})
