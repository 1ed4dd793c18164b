"""Intake for people: phone notes, letters, what came in, the unidentified queue, documents."""

from typing import Annotated
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Depends, File, Form, Header, Query, Response, UploadFile, status

from services.intake import store, taking
from services.intake.app import App
from services.intake.domain.decoding import one_line
from services.intake.domain.phone import PhoneNote
from services.intake.views import Accepted, ReceivedView, Unidentified, view_of, waiting_view
from shared.auth import Actor, requires
from shared.errors import NotFound, RuleViolation

log = structlog.get_logger(__name__)

_STAFF = ("trainee", "representative", "senior_representative", "supervisor")
Writer = Annotated[Actor, Depends(requires(*_STAFF))]
Reader = Annotated[Actor, Depends(requires(*_STAFF, "auditor", "administrator"))]


def router(app: App) -> APIRouter:
    """The routes of intake."""
    routes = APIRouter()
    database = app.service.database

    @routes.post("/phone-notes", status_code=status.HTTP_201_CREATED)
    async def take_phone_note(
        note: PhoneNote,
        actor: Writer,
        response: Response,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> Accepted:
        """Take the note of a call; the same `Idempotency-Key` gives the same contact."""
        async with app.service.unit_of_work() as work:
            contact_id, repeated = await taking.take_note(app, work, note, actor, idempotency_key)
        if repeated:
            response.status_code = status.HTTP_200_OK
        return Accepted(contact_id=contact_id, verdict="contact")

    @routes.post("/letters", status_code=status.HTTP_202_ACCEPTED)
    async def take_letter(
        actor: Writer,
        file: Annotated[UploadFile, File(description="PDF, PNG, JPEG or TIFF")],
        sender_name: Annotated[str, Form(max_length=200)] = "",
        case_id: Annotated[
            str | None, Form(description="The case, if a person knows that it belongs there.")
        ] = None,
    ) -> Accepted:
        """Take the scan of a letter; it is read in the background, `/received` tells when."""
        data = await file.read(app.settings.upload_limit_bytes + 1)
        scan = taking.letter_scan(data, file.filename or "letter", app.settings.upload_limit_bytes)
        return await taking.take_letter(app, scan, one_line(sender_name, 200), case_id, actor)

    @routes.get("/received")
    async def list_received(
        _reader: Reader,
        message_id: Annotated[str | None, Query(max_length=500)] = None,
        contact_id: Annotated[str | None, Query(max_length=64)] = None,
        case_id: Annotated[str | None, Query(max_length=64)] = None,
    ) -> list[ReceivedView]:
        """What intake made of a mail, a contact, or everything that belongs to a case."""
        if not (message_id or contact_id or case_id):
            message = "name a message_id, a contact_id or a case_id"
            raise RuleViolation("no_filter", message)
        async with database.reading() as connection:
            rows = await store.list_received(
                connection, message_id=message_id, contact_id=contact_id, case_id=case_id
            )
        return [view_of(row) for row in rows]

    @routes.get("/unidentified")
    async def list_unidentified(
        _reader: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> list[Unidentified]:
        """Contacts that nobody vouches for, longest waiting first."""
        async with database.reading() as connection:
            waiting = await store.list_unidentified(connection, limit)
        return [waiting_view(row, contact) for row, contact in waiting]

    @routes.get("/documents/{document_id}")
    async def get_document(document_id: str, reader: Reader) -> Response:
        """A document's bytes, never shown inside the page; who fetched it is logged."""
        async with database.reading() as connection:
            found = await store.document(connection, document_id)
        if found is None:
            message = "no such document"
            raise NotFound(message)
        data = await app.documents.get(document_id)
        log.info("document fetched", document_id=document_id, by=reader.subject)
        return Response(data, media_type=found.media_type, headers=_as_attachment(found.name))

    return routes


def _as_attachment(name: str) -> dict[str, str]:
    """Headers that make a browser save a file whatever is in it."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    encoded = quote(name, safe="")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
    }
