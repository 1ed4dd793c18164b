"""The life of a letter from the typesetter to the letter box, as pure steps.

A letter that was set is at the printer: still `queued` for everybody, because nobody posted it.
The print provider says when it was posted (`sent`, from which deemed service counts) and whether it
came back (`returned`, which is for a person).
"""

from dataclasses import replace
from datetime import date, datetime

from services.notify.domain.notice import Notice, Steps, told
from shared.contract.contacts import Channel
from shared.contract.public import NoticeStatus
from shared.errors import RuleViolation


def at_the_printer(notice: Notice) -> bool:
    """Was its letter set, and not yet reported as posted?"""
    return (
        notice.channel is Channel.LETTER
        and notice.status is NoticeStatus.QUEUED
        and notice.next_attempt_at is None
        and notice.document_id is not None
    )


def printed(
    notice: Notice,
    *,
    worker: str,
    document_id: str,
    pages: int,
    enclosures: str,
    abroad: bool,
    now: datetime,
) -> Steps:
    """The letter is set and stored, and waits for the next batch; no public step."""
    queued = notice.channel is Channel.LETTER and notice.status is NoticeStatus.QUEUED
    if notice.worker != worker or not queued:
        return ()
    return (
        replace(
            notice,
            document_id=document_id,
            pages=pages,
            enclosures=enclosures,
            abroad=abroad,
            next_attempt_at=None,
            worker=None,
            changed_at=now,
        ),
    )


def posted(notice: Notice, *, run: int, on: date, now: datetime, today: date) -> Steps:
    """The provider posted the letter on a day.

    Returns:
        Nothing if that is known already, or if a person had it sent anew since.

    Raises:
        RuleViolation: It is no letter at the printer, or the day can't be.
    """
    if run < notice.run or (notice.posted_on == on and notice.status is NoticeStatus.SENT):
        return ()
    waits = at_the_printer(notice) or notice.status is NoticeStatus.UNCERTAIN
    if run > notice.run or notice.batch_id is None or not waits:
        raise RuleViolation("not_at_the_printer", "this is no letter that waits to be posted")
    if not notice.letter_day <= on <= today:
        raise RuleViolation("no_such_day", "a letter is posted after its date and not tomorrow")
    return (replace(told(notice, NoticeStatus.SENT, "", now), posted_on=on),)


def returned(
    notice: Notice, reason: str, *, run: int, on: date, now: datetime, today: date
) -> Steps:
    """The letter came back; a person finds another way.

    Returns:
        Nothing if that is known already, or if a person had it sent anew since.

    Raises:
        RuleViolation: It was never posted, or the day can't be.
    """
    if run < notice.run or notice.status is NoticeStatus.RETURNED:
        return ()
    gone = notice.status in {NoticeStatus.SENT, NoticeStatus.UNCERTAIN}
    if notice.channel is not Channel.LETTER or run > notice.run or not gone:
        raise RuleViolation("not_posted", "this letter was not posted")
    if on > today or (notice.posted_on is not None and on < notice.posted_on):
        raise RuleViolation("no_such_day", "a letter comes back after it was posted")
    detail = f"came back on {on.isoformat()}" + (f": {reason}" if reason else "")
    return (told(notice, NoticeStatus.RETURNED, detail, now),)


def unreported(notice: Notice, *, days: int, now: datetime) -> Steps:
    """The provider has not said for so many days that it posted the letter: a person asks it."""
    if notice.batch_id is None or not at_the_printer(notice):
        return ()
    detail = f"the print provider has not reported it as posted for {days} days"
    return (told(notice, NoticeStatus.UNCERTAIN, detail, now),)


def not_printable(notice: Notice, reason: str, *, now: datetime) -> Steps:
    """It can't go into a batch as it is; a person must look."""
    if not at_the_printer(notice):
        return ()
    return (told(notice, NoticeStatus.FAILED, reason, now),)
