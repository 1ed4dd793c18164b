"""What others hear of a case: the complete case file inside, ids and states outside."""

from typing import Literal

from services.review.store import StoredCase
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.facts import Decided
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
    return StoredCase(after, record.value.decode(), before)
