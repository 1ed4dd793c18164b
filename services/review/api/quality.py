"""Quality review: its result, and how many decisions passed."""

from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends

from services.review.api.changing import Decider, change_case
from services.review.app import App
from services.review.domain.quality import QualityRequest, review
from services.review.quality_store import results_query
from shared.auth import Actor, requires
from shared.contract.base import Body, Day
from shared.contract.case_file import CaseFileUpdated

_Judge = Annotated[Actor, Depends(requires("supervisor", "auditor", "administrator"))]
"""Who may see how well others decide."""


class Results(Body):
    """What reviews said of the decisions of one person, or of the system, in one programme."""

    programme: str | None
    decided_by: str
    passed: int = 0
    failed: int = 0


def router(app: App) -> APIRouter:
    """The routes of quality review."""
    routes = APIRouter()
    database = app.service.database

    @routes.post("/cases/{case_id}/quality-review")
    async def give_result(case_id: str, request: QualityRequest, actor: Decider) -> CaseFileUpdated:
        """A second person says whether a drawn decision is right."""
        return await change_case(
            app, case_id, actor, lambda case, known: review(case, request, actor, known)
        )

    @routes.get("/quality-reviews")
    async def count_results(
        _judge: _Judge,
        programme: str | None = None,
        person: str | None = None,
        from_day: Day | None = None,
        until_day: Day | None = None,
    ) -> list[Results]:
        """How many decisions passed and failed, by whom, reviewed on these days of the desk."""
        zone = app.programmes.desk.calendar.business.zone
        query = results_query(
            programme=programme,
            person=person,
            begin=datetime.combine(from_day, time(), zone) if from_day else None,
            end=datetime.combine(until_day + timedelta(1), time(), zone) if until_day else None,
        )
        results: dict[tuple[str | None, str], Results] = {}
        async with database.reading() as connection:
            for row in await connection.execute(query):
                key = (row.programme, row.decided_by)
                known = results.get(key) or Results(programme=key[0], decided_by=key[1])
                results[key] = known.model_copy(update={row.result: row.number})
        return list(results.values())

    return routes
