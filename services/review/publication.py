"""What others hear of a case: the complete case file inside, ids and states outside."""

from typing import Literal

from services.review.store import StoredCase
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.departments import DepartmentTaskCancelled, DepartmentTaskRequested
from shared.contract.facts import Decided, TaskCancelled, TaskRequested
from shared.contract.public import CaseDecided, CaseOpened, CaseStateChanged
from shared.messaging.processing import UnitOfWork

_OUTCOMES: dict[CaseState, Literal["approved", "partly_approved", "denied"]] = {
    CaseState.APPROVED: "approved",
    CaseState.PARTLY_APPROVED: "partly_approved",
    CaseState.DENIED: "denied",
}


def publish(
    work: UnitOfWork,
    before: CaseFileUpdated | None,
    after: CaseFileUpdated,
    by: str | None = None,
) -> StoredCase:
    """Emit the case file, and what the change means to the public topic.

    Args:
        work: The transaction that stores the case.
        before: The case before the change; None when it was opened by it.
        after: The case after it.
        by: Whose act it is; None for the desk's own.

    Returns:
        The case with the JSON that was emitted, to be stored: it is made once.
    """
    if after.changed_by != by:
        after = after.model_copy(update={"changed_by": by})
    cause = str(after.sequence)
    record = work.emit(after, cause=cause)
    if before is None:
        opened = CaseOpened(
            case_id=after.case_id,
            sequence=after.sequence,
            kind=after.kind,
            programme=after.programme,
            state=after.state,
            opened_at=after.opened_at,
        )
        work.emit(opened, cause=cause)
    if any(isinstance(fact, Decided) for fact in after.facts):
        decided = CaseDecided(
            case_id=after.case_id,
            sequence=after.sequence,
            kind=after.kind,
            outcome=_OUTCOMES[after.state],
            decided_at=after.updated_at,
        )
        work.emit(decided, cause=cause)
    elif before is not None and before.state is not after.state:
        changed = CaseStateChanged(
            case_id=after.case_id,
            sequence=after.sequence,
            kind=after.kind,
            state=after.state,
            changed_at=after.updated_at,
        )
        work.emit(changed, cause=cause)
    if after.tasks:
        _tell_departments(work, after)
    return StoredCase(after, record.value.decode(), before)


def _tell_departments(work: UnitOfWork, case: CaseFileUpdated) -> None:
    """Emit what this change asks of departments, and what it takes back."""
    for fact in case.facts:
        if not isinstance(fact, TaskRequested | TaskCancelled):
            continue
        task = next(each for each in case.tasks if each.task_id == fact.task_id)
        # A question answered asks for the same task once more: an event of its own.
        cause = f"{task.task_id} {case.sequence}"
        if isinstance(fact, TaskCancelled):
            cancelled = DepartmentTaskCancelled(
                task_id=task.task_id,
                case_id=case.case_id,
                department=task.department,
                cancelled_at=case.updated_at,
                reason=fact.reason,
            )
            work.emit(cancelled, cause=cause)
            continue
        requested = DepartmentTaskRequested(
            task_id=task.task_id,
            case_id=case.case_id,
            department=task.department,
            kind=task.kind,
            requested_at=task.requested_at,
            due_on=task.due_on,
            amount=task.amount,
            currency=case.assessment.currency if case.assessment else "EUR",
            reference=task.reference,
            details=task.details,
        )
        work.emit(requested, cause=cause)
