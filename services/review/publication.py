"""What others hear of a case: the complete case file inside, ids and states outside."""

from shared.contract.case_file import CaseFileUpdated, CaseState, Decided
from shared.contract.public import CaseDecided, CaseOpened, CaseStateChanged
from shared.messaging.processing import UnitOfWork

_OUTCOMES = {
    CaseState.APPROVED: "approved",
    CaseState.PARTLY_APPROVED: "partly_approved",
    CaseState.DENIED: "denied",
}


def publish(work: UnitOfWork, before: CaseFileUpdated | None, after: CaseFileUpdated) -> None:
    """Emit the case file, and what the change means to the public topic.

    Args:
        work: The transaction that stores the case.
        before: The case before the change; None when it was opened by it.
        after: The case after it.
    """
    cause = str(after.sequence)
    work.emit(after, cause=cause)
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
        decided = CaseDecided.model_validate(
            {
                "case_id": after.case_id,
                "sequence": after.sequence,
                "kind": after.kind,
                "outcome": _OUTCOMES[after.state],
                "decided_at": after.updated_at,
            }
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
