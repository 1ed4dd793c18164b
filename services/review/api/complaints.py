"""The register of complaints: read by year, noted by people, marked once it is reported."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.review import complaints_store, people, store
from services.review.api.changing import Decider, Reader, change_case
from services.review.app import App
from services.review.domain.acting import is_active
from services.review.domain.complaints import (
    ComplaintRecord,
    ComplaintRequest,
    examine,
    reported,
)
from services.review.domain.known import Known
from services.review.publication import publish
from shared.auth import Actor, requires
from shared.contract.base import Body, Identifier
from shared.contract.case_file import CaseFileUpdated

_AT_ONCE: Final = 200
Reporter = Annotated[Actor, Depends(requires("supervisor"))]
Year = Annotated[int, Query(ge=1971, le=2199)]


class ReportRequest(Body):
    """What was reported."""

    year: int = Field(ge=1971, le=2199)
    case_ids: tuple[Identifier, ...] = Field(max_length=100_000, description="What stands in it.")


class Reported(Body):
    """How many complaints were marked now; those that stood in a report before are not."""

    year: int
    marked: int


def router(app: App) -> APIRouter:
    """The routes of complaints."""
    routes = APIRouter()

    @routes.get("/complaints")
    async def register_of(_reader: Reader, year: Year) -> list[ComplaintRecord]:
        """The complaints received in a year, in the order of receipt; nobody's name is in it."""
        async with app.service.database.reading() as connection:
            return list(await complaints_store.complaints_of(connection, year))

    @routes.post("/cases/{case_id}/complaint")
    async def note_complaint(
        case_id: str, request: ComplaintRequest, actor: Decider
    ) -> CaseFileUpdated:
        """Note what a complaint is about and how it ends."""
        return await change_case(
            app, case_id, actor, lambda case, known: examine(case, request, actor, known)
        )

    @routes.post("/complaints/reported")
    async def mark_reported(request: ReportRequest, actor: Reporter) -> Reported:
        """Say that these of a year's complaints were reported; again, it changes nothing."""
        async with app.service.database.reading() as connection:
            complaints = await complaints_store.complaints_of(connection, request.year)
        named = set(request.case_ids)
        new = [e.case_id for e in complaints if e.reported_in is None and e.case_id in named]
        marked = 0
        for start in range(0, len(new), _AT_ONCE):
            marked += await _mark(app, new[start : start + _AT_ONCE], request.year, actor)
        return Reported(year=request.year, marked=marked)

    return routes


async def _mark(app: App, case_ids: list[str], year: int, actor: Actor) -> int:
    async with app.service.unit_of_work() as work:
        is_active(await people.colleague(work.connection, actor.subject))
        cases = await store.load_cases(work.connection, case_ids, lock=True)
        known = Known(app.programmes, work.now)
        marked = [
            publish(work, case, after, actor.subject)
            for case in cases.values()
            if (after := reported(case, year, actor.subject, known)) is not None
        ]
        await store.save_cases(work.connection, marked, {})
    return len(marked)
