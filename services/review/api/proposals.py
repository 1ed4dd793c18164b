"""A second person confirms a trainee's proposal, or does not."""

from fastapi import APIRouter

from services.review.api.changing import Decider, change_case
from services.review.app import App
from services.review.domain.proposals import ConfirmRequest, RejectRequest, confirm, reject
from shared.contract.case_file import CaseFileUpdated


def router(app: App) -> APIRouter:
    """The routes of proposals."""
    routes = APIRouter()

    @routes.post("/cases/{case_id}/proposal/confirm")
    async def confirm_proposal(
        case_id: str, request: ConfirmRequest, actor: Decider
    ) -> CaseFileUpdated:
        """Make a trainee's proposal one's own decision."""
        return await change_case(
            app, case_id, actor, lambda case, known: confirm(case, request, actor, known)
        )

    @routes.post("/cases/{case_id}/proposal/reject")
    async def reject_proposal(
        case_id: str, request: RejectRequest, actor: Decider
    ) -> CaseFileUpdated:
        """Do not confirm a trainee's proposal, and say why."""
        return await change_case(
            app, case_id, actor, lambda case, known: reject(case, request, actor, known)
        )

    return routes
