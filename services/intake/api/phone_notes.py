"""Notes of calls."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response, status

from services.intake import noting
from services.intake.api.actors import Writer
from services.intake.app import App
from services.intake.domain.phone import PhoneNote
from services.intake.domain.preferred import preferred_language
from services.intake.validating import Validated, validate
from services.intake.views import Accepted


def routes(app: App) -> APIRouter:
    """The routes of phone notes."""
    router = APIRouter()

    @router.post("/phone-notes", status_code=status.HTTP_201_CREATED)
    async def take_phone_note(
        note: PhoneNote,
        actor: Writer,
        response: Response,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> Accepted:
        """Take the note of a call; the same `Idempotency-Key` gives the same contact."""
        accepted, repeated = await noting.take_note(app, note, actor, idempotency_key)
        if repeated:
            response.status_code = status.HTTP_200_OK
        return accepted

    @router.post("/phone-notes/validate")
    async def validate_phone_note(
        note: dict[str, Any],
        _actor: Writer,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> Validated:
        """Say how a note stands that is still being keyed in; nothing of it is stored.

        Takes any part of a note; the messages are German or English by `Accept-Language`.
        """
        async with app.service.database.reading() as connection:
            return await validate(app, connection, note, preferred_language(accept_language))

    return router
