"""What a case is about, and where it stands."""

from enum import StrEnum


class CaseKind(StrEnum):
    """A claim, or one of the service requests."""

    CLAIM = "claim"
    PAYMENT_DELAY = "payment_delay"
    PROCESSING_DELAY = "processing_delay"
    RENEWAL = "renewal"
    ACCOUNT_CHANGE = "account_change"
    COMPLAINT = "complaint"
    OTHER = "other"


class CaseState(StrEnum):
    """Where a case stands, and whom it waits for."""

    WAITING_FOR_CLIENT = "waiting_for_client"
    WAITING_FOR_PERSON = "waiting_for_person"
    WAITING_FOR_DEPARTMENT = "waiting_for_department"
    ESCALATED = "escalated"
    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    DENIED = "denied"
    CLOSED = "closed"


DECIDED = frozenset({CaseState.APPROVED, CaseState.PARTLY_APPROVED, CaseState.DENIED})
