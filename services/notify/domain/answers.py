"""How many answers the desk gives by itself to one recipient on one day.

A machine that we took for a client answers our receipt, which opens a case and asks for the next
receipt. Whatever such a machine writes, this ends the loop. It only counts what no person decided
(a receipt, a request for information), so a decision is told in any case.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from services.notify.domain import by_hand
from services.notify.domain.channel import Email, ForPerson, Way
from services.notify.domain.notice import Notice
from shared.contract.case_file import CaseFileUpdated
from shared.contract.facts import NoticeKind
from shared.contract.public import NoticeStatus

ANSWERS_PER_DAY = "answers_per_day"
"""The public reason of a notice that is held because of this limit."""

_AUTOMATIC = frozenset(
    {NoticeKind.RECEIPT, NoticeKind.INFORMATION_REQUEST, NoticeKind.COMPLAINT_ACKNOWLEDGED}
)


def recipient_of(way: Way, case: CaseFileUpdated) -> str | None:
    """Under what a recipient is counted: an email address, or the client who gets a letter.

    A digest: what counts answers needs no address, and erasing a client need not look there.

    Returns:
        None if there is no way.
    """
    if isinstance(way, ForPerson):
        return None
    client = case.client.client_id if case.client else ""
    who = way.address.casefold() if isinstance(way, Email) else client
    return blake2b(who.encode(), digest_size=16).hexdigest()


def is_counted(notice: Notice) -> bool:
    """Is this an answer of the desk by itself, about to be sent?"""
    return notice.kind in _AUTOMATIC and notice.status is NoticeStatus.QUEUED


@dataclass(frozen=True, slots=True)
class Counted:
    """New notices after counting.

    Attributes:
        notices: All of them, those over the limit held.
        counts: Each recipient's answers today, these included.
    """

    notices: tuple[Notice, ...]
    counts: Mapping[str, int]


def count(
    fresh: Iterable[Notice], recipients: Mapping[str, str], before: Mapping[str, int], limit: int
) -> Counted:
    """Count new notices, and hold what is over the limit.

    Args:
        fresh: New notices that nobody was told of yet, in order.
        recipients: By notice id, under what its recipient is counted.
        before: Each recipient's answers today so far.
        limit: Answers per recipient and day.
    """
    counts = dict(before)
    after: list[Notice] = []
    for notice in fresh:
        if not is_counted(notice):
            after.append(notice)
            continue
        recipient = recipients[notice.notice_id]
        if counts.get(recipient, 0) >= limit:
            why = f"{limit} automatic answers went to this recipient today already"
            after.append(by_hand.held(notice, ANSWERS_PER_DAY, why))
            continue
        counts[recipient] = counts.get(recipient, 0) + 1
        after.append(notice)
    return Counted(tuple(after), counts)
