"""What notify does with events: a request becomes a notice, a bounce becomes a letter."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import cast

import structlog

from services.notify import store
from services.notify.app import App
from services.notify.domain import notice as lives
from services.notify.domain.channel import choose_way
from services.notify.domain.notice import Notice, Steps
from services.notify.recording import record, tell
from shared.contract.case_file import CaseFileUpdated, NoticeRequested
from shared.contract.catalogue import CASE_FILE, DELIVERY_REPORTS
from shared.contract.public import DeliveryReported, NoticeStatus
from shared.messaging.envelope import Event
from shared.messaging.processing import UnitOfWork

log = structlog.get_logger(__name__)


def register(app: App) -> None:
    """Subscribe to what asks for notices and to what says how they fared."""
    app.service.subscribe(CASE_FILE, partial(take_requests, app))
    app.service.subscribe(DELIVERY_REPORTS, partial(take_reports, app))


async def take_requests(app: App, work: UnitOfWork, events: Sequence[Event]) -> None:
    """Each request becomes one notice, however often it is read."""
    today = app.renderer.programmes.desk.local_day(work.now)
    requested: dict[str, Notice] = {}
    for event in events:
        for notice in _requested(cast("CaseFileUpdated", event.body), work.now, today):
            requested.setdefault(notice.notice_id, notice)
    fresh = await store.add(work.connection, list(requested.values()))
    await tell(work, fresh)
    for notice in fresh:
        if notice.status is NoticeStatus.FAILED:
            log.warning(
                "a notice needs a person",
                case_id=notice.case_id,
                notice_id=notice.notice_id,
                reason=notice.detail,
            )
    if fresh:
        work.after_commit(app.wake)


async def take_reports(app: App, work: UnitOfWork, events: Sequence[Event]) -> None:
    """What mail servers said later: a mail that came back goes out as a letter."""
    today = app.renderer.programmes.desk.local_day(work.now)
    reports = [cast("DeliveryReported", event.body) for event in events]
    known = await store.load(work.connection, {report.notice_id for report in reports})
    changes: list[tuple[Notice, Steps]] = []
    for report in reports:
        before = known.get(report.notice_id)
        if before is None:
            log.warning("a report about a notice that is not here", notice_id=report.notice_id)
        elif steps := _reported(before, report, work.now, today):
            known[before.notice_id] = steps[-1]
            changes.append((before, steps))
    await record(work, changes)
    if changes:
        work.after_commit(app.wake)


def _requested(case: CaseFileUpdated, now: datetime, today: date) -> Iterator[Notice]:
    facts = [fact for fact in case.facts if isinstance(fact, NoticeRequested)]
    snapshot = case.model_dump_json(exclude_none=True) if facts else ""
    for fact in facts:
        yield lives.created(
            fact.notice_id,
            case.case_id,
            fact.notice,
            case.client.language if case.client else case.language,
            choose_way(case, fact.notice),
            snapshot,
            now=now,
            today=today,
        )


def _reported(before: Notice, report: DeliveryReported, now: datetime, today: date) -> Steps:
    if report.status == "delivered":
        return lives.delivered(before, now=now)
    return lives.bounced(before, report.code, now=now, today=today)
