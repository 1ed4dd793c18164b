"""Cases as people read them: lists, and the complete case file."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.review import store
from services.review.api.changing import Reader, found
from services.review.app import App
from services.review.history_store import changes_since
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState


def router(app: App) -> APIRouter:
    """The routes by which people read cases."""
    routes = APIRouter()
    database = app.service.database

    @routes.get("/cases")
    async def list_cases(
        _reader: Reader,
        contact_id: str | None = None,
        state: CaseState | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        """The cases of a contact or in a state, the longest untouched first."""
        query = store.cases_query(contact_id=contact_id, state=state, limit=limit)
        async with database.reading() as connection:
            bodies = [row.body for row in await connection.execute(query)]
        return Response(f"[{','.join(bodies)}]", media_type="application/json")

    @routes.get("/cases/{case_id}")
    async def read_case(case_id: str, _reader: Reader) -> CaseFileUpdated:
        """The complete case file."""
        async with database.reading() as connection:
            return found(await store.load_cases(connection, [case_id], lock=False), case_id)

    @routes.get("/cases/{case_id}/history")
    async def read_history(
        case_id: str, _reader: Reader, limit: Annotated[int, Query(ge=1, le=500)] = 100
    ) -> list[dict[str, Any]]:
        """What happened to a case, change by change, the oldest first: when, by whom, the facts."""
        async with database.reading() as connection:
            case = found(await store.load_cases(connection, [case_id], lock=False), case_id)
            return await changes_since(connection, case, 0, limit=limit)

    return routes
