"""What people do with department tasks: set one, answer a department's question, take one back."""

from pydantic import Field

from services.review.domain.acting import Person, is_current, may_work, supervisor_if_escalated
from services.review.domain.known import Known
from services.review.domain.payments import PAYMENT, left_to_instruct, with_payment
from services.review.domain.prompts import PromptCode, without_prompt
from services.review.domain.requests import (
    back_to_person,
    names_change,
    request_task,
    to_department,
)
from services.review.domain.subject import NOTHING
from services.review.domain.tasks import (
    DEPARTMENT_OF,
    OPEN,
    cancel_one,
    find,
    open_tasks,
    with_replaced,
    with_task,
)
from services.review.domain.transitions import changed
from shared.contract.base import Body, Day, ShortText, Text
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.departments import Department, DepartmentTask, TaskKind
from shared.contract.facts import TaskRequested
from shared.errors import NotFound, RuleViolation


class TaskByHand(Body):
    """What a person wants of a department."""

    sequence: int = Field(ge=1, description="Sequence of the case file that the person read.")
    kind: TaskKind
    department: Department | None = Field(
        default=None, description="Whose it is; follows from the kind."
    )
    words: Text = Field(default="", description="What it is about, for the department.")
    due_on: Day | None = Field(default=None, description="By the desk's rules if absent.")


class TaskReply(Body):
    """The answer to a department's question."""

    sequence: int = Field(ge=1, description="Sequence of the case file that the person read.")
    words: Text = Field(min_length=1)


class TaskCancel(Body):
    """Why a task is taken back."""

    sequence: int = Field(ge=1, description="Sequence of the case file that the person read.")
    reason: ShortText = ""


def set_task(
    case: CaseFileUpdated, request: TaskByHand, person: Person, known: Known
) -> CaseFileUpdated:
    """Ask a department for something.

    A payment's amount is never a person's to say: `pay` instructs again what was decided and is
    neither paid nor on its way, after a payment was refused or came back.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not act on this case.
        RuleViolation: The department does no such thing, or there is nothing for it to do.
    """
    _may_act(case, request.sequence, person)
    if case.state is CaseState.CLOSED:
        raise RuleViolation("closed", "the case is closed")
    if request.department not in (None, DEPARTMENT_OF[request.kind]):
        message = f"{request.kind} is for {DEPARTMENT_OF[request.kind]}"
        raise RuleViolation("other_department", message)
    if request.due_on is not None and request.due_on < known.today:
        raise RuleViolation("due_in_the_past", "due_on has passed")
    after = changed(case, known.now, ())
    if request.kind is TaskKind.PAY:
        return _paid_again(after, person, known)
    if open_tasks(case, (request.kind,)):
        raise RuleViolation("open_already", f"a task {request.kind} is open already")
    task = request_task(case, request.kind, f"by hand {after.sequence}", known, request.words)
    _says_what(task)
    if request.due_on is not None:
        task = task.model_copy(update={"due_on": request.due_on})
    return to_department(with_task(after, task))


def reply(
    case: CaseFileUpdated, wanted: str, request: TaskReply, person: Person, known: Known
) -> CaseFileUpdated:
    """Answer a department's question: the same task once more, with the words that were missing.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not act on this case.
        NotFound: The case has no such task.
        RuleViolation: The department asked nothing.
    """
    _may_act(case, request.sequence, person)
    task = _found(case, wanted)
    if task.status != "question":
        raise RuleViolation("no_question", "the department asked nothing")
    told = task.details.model_copy(update={"words": request.words})
    again = task.model_copy(update={"status": "requested", "details": told})
    asked = TaskRequested(task_id=task.task_id, department=task.department, kind=task.kind)
    after = changed(case, known.now, [asked], tasks=with_replaced(case, again))
    return to_department(without_prompt(after, PromptCode.DEPARTMENT_ANSWER, person.subject))


def cancel_task(
    case: CaseFileUpdated, wanted: str, request: TaskCancel, person: Person, known: Known
) -> CaseFileUpdated:
    """Take a task back that a department has not done yet.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not act on this case.
        NotFound: The case has no such task.
        RuleViolation: It is done or cancelled already, or a payment, which ends with its decision.
    """
    _may_act(case, request.sequence, person)
    task = _found(case, wanted)
    if task.kind in PAYMENT:
        raise RuleViolation("by_withdrawal", "a payment is stopped by withdrawing its decision")
    if task.status not in OPEN:
        raise RuleViolation("not_open", f"the task is {task.status} already")
    after = cancel_one(changed(case, known.now, ()), task.task_id, reason=request.reason)
    return after if open_tasks(after) else back_to_person(after)


def _paid_again(case: CaseFileUpdated, person: Person, known: Known) -> CaseFileUpdated:
    if left_to_instruct(case) <= NOTHING:
        raise RuleViolation("nothing_owed", "nothing is owed that is not paid or on its way")
    after = with_payment(case, known, again=True)
    if not after.facts:
        raise RuleViolation("no_account", "the accounts department is still asked for the account")
    return without_prompt(after, PromptCode.DEPARTMENT_ANSWER, person.subject)


def _says_what(task: DepartmentTask) -> None:
    """A department can't guess: either the case holds what the task is about, or words say it."""
    if task.details.words:
        return
    if task.kind is TaskKind.CHANGE_ACCOUNT_DATA and not names_change(task.details):
        raise RuleViolation("nothing_to_change", "the case names no new details: say them")
    if task.kind is TaskKind.ANSWER_COMPLAINT:
        raise RuleViolation("nothing_asked", "say what the department shall answer")


def _may_act(case: CaseFileUpdated, sequence: int, person: Person) -> None:
    is_current(case, sequence)
    may_work(person)
    supervisor_if_escalated(case, person)


def _found(case: CaseFileUpdated, wanted: str) -> DepartmentTask:
    task = find(case, wanted)
    if task is None:
        raise NotFound("the case has no such task")
    return task
