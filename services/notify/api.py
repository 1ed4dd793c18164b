"""Notify's HTTP side: where a notice stands, what was sent, and sending it again by hand."""

from datetime import date, datetime
from email import message_from_bytes, policy
from functools import partial
from typing import Annotated, Literal, Protocol

import structlog
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field, StringConstraints

from services.notify import letters_api, store
from services.notify.adapters.preview import Preview
from services.notify.app import App
from services.notify.domain import by_hand
from services.notify.domain.notice import Notice, Steps
from services.notify.recording import record
from services.notify.views import NoticeHistory, NoticeView, StepView, view_of
from shared.auth import READERS, REPRESENTATIVES, Actor, requires
from shared.contract.contacts import Channel, Language
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import NoticeKind
from shared.contract.public import NoticeStatus
from shared.contract.reference import PostalAddress
from shared.errors import NotFound, RuleViolation, VersionConflict

log = structlog.get_logger(__name__)

Reader = Annotated[Actor, Depends(requires(*READERS))]
Sending = Annotated[Actor, Depends(requires(*REPRESENTATIVES))]

_HARMLESS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_SANDBOX = {
    "Content-Security-Policy": "sandbox; default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'"
}


class SendingByHand(BaseModel):
    """Why a person has a held notice sent, or one sent again."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
    sequence: Annotated[int, Field(ge=1)] | None = None
    """The notice's sequence that the person saw; refused when it changed meanwhile."""


class SendingAgain(SendingByHand):
    """Why a person has a notice sent again, and where to."""

    address: PostalAddress | None = None
    """Where a letter goes now; needed when it came back. The client's data stay as they are."""


def router(app: App) -> APIRouter:
    """The routes; each needs a token with a fitting role."""
    api = APIRouter(tags=["notices"])

    @api.get("/notices")
    async def notices(
        _actor: Reader,
        case_id: str | None = None,
        status: NoticeStatus | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> list[NoticeView]:
        """The notices of a case, or with a status, oldest first; `created` are those on hold."""
        if case_id is None and status is None:
            raise RuleViolation("too_many", "name a case or a status")
        async with app.service.database.reading() as connection:
            found = await store.listed(connection, case_id=case_id, status=status, limit=limit)
        return [view_of(notice) for notice in found]

    @api.get("/notices/{notice_id}")
    async def notice(_actor: Reader, notice_id: str) -> NoticeHistory:
        """One notice with its history."""
        async with app.service.database.reading() as connection:
            found = _found(await store.find(connection, notice_id))
            steps = await store.history_of(connection, notice_id)
        return NoticeHistory(
            **view_of(found).model_dump(), steps=[StepView.model_validate(dict(s)) for s in steps]
        )

    @api.get("/notices/{notice_id}/document", response_class=Response)
    async def document(actor: Reader, notice_id: str) -> Response:
        """What went out: the letter as PDF, or the mail's text."""
        async with app.service.database.reading() as connection:
            found = _found(await store.find(connection, notice_id))
        if found.document_id is None:
            raise NotFound("nothing of this notice was made yet")
        data = await app.documents.get(found.document_id)
        log.info("document read", notice_id=notice_id, case_id=found.case_id, actor=actor.subject)
        if found.channel is Channel.LETTER:
            return _attachment(data, "application/pdf", f"{found.case_id}.pdf")
        return _attachment(_text_of(data), "text/plain; charset=utf-8", f"{found.case_id}.txt")

    @api.post("/notices/{notice_id}/resend", status_code=202)
    async def resend(actor: Sending, notice_id: str, request: SendingAgain) -> NoticeView:
        """Send a notice again; a mail keeps its Message-ID, a letter is printed once more."""
        step = partial(by_hand.resent, address=request.address)
        return await _send(app, notice_id, request, actor, step)

    @api.post("/notices/{notice_id}/release", status_code=202)
    async def release(actor: Sending, notice_id: str, request: SendingByHand) -> NoticeView:
        """Send a notice that is held."""
        return await _send(app, notice_id, request, actor, by_hand.released)

    @api.get("/notices/preview/{name}", response_class=Response)
    async def preview(
        _actor: Reader,
        name: NoticeKind,
        lang: Language = Language.GERMAN,
        programme: Annotated[str, Query(max_length=64)] = "household",
        outcome: DecisionOutcome = DecisionOutcome.APPROVE_IN_PART,
        as_: Annotated[Literal["html", "text", "pdf"], Query(alias="format")] = "html",
    ) -> Response:
        """A notice with sample data, as a client would get it; `outcome` is that of a decision."""
        made = Preview.of(app.renderer, name, lang, programme, outcome)
        if as_ == "pdf":
            pdf = await made.letter(app.typesetter)
            return _attachment(pdf, "application/pdf", f"{name}-{lang}.pdf")
        if as_ == "text":
            return Response(made.text, media_type="text/plain", headers=_HARMLESS)
        return Response(made.html, media_type="text/html", headers=_HARMLESS | _SANDBOX)

    api.include_router(letters_api.router(app))
    return api


class _ByHand(Protocol):
    """A step of a notice that a person takes."""

    def __call__(self, notice: Notice, reason: str, *, now: datetime, today: date) -> Steps: ...


async def _send(
    app: App, notice_id: str, request: SendingByHand, actor: Actor, step: _ByHand
) -> NoticeView:
    async with app.service.unit_of_work() as work:
        before = _found((await store.load(work.connection, [notice_id])).get(notice_id))
        if request.sequence is not None and request.sequence != before.sequence:
            raise VersionConflict(before.sequence)
        today = app.renderer.programmes.desk.local_day(work.now)
        steps = step(before, request.reason, now=work.now, today=today)
        await record(work, [(before, steps)], by=actor.subject)
        work.after_commit(app.wake)
    return view_of(steps[-1])


def _found(notice: Notice | None) -> Notice:
    if notice is None:
        raise NotFound("no such notice")
    return notice


def _text_of(mail: bytes) -> bytes:
    part = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    return str(part.get_content()).encode() if part else b""


def _attachment(data: bytes, media_type: str, name: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media_type, headers=_HARMLESS | disposition)
