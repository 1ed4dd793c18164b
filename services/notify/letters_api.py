"""Letters over HTTP: what the print provider reports one by one, and the batches."""

from datetime import date, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.notify import print_store, store
from services.notify.app import App
from services.notify.came_back import remember_dead
from services.notify.domain.reports import LetterReport
from services.notify.printing import close_batch, reported
from services.notify.recording import record
from services.notify.views import NoticeView, view_of
from shared.auth import READERS, REPRESENTATIVES, Actor, requires
from shared.contract.public import NoticeStatus
from shared.errors import NotFound

log = structlog.get_logger(__name__)

Reader = Annotated[Actor, Depends(requires(*READERS))]
Reporting = Annotated[Actor, Depends(requires(*REPRESENTATIVES))]


class Posted(BaseModel):
    """A letter was posted."""

    on: date
    run: Annotated[int, Field(ge=1)] = 1
    """Which printing of it; 2 and more after a person had it sent again."""


class Returned(Posted):
    """A letter came back."""

    reason: Annotated[str, Field(max_length=120)] = ""


class BatchView(BaseModel):
    """A print batch and how far it is."""

    batch_id: str
    day: date
    count: int
    sheets: int
    closed_at: datetime
    handed_over_at: datetime | None


class Closed(BaseModel):
    """The batch that was closed; none if no letter waited."""

    batch_id: str | None


def router(app: App) -> APIRouter:
    """The routes; each needs a token with a fitting role."""
    api = APIRouter(prefix="/letters", tags=["letters"])

    @api.post("/{notice_id}/posted")
    async def posted(actor: Reporting, notice_id: str, report: Posted) -> NoticeView:
        """The print provider posted a letter; a repeat changes nothing."""
        line = LetterReport(1, notice_id, report.run, "posted", report.on)
        return await _take(app, line, actor)

    @api.post("/{notice_id}/returned")
    async def returned(actor: Reporting, notice_id: str, report: Returned) -> NoticeView:
        """A letter came back; a person finds another way. A repeat changes nothing."""
        line = LetterReport(1, notice_id, report.run, "returned", report.on, report.reason)
        return await _take(app, line, actor)

    @api.get("/batches")
    async def batches(
        _actor: Reader, limit: Annotated[int, Query(ge=1, le=500)] = 50
    ) -> list[BatchView]:
        """The latest print batches."""
        async with app.service.database.reading() as connection:
            found = await print_store.latest(connection, limit)
        return [BatchView.model_validate(dict(row)) for row in found]

    @api.post("/batches", status_code=201)
    async def close(actor: Reporting) -> Closed:
        """Close a batch now, before its cut-off; it is handed over at once."""
        async with app.service.unit_of_work() as work:
            batch_id = await close_batch(app, work, now=True)
            work.after_commit(app.printed.set)
        log.info("a print batch was closed by hand", batch=batch_id, actor=actor.subject)
        return Closed(batch_id=batch_id)

    return api


async def _take(app: App, line: LetterReport, actor: Actor) -> NoticeView:
    async with app.service.unit_of_work() as work:
        before = (await store.load(work.connection, [line.notice_id])).get(line.notice_id)
        if before is None:
            raise NotFound("no such notice")
        today = app.renderer.programmes.desk.local_day(work.now)
        steps = reported(before, line, now=work.now, today=today)
        await record(work, [(before, steps)], by=actor.subject)
        if steps and steps[-1].status is NoticeStatus.RETURNED:
            await remember_dead(work, [before])
        work.after_commit(app.wake)
    return view_of(steps[-1] if steps else before)
