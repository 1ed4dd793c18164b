"""The unidentified queue: contacts that nobody vouches for, until a person decides."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.intake import store
from services.intake.api.actors import Reader
from services.intake.app import App
from services.intake.views import Unidentified, waiting_view


def routes(app: App) -> APIRouter:
    """The routes of the unidentified queue."""
    router = APIRouter()
    database = app.service.database

    @router.get("/unidentified")
    async def list_unidentified(
        _reader: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> list[Unidentified]:
        """Contacts that nobody vouches for, longest waiting first."""
        async with database.reading() as connection:
            waiting = await store.list_unidentified(connection, limit)
        return [waiting_view(row, contact) for row, contact in waiting]

    return router
