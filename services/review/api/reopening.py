"""A settled case is opened again, or its decision taken back."""

from fastapi import APIRouter

from services.review.api.changing import Decider, change_case
from services.review.app import App
from services.review.domain.reopening import ReopenRequest, WithdrawRequest, reopen, withdraw
from shared.contract.case_file import CaseFileUpdated


def router(app: App) -> APIRouter:
    """The routes by which a case goes back to work."""
    routes = APIRouter()

    @routes.post("/cases/{case_id}/reopen")
    async def reopen_case(case_id: str, request: ReopenRequest, actor: Decider) -> CaseFileUpdated:
        """Open a decided or closed case again; its decisions stay in it."""
        return await change_case(
            app, case_id, actor, lambda case, known: reopen(case, request, actor, known)
        )

    @routes.post("/cases/{case_id}/decision/withdraw")
    async def withdraw_decision(
        case_id: str, request: WithdrawRequest, actor: Decider
    ) -> CaseFileUpdated:
        """Take the last decision back, as long as it is not paid."""
        return await change_case(
            app, case_id, actor, lambda case, known: withdraw(case, request, actor, known)
        )

    return routes
