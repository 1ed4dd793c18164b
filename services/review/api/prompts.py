"""What people should look at, whatever their cases wait for."""

from datetime import datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Query
from pydantic import Field

from services.review.api.changing import Decider, Reader, change_case
from services.review.app import App
from services.review.domain.prompts import PromptCode, done
from services.review.prompts_store import prompts_query
from shared.contract.base import Body, Count
from shared.contract.case_file import CaseFileUpdated


class ListedPrompt(Body):
    """A prompt, and the case that it is about."""

    case_id: str
    code: PromptCode
    since: datetime
    facts: dict[str, str]


class DoneRequest(Body):
    """What a person says when they looked."""

    sequence: Count | None = Field(
        default=None, description="Sequence of the case file that the person read."
    )


def router(app: App) -> APIRouter:
    """The routes of prompts."""
    routes = APIRouter()
    database = app.service.database

    @routes.get("/prompts")
    async def list_prompts(
        _reader: Reader,
        code: PromptCode | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> list[ListedPrompt]:
        """What waits for a look, the oldest first."""
        async with database.reading() as connection:
            rows = await connection.execute(prompts_query(code=code, limit=limit))
            return [
                ListedPrompt(
                    case_id=row.case_id,
                    code=PromptCode(row.code),
                    since=row.since,
                    facts=orjson.loads(row.facts),
                )
                for row in rows
            ]

    @routes.post("/cases/{case_id}/prompts/{code}/done")
    async def prompt_done(
        case_id: str, code: PromptCode, actor: Decider, request: DoneRequest | None = None
    ) -> CaseFileUpdated:
        """Somebody looked at what they were asked to."""
        sequence = request.sequence if request else None
        return await change_case(
            app, case_id, actor, lambda case, known: done(case, code, actor, sequence, known)
        )

    return routes
