"""What notify does with events: a request becomes a notice, a bounce becomes a letter."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import cast

import structlog

from services.notify import store
from services.notify.app import App
from services.notify.came_back import dead_addresses, remember_dead
from services.notify.domain import answers, dead_ends
from services.notify.domain import notice as lives
from services.notify.domain.channel import Way, choose_way
from services.notify.domain.notice import Notice, Steps
from services.notify.recording import record, tell
from shared.contract.case_file import CaseFileUpdated
from shared.contract.catalogue import CASE_FILE, DELIVERY_REPORTS
from shared.contract.facts import NoticeRequested
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
    recipients: dict[str, str] = {}
    asking = [case for event in events if _asks(case := cast("CaseFileUpdated", event.body))]
    dead = await dead_addresses(work, asking)
    for case in asking:
        for notice, recipient in _requested(case, dead, work.now, today):
            requested.setdefault(notice.notice_id, notice)
            if recipient is not None:
                recipients[notice.notice_id] = recipient
    added = await store.add(work.connection, list(requested.values()))
    fresh = await _counted(app, work, added, recipients, today)
    await tell(work, fresh)
    for notice in fresh:
        if notice.status is not NoticeStatus.QUEUED:
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
    bounced: list[Notice] = []
    for report in reports:
        before = known.get(report.notice_id)
        if before is None:
            log.warning("a report about a notice that is not here", notice_id=report.notice_id)
        elif steps := _reported(before, report, work.now, today):
            known[before.notice_id] = steps[-1]
            changes.append((before, steps))
            if report.status == "bounced" and dead_ends.tells_a_dead_address(report.code):
                bounced.append(before)
    await remember_dead(work, bounced)
    await record(work, changes)
    if changes:
        work.after_commit(app.wake)


async def _counted(
    app: App,
    work: UnitOfWork,
    fresh: Sequence[Notice],
    recipients: Mapping[str, str],
    today: date,
) -> Sequence[Notice]:
    """The new notices, of which those are held that would be one answer too many today."""
    counted = {recipients[notice.notice_id] for notice in fresh if answers.is_counted(notice)}
    if not counted:
        return fresh
    before = await store.lock_answers(work.connection, today, counted)
    after = answers.count(fresh, recipients, before, app.settings.answers_per_day)
    held = [notice for notice in after.notices if notice.held_because is not None]
    await store.save(work.connection, held)
    await store.save_answers(work.connection, today, after.counts)
    return after.notices


def _asks(case: CaseFileUpdated) -> bool:
    return any(isinstance(fact, NoticeRequested) for fact in case.facts)


def _requested(
    case: CaseFileUpdated, dead: frozenset[str], now: datetime, today: date
) -> Iterator[tuple[Notice, str | None]]:
    """Each new notice, and under what its recipient is counted."""
    facts = [fact for fact in case.facts if isinstance(fact, NoticeRequested)]
    snapshot = case.model_dump_json(exclude_none=True)

    def is_dead(way: Way) -> bool:
        return bool(dead) and dead_ends.digest_of(way) in dead

    for position, fact in enumerate(facts):
        way = choose_way(case, fact.notice, is_dead)
        notice = lives.created(
            fact.notice_id,
            case.case_id,
            fact.notice,
            case.client.language if case.client else case.language,
            way,
            snapshot,
            case_sequence=case.sequence,
            position=position,
            now=now,
            today=today,
        )
        yield notice, answers.recipient_of(way, case)


def _reported(before: Notice, report: DeliveryReported, now: datetime, today: date) -> Steps:
    if report.status == "delivered":
        return lives.delivered(before, now=now)
    return lives.bounced(before, report.code, now=now, today=today)
