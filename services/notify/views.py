"""Notices as people and clients' systems see them over HTTP."""

from datetime import date, datetime

from pydantic import BaseModel

from services.notify.domain.notice import Notice
from shared.contract.contacts import Channel, Language
from shared.contract.facts import NoticeKind
from shared.contract.public import NoticeStatus


class NoticeView(BaseModel):
    """A notice and where it stands; no address and no text."""

    notice_id: str
    case_id: str
    kind: NoticeKind
    language: Language
    channel: Channel
    status: NoticeStatus
    sequence: int
    attempts: int
    created_at: datetime
    changed_at: datetime
    next_attempt_at: datetime | None
    detail: str
    held_because: str | None
    has_document: bool
    posted_on: date | None
    batch_id: str | None


class StepView(BaseModel):
    """One public step in a notice's life."""

    sequence: int
    channel: Channel
    status: NoticeStatus
    at: datetime
    detail: str
    by: str


class NoticeHistory(NoticeView):
    """A notice with all its steps."""

    steps: list[StepView]


def view_of(notice: Notice) -> NoticeView:
    """A notice as its readers see it."""
    return NoticeView(
        notice_id=notice.notice_id,
        case_id=notice.case_id,
        kind=notice.kind,
        language=notice.language,
        channel=notice.channel,
        status=notice.status,
        sequence=notice.sequence,
        attempts=notice.attempts,
        created_at=notice.created_at,
        changed_at=notice.changed_at,
        next_attempt_at=notice.next_attempt_at,
        detail=notice.detail,
        held_because=notice.held_because,
        has_document=notice.document_id is not None,
        posted_on=notice.posted_on,
        batch_id=notice.batch_id,
    )
