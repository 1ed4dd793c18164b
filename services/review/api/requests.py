"""What people do with service requests: settle one, write to its client, say what it really is."""

from fastapi import APIRouter

from services.review.api.changing import Decider, change_case
from services.review.app import App
from services.review.domain.kinds import KindRequest, change_kind
from services.review.domain.messages import MessageRequest, tell_client
from services.review.domain.requests import CloseRequest, close_request
from shared.contract.case_file import CaseFileUpdated


def router(app: App) -> APIRouter:
    """The routes of service requests."""
    routes = APIRouter()

    @routes.post("/cases/{case_id}/close")
    async def close_case(case_id: str, request: CloseRequest, actor: Decider) -> CaseFileUpdated:
        """Settle a service request, with an answer to the client if `message` is given."""
        return await change_case(
            app, case_id, actor, lambda case, known: close_request(case, request, actor, known)
        )

    @routes.post("/cases/{case_id}/messages")
    async def write_to_client(
        case_id: str, request: MessageRequest, actor: Decider
    ) -> CaseFileUpdated:
        """Tell the client news, or apologise for a delay, while the case goes on."""
        return await change_case(
            app, case_id, actor, lambda case, known: tell_client(case, request, actor, known)
        )

    @routes.post("/cases/{case_id}/kind")
    async def change_kind_of_case(
        case_id: str, request: KindRequest, actor: Decider
    ) -> CaseFileUpdated:
        """Say what the client really wants, when the desk misread it."""
        return await change_case(
            app, case_id, actor, lambda case, known: change_kind(case, request, actor, known)
        )

    return routes
