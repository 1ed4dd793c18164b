"""The life of a notice, as pure steps: what happened → what is known of it afterwards.

Every step that the public sees has the next sequence number. A step that no longer fits (the
notice was sent, bounced or taken over meanwhile) returns nothing, and the caller does nothing.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.notify.domain.channel import Email, ForPerson, Letter, Way, letter_way
from services.notify.domain.retries import next_attempt
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Channel, Language
from shared.contract.facts import NoticeKind
from shared.contract.public import NoticeStatus


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to a client and where it stands.

    Attributes:
        run: Counts the times that a person had it sent; the first is 1.
        attempts: Failed attempts of this run.
        next_attempt_at: When it is due; None when nothing is to be done.
        worker: The process that took it.
        marked: The mark before the mail's first byte leaves: from here on only the answer of the
            mail server tells whether it was sent.
        detail: Why it stands where it stands, for people; nothing personal.
        letter_day: The day that a letter carries, and of its folder in the spool.
        case_file: What it is rendered from; dropped when it is not needed any more.
        document_id: The mail or letter as it went out.
        case_sequence: The change of the case that asked for it.
        position: Its place among the notices of that change; a case's notices leave in this order.
        held_because: Why it is not sent by itself, as a code; a person releases it.
        pages: Pages of the letter that was set; None before.
        enclosures: Codes of what is enclosed in the letter, separated by spaces.
        abroad: The letter leaves the country.
        batch_id: The print batch that the letter is in.
        posted_on: Day of posting, or of the email's dispatch; deemed service counts from it.
    """

    notice_id: str
    case_id: str
    kind: NoticeKind
    language: Language
    channel: Channel
    status: NoticeStatus
    sequence: int
    run: int
    attempts: int
    created_at: datetime
    changed_at: datetime
    letter_day: date
    next_attempt_at: datetime | None
    worker: str | None
    marked: bool
    detail: str
    case_file: str | None
    document_id: str | None
    case_sequence: int
    position: int
    held_because: str | None
    pages: int | None = None
    enclosures: str = ""
    abroad: bool = False
    batch_id: str | None = None
    posted_on: date | None = None


Steps = tuple[Notice, ...]
"""What becomes of a notice: each step with a new sequence is told to everybody, the last stays."""


def created(
    notice_id: str,
    case_id: str,
    kind: NoticeKind,
    language: Language,
    way: Way,
    case_file: str,
    *,
    case_sequence: int,
    position: int,
    now: datetime,
    today: date,
) -> Notice:
    """A new notice: queued for its channel, or failed for a person when there is no way.

    A notice without a way counts as a letter: that is the channel which still can be found.
    """
    person = isinstance(way, ForPerson)
    return Notice(
        notice_id=notice_id,
        case_id=case_id,
        kind=kind,
        language=language,
        channel=Channel.EMAIL if isinstance(way, Email) else Channel.LETTER,
        status=NoticeStatus.FAILED if person else NoticeStatus.QUEUED,
        sequence=1,
        run=1,
        attempts=0,
        created_at=now,
        changed_at=now,
        letter_day=today,
        next_attempt_at=None if person else now,
        worker=None,
        marked=False,
        detail=way.reason if isinstance(way, ForPerson) else "",
        case_file=case_file,
        document_id=None,
        case_sequence=case_sequence,
        position=position,
        held_because=None,
    )


def fallback(notice: Notice) -> Letter | ForPerson:
    """The way by letter, from the case file that the notice was requested with."""
    if notice.case_file is None:
        return ForPerson("the case file was dropped after the time for bounces")
    return letter_way(CaseFileUpdated.model_validate_json(notice.case_file))


def marked(notice: Notice, *, worker: str, document_id: str) -> Steps:
    """The mail server is ready for the mail: note that it may have been sent from now on."""
    if notice.worker != worker or notice.status is not NoticeStatus.QUEUED:
        return ()
    return (replace(notice, marked=True, document_id=document_id),)


def sent(notice: Notice, *, worker: str, document_id: str, now: datetime, today: date) -> Steps:
    """The mail server took it; an answer after it was given up as uncertain still counts."""
    waiting = notice.status in {NoticeStatus.UNCERTAIN, NoticeStatus.QUEUED}
    if notice.worker != worker or notice.channel is not Channel.EMAIL or not waiting:
        return ()
    gone = told(notice, NoticeStatus.SENT, "", now)
    return (replace(gone, document_id=document_id, posted_on=today),)


def deferred(notice: Notice, reason: str, *, worker: str, now: datetime, today: date) -> Steps:
    """It surely was not sent, and may be tried again later; after the last pause by letter."""
    if notice.worker != worker or notice.status is not NoticeStatus.QUEUED:
        return ()
    attempts = notice.attempts + 1
    again = next_attempt(attempts, now)
    if again is None:
        return _instead(notice, f"given up after {attempts} attempts: {reason}", now, today)
    return (
        replace(
            notice,
            attempts=attempts,
            next_attempt_at=again,
            worker=None,
            marked=False,
            detail=reason,
            changed_at=now,
        ),
    )


def refused(notice: Notice, reason: str, *, worker: str, now: datetime, today: date) -> Steps:
    """The mail server refuses it for good: by letter instead, or to a person."""
    if notice.worker != worker or notice.status is not NoticeStatus.QUEUED:
        return ()
    return _instead(notice, reason, now, today)


def failed(notice: Notice, reason: str, *, now: datetime) -> Steps:
    """It can't be made or sent as it is; a person must look."""
    if notice.status is not NoticeStatus.QUEUED:
        return ()
    return (told(notice, NoticeStatus.FAILED, reason, now),)


def left_behind(notice: Notice, *, now: datetime) -> Steps:
    """Its process ended, or its server fell silent, between the mark and the answer.

    Nobody knows whether it was sent. It is shown to people and never sent again by itself.
    """
    if notice.status is not NoticeStatus.QUEUED or not notice.marked:
        return ()
    detail = "handed to the mail server, but its answer is not known"
    return (told(notice, NoticeStatus.UNCERTAIN, detail, now),)


def bounced(notice: Notice, code: str, *, now: datetime, today: date) -> Steps:
    """The mail came back: the notice bounced, and goes by letter where an address is known."""
    reported = {
        NoticeStatus.QUEUED,
        NoticeStatus.SENT,
        NoticeStatus.DELIVERED,
        NoticeStatus.UNCERTAIN,
    }
    unsent = notice.status is NoticeStatus.QUEUED and not notice.marked
    if notice.channel is not Channel.EMAIL or notice.status not in reported or unsent:
        return ()
    why = f"returned by the client's mail server ({code})" if code else "returned as undeliverable"
    letter = fallback(notice)
    if isinstance(letter, ForPerson):
        return (told(notice, NoticeStatus.BOUNCED, f"{why}; {letter.reason}", now),)
    back = told(notice, NoticeStatus.BOUNCED, why, now)
    return (back, *_by_letter(back, why, now, today))


def delivered(notice: Notice, *, now: datetime) -> Steps:
    """The client's mail server confirmed the delivery."""
    if notice.channel is not Channel.EMAIL or notice.status not in {
        NoticeStatus.SENT,
        NoticeStatus.UNCERTAIN,
    }:
        return ()
    return (told(notice, NoticeStatus.DELIVERED, "", now),)


def _instead(notice: Notice, reason: str, now: datetime, today: date) -> Steps:
    letter = fallback(notice)
    if isinstance(letter, ForPerson):
        return (told(notice, NoticeStatus.FAILED, f"{reason}; {letter.reason}", now),)
    return _by_letter(notice, reason, now, today)


def _by_letter(notice: Notice, reason: str, now: datetime, today: date) -> Steps:
    return (
        replace(
            told(notice, NoticeStatus.QUEUED, reason, now),
            channel=Channel.LETTER,
            next_attempt_at=now,
            attempts=0,
            letter_day=today,
            document_id=None,
            posted_on=None,
        ),
    )


def told(notice: Notice, status: NoticeStatus, detail: str, now: datetime) -> Notice:
    """The next public step; a worker is remembered only while its answer may still come."""
    return replace(
        notice,
        status=status,
        sequence=notice.sequence + 1,
        detail=detail,
        changed_at=now,
        next_attempt_at=None,
        marked=False,
        held_because=None,
        worker=notice.worker if status is NoticeStatus.UNCERTAIN else None,
    )
