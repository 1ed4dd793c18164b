"""The unidentified queue: contacts that nobody vouches for, until a person decides."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake import handling
from services.intake.api.actors import Reader, Representative
from services.intake.app import App
from services.intake.domain.placing import Place
from services.intake.domain.stated import CaseNumber, Code, FilledLine
from services.intake.queue_views import Handled, Waiting, waiting
from shared.contract.contacts import Intent

Sequence = Annotated[int, Field(ge=1, description="What the queue said when it was looked at.")]


class _Act(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    sequence: Sequence


class Assignment(_Act):
    """Where a contact belongs, and who wrote it if that is certain."""

    case_id: CaseNumber
    client_id: Code | None = Field(
        default=None, description="Only the case's own client, or one who wrote about it before."
    )
    intent: Intent | None = Field(default=None, description="If it is another than proposed.")


class NewCase(_Act):
    """A contact that belongs to no case yet, and who wrote it if that is certain."""

    client_id: Code | None = None
    intent: Intent | None = Field(default=None, description="If it is another than proposed.")


class Because(_Act):
    """Why something is done."""

    reason: FilledLine


def routes(app: App) -> APIRouter:
    """The routes of the unidentified queue."""
    router = APIRouter()
    service = app.service

    @router.get("/unidentified")
    async def list_unidentified(
        _reader: Reader,
        response: Response,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        after: Annotated[
            str | None, Query(max_length=64, description="The last received_id of the page before.")
        ] = None,
    ) -> list[Waiting]:
        """Contacts that nobody vouches for, longest waiting first, with what speaks for whom.

        A full page names the next one in the header `Link` (RFC 8288).
        """
        async with service.database.reading() as connection:
            found = await waiting(connection, after=after, limit=limit)
        if len(found) == limit:
            following = f"/unidentified?limit={limit}&after={found[-1].received_id}"
            response.headers["Link"] = f'<{following}>; rel="next"'
        return found

    @router.post("/unidentified/{received_id}/assign")
    async def assign(received_id: str, place: Assignment, actor: Representative) -> Handled:
        """Say to which case a contact belongs; it is published for that case."""
        wanted = Place(place.case_id, place.client_id, place.intent)
        async with service.unit_of_work() as work:
            row = await handling.put_into_place(work, received_id, place.sequence, wanted, actor)
        return Handled.model_validate(row)

    @router.post("/unidentified/{received_id}/new-case")
    async def open_case(received_id: str, place: NewCase, actor: Representative) -> Handled:
        """Say that a contact belongs to no case yet; it is published and opens one."""
        wanted = Place(None, place.client_id, place.intent)
        async with service.unit_of_work() as work:
            row = await handling.put_into_place(work, received_id, place.sequence, wanted, actor)
        return Handled.model_validate(row)

    @router.post("/unidentified/{received_id}/discard")
    async def discard(received_id: str, act: Because, actor: Representative) -> Handled:
        """Set a contact aside with a reason; it is kept and can be restored."""
        async with service.unit_of_work() as work:
            row = await handling.discard(work, received_id, act.sequence, act.reason, actor)
        return Handled.model_validate(row)

    @router.post("/unidentified/{received_id}/restore")
    async def restore(received_id: str, act: Because, actor: Representative) -> Handled:
        """Take a discarded contact back into the queue."""
        async with service.unit_of_work() as work:
            row = await handling.restore(work, received_id, act.sequence, act.reason, actor)
        return Handled.model_validate(row)

    return router
