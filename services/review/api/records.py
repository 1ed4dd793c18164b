"""Decision records: what a decision rests on, and whether it would come out the same again."""

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.review.api.changing import Reader
from services.review.app import App
from services.review.domain.record import Record
from services.review.domain.replay import Replay, replay
from services.review.records import StoredRecord, load_terms, records_of_case
from shared.errors import NotFound
from shared.programmes import ProgrammeVersion


def router(app: App) -> APIRouter:
    """The routes of decision records."""
    routes = APIRouter()
    database = app.service.database

    @routes.get("/cases/{case_id}/record")
    async def read_decision_record(
        case_id: str, _reader: Reader, decision_id: str | None = None
    ) -> Response:
        """The record of a decision, the case's latest unless another is named, with its terms."""
        async with database.reading() as connection:
            stored = await _chosen(connection, case_id, decision_id)
            _, terms = await _read(connection, stored)
        text = terms.model_dump_json() if terms else "null"
        body = (
            f'{{"decision_id":"{stored.decision_id}","record":{stored.body},'
            f'"case":{stored.case},"terms":{text}}}'
        )
        return Response(body, media_type="application/json")

    @routes.get("/cases/{case_id}/replay")
    async def replay_decisions(case_id: str, _reader: Reader) -> list[Replay]:
        """Assess every recorded decision of the case again, with its own terms and today's."""
        async with database.reading() as connection:
            stored = await records_of_case(connection, case_id)
            if not stored:
                raise NotFound("no decision of this case is recorded")
            read = [await _read(connection, each) for each in stored]
        return [replay(record, terms, app.programmes) for record, terms in read]

    return routes


async def _chosen(
    connection: AsyncConnection, case_id: str, decision_id: str | None
) -> StoredRecord:
    for stored in reversed(await records_of_case(connection, case_id)):
        if decision_id in (None, stored.decision_id):
            return stored
    raise NotFound("there is no such decision record")


async def _read(
    connection: AsyncConnection, stored: StoredRecord
) -> tuple[Record, ProgrammeVersion | None]:
    record = stored.read()
    terms = await load_terms(connection, [record.terms] if record.terms else [])
    return record, terms.get(record.terms or "")
