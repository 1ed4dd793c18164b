"""What people do with a notice: hold, release, send again; each with a reason."""

from dataclasses import replace
from datetime import date, datetime

from services.notify.domain.notice import Notice, Steps, told
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Channel
from shared.contract.public import NoticeStatus
from shared.contract.reference import PostalAddress
from shared.errors import RuleViolation

_RESENDABLE = frozenset(
    {
        NoticeStatus.SENT,
        NoticeStatus.BOUNCED,
        NoticeStatus.RETURNED,
        NoticeStatus.FAILED,
        NoticeStatus.UNCERTAIN,
    }
)


def held(notice: Notice, because: str, detail: str) -> Notice:
    """The new notice, held for a person instead of queued.

    Args:
        notice: It was not told to anybody yet.
        because: The public code of the reason.
        detail: The reason for people.
    """
    return replace(
        notice,
        status=NoticeStatus.CREATED,
        held_because=because,
        detail=detail,
        next_attempt_at=None,
    )


def released(notice: Notice, reason: str, *, now: datetime, today: date) -> Steps:
    """A person has a held notice sent, and says why.

    Raises:
        RuleViolation: It is not held.
    """
    if notice.held_because is None:
        raise RuleViolation("not_held", "this notice is not held")
    queued = told(notice, NoticeStatus.QUEUED, reason, now)
    return (replace(queued, next_attempt_at=now, letter_day=today),)


def resent(
    notice: Notice,
    reason: str,
    *,
    now: datetime,
    today: date,
    address: PostalAddress | None = None,
) -> Steps:
    """A person has it sent again, and says why.

    A mail keeps its Message-ID, so that a server which got it before may notice the double.

    Args:
        notice: It came to an end.
        reason: Why, for the history.
        now: This instant.
        today: The day that a letter carries.
        address: Where a letter goes now; needed when it came back from the old one.

    Raises:
        RuleViolation: It is still on its way, nothing is left to send, or a letter that came back
            would go to the same address again.
    """
    if notice.held_because is not None:
        raise RuleViolation("held", "this notice is held and was never sent: release it")
    if notice.status not in _RESENDABLE:
        raise RuleViolation("still_on_its_way", "this notice is still on its way")
    if notice.status is NoticeStatus.RETURNED and address is None:
        raise RuleViolation("address_returned", "this letter came back: say the new address")
    letter_there = notice.channel is Channel.LETTER and notice.document_id is not None
    if notice.case_file is None and (address is not None or not letter_there):
        raise RuleViolation("nothing_to_send", "what this notice was made from is deleted")
    again = replace(
        told(notice, NoticeStatus.QUEUED, reason, now),
        worker=None,
        run=notice.run + 1,
        next_attempt_at=now,
        attempts=0,
        letter_day=today,
        batch_id=None,
        posted_on=None,
    )
    return (_to(again, address),) if address else (again,)


def _to(notice: Notice, address: PostalAddress) -> Notice:
    """The notice as a letter to another address, to be written anew.

    Raises:
        RuleViolation: The client of the case is not known.
    """
    case = CaseFileUpdated.model_validate_json(notice.case_file or "")
    if case.client is None:
        raise RuleViolation("no_client", "nobody knows whose case this is")
    client = case.client.model_copy(update={"postal_address": address})
    moved = case.model_copy(update={"client": client})
    return replace(
        notice,
        channel=Channel.LETTER,
        document_id=None,
        case_file=moved.model_dump_json(exclude_none=True),
    )
