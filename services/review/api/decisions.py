"""What people do with a case: decide it, waive what is missing."""

from fastapi import APIRouter

from services.review.api.changing import Decider, change_case
from services.review.app import App
from services.review.domain.decisions import DecisionRequest, decide
from services.review.domain.waivers import WaiverRequest, waive
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

    @routes.post("/cases/{case_id}/checklist/{item}/waive")
    async def waive_item(
        case_id: str, item: str, request: WaiverRequest, actor: Decider
    ) -> CaseFileUpdated:
        """Go on without something that is missing; no approval while anything is."""
        return await change_case(
            app, case_id, actor, lambda case, known: waive(case, item, request, actor, known)
        )

    return routes
