"""What people decide about a claim."""

from fastapi import APIRouter

from services.review.api.changing import Decider, Reader, change_case, look_at_case
from services.review.app import App
from services.review.domain.decisions import DecisionRequest, decide
from services.review.domain.recommendation import RecommendedDecision, recommended
from shared.contract.case_file import CaseFileUpdated


def router(app: App) -> APIRouter:
    """The routes by which people decide."""
    routes = APIRouter()

    @routes.post("/cases/{case_id}/decisions")
    async def decide_case(
        case_id: str, request: DecisionRequest, actor: Decider
    ) -> CaseFileUpdated:
        """Approve, approve in part, deny or escalate a claim."""
        return await change_case(
            app, case_id, actor, lambda case, known: decide(case, request, actor, known)
        )

    @routes.get("/cases/{case_id}/recommendation")
    async def read_recommendation(case_id: str, reader: Reader) -> RecommendedDecision:
        """What the assessment recommends, and whether the caller may decide so."""
        case, known = await look_at_case(app, case_id, reader)
        return recommended(case, reader, known)

    return routes
