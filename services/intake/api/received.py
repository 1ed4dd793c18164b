"""What came in and what was made of it, and its documents."""

from typing import Annotated
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Query, Response

from services.intake import queue, store
from services.intake.api.actors import Reader
from services.intake.app import App
from services.intake.store import Verdict
from services.intake.views import ReceivedView, received_views
from shared.errors import Forbidden, NotFound, RuleViolation

log = structlog.get_logger(__name__)


def routes(app: App) -> APIRouter:
    """The routes of what came in."""
    router = APIRouter()
    database = app.service.database

    @router.get("/received")
    async def list_received(
        _reader: Reader,
        message_id: Annotated[str | None, Query(max_length=500)] = None,
        contact_id: Annotated[str | None, Query(max_length=64)] = None,
        case_id: Annotated[str | None, Query(max_length=64)] = None,
        verdict: Annotated[
            Verdict | None, Query(description="Alone; `after` and `limit` turn its pages.")
        ] = None,
        after: Annotated[str | None, Query(max_length=64)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 200,
    ) -> list[ReceivedView]:
        """What intake made of a mail, a contact, what belongs to a case, or has a verdict."""
        ids = {"message_id": message_id, "contact_id": contact_id, "case_id": case_id}
        if bool(verdict) == any(ids.values()):
            message = "name a message_id, a contact_id or a case_id, or else a verdict"
            raise RuleViolation("no_filter", message)
        async with database.reading() as connection:
            if verdict:
                rows = await queue.page(connection, verdict, after=after, limit=limit)
            else:
                rows = await store.list_received(connection, **ids)
            return await received_views(connection, rows)

    @router.get("/documents/{document_id}")
    async def get_document(document_id: str, reader: Reader) -> Response:
        """A document's bytes, never shown inside the page; who fetched it is logged."""
        async with database.reading() as connection:
            found = await store.document(connection, document_id)
        if found is None:
            message = "no such document"
            raise NotFound(message)
        if found.blocked is not None:
            message = f"this document is never served: {found.blocked}"
            raise Forbidden("document_blocked", message)
        data = await app.documents.get(document_id)
        log.info("document fetched", document_id=document_id, by=reader.subject)
        return Response(data, media_type=found.media_type, headers=as_attachment(found.name))

    return router


def as_attachment(name: str) -> dict[str, str]:
    """Headers that make a browser save a file whatever is in it."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    encoded = quote(name, safe="")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
    }
