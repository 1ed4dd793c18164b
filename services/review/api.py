"""Review for people: cases, decisions, policies. The actor comes only from the token."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.review import store
from services.review.app import App
from services.review.domain.decisions import DecisionRequest, close_request, decide
from services.review.domain.known import Known
from services.review.domain.waivers import WaiverRequest, waive
from services.review.publication import publish
from shared.auth import READERS, STAFF, Actor, requires
from shared.contract.base import Body, ShortText
from shared.contract.case_file import CaseFileUpdated, CaseState
from shared.contract.reference import PolicyChanged
from shared.errors import NotFound

_Record = TypeVar("_Record")

Reader = Annotated[Actor, Depends(requires(*READERS))]
Decider = Annotated[Actor, Depends(requires(*STAFF))]


class CloseRequest(Body):
    """What a person says when a service request is settled."""

    sequence: int = Field(ge=1, description="Sequence of the case file that the person read.")
    comment: ShortText = ""


def router(app: App) -> APIRouter:
    """The routes of review."""
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
            return _found(await store.load_cases(connection, [case_id], lock=False), case_id)

    @routes.post("/cases/{case_id}/decisions")
    async def decide_case(
        case_id: str, request: DecisionRequest, actor: Decider
    ) -> CaseFileUpdated:
        """Approve, approve in part, deny or escalate a claim."""
        return await _change(app, case_id, lambda case, known: decide(case, request, actor, known))

    @routes.post("/cases/{case_id}/checklist/{item}/waive")
    async def waive_item(
        case_id: str, item: str, request: WaiverRequest, actor: Decider
    ) -> CaseFileUpdated:
        """Go on without something that is missing; no approval while anything is."""
        return await _change(
            app, case_id, lambda case, known: waive(case, item, request, actor, known)
        )

    @routes.post("/cases/{case_id}/close")
    async def close_case(case_id: str, request: CloseRequest, actor: Decider) -> CaseFileUpdated:
        """Settle a service request."""
        return await _change(
            app,
            case_id,
            lambda case, known: close_request(
                case, request.sequence, request.comment, actor, known
            ),
        )

    @routes.get("/policies/{policy_number}")
    async def read_policy(policy_number: str, _reader: Reader) -> PolicyChanged:
        """A policy with all its versions, as policy administration told it last."""
        async with database.reading() as connection:
            return _found(await store.load_policies(connection, [policy_number]), policy_number)

    return routes


async def _change(
    app: App, case_id: str, change: Callable[[CaseFileUpdated, Known], CaseFileUpdated]
) -> CaseFileUpdated:
    """Change a case under the locks that decide about money, in their order."""
    async with app.service.unit_of_work() as work:
        numbers = await store.policies_of_cases(work.connection, [case_id])
        number = _found(numbers, case_id)
        wanted = [number] if number else []
        ledgers = await store.lock_ledgers(work.connection, wanted)
        case = _found(await store.load_cases(work.connection, [case_id], lock=True), case_id)
        policies = await store.load_policies(work.connection, wanted)
        ledger = ledgers.get(number or "")
        known = Known(
            programmes=app.programmes,
            now=work.now,
            policy=policies.get(number or ""),
            past_claims=ledger.others(case_id) if ledger else (),
        )
        after = change(case, known)
        await store.save_cases(work.connection, [publish(work, case, after)], {})
        if ledger is not None and after.claim is not None:
            await store.save_ledgers(work.connection, [ledger.with_case(after)])
        return after


def _found(records: dict[str, _Record], key: str) -> _Record:
    if key not in records:
        raise NotFound("there is no such case or policy")
    return records[key]
