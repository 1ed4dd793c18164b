"""What people do while something is missing: note what came, warn, decide about early money."""

from fastapi import APIRouter

from services.review.api.changing import Decider, change_case
from services.review.app import App
from services.review.domain.advances import (
    AdvanceDecision,
    AdvanceRequest,
    InterimPaymentOffer,
    ask_for_advance,
    decide_advance,
    offer_interim_payment,
)
from services.review.domain.missing import WarningRequest, warn
from services.review.domain.service_of_decisions import ReceiptOfDecision, note_receipt
from services.review.domain.waivers import ReceiptRequest, WaiverRequest, receive, waive
from shared.contract.case_file import CaseFileUpdated


def router(app: App) -> APIRouter:
    """The routes of the missing-information loop."""
    routes = APIRouter()

    @routes.post("/cases/{case_id}/checklist/{item}/waive")
    async def waive_item(
        case_id: str, item: str, request: WaiverRequest, actor: Decider
    ) -> CaseFileUpdated:
        """Go on without something that is missing; no approval while anything is."""
        return await change_case(
            app, case_id, actor, lambda case, known: waive(case, item, request, actor, known)
        )

    @routes.post("/cases/{case_id}/checklist/{item}/received")
    async def receive_item(
        case_id: str, item: str, request: ReceiptRequest, actor: Decider
    ) -> CaseFileUpdated:
        """Something that was missing came by another way than a contact."""
        return await change_case(
            app, case_id, actor, lambda case, known: receive(case, item, request, actor, known)
        )

    @routes.post("/cases/{case_id}/warning")
    async def warn_client(
        case_id: str, actor: Decider, request: WarningRequest | None = None
    ) -> CaseFileUpdated:
        """Warn the client in writing of what follows if they do not answer (SGB I §66(3))."""
        seen = request or WarningRequest()
        return await change_case(
            app, case_id, actor, lambda case, known: warn(case, seen, actor, known)
        )

    @routes.post("/cases/{case_id}/advance")
    async def request_advance(
        case_id: str, request: AdvanceRequest, actor: Decider
    ) -> CaseFileUpdated:
        """The client asks for an advance (SGB I §42)."""
        return await change_case(
            app, case_id, actor, lambda case, known: ask_for_advance(case, request, actor, known)
        )

    @routes.post("/cases/{case_id}/advance/decide")
    async def grant_or_refuse_advance(
        case_id: str, request: AdvanceDecision, actor: Decider
    ) -> CaseFileUpdated:
        """Grant the advance, or refuse it with a reason."""
        return await change_case(
            app, case_id, actor, lambda case, known: decide_advance(case, request, actor, known)
        )

    @routes.post("/cases/{case_id}/interim-payment")
    async def interim_payment(
        case_id: str, request: InterimPaymentOffer, actor: Decider
    ) -> CaseFileUpdated:
        """Tell an insurer's client of the interim payment, or make it (VVG §14(2))."""
        return await change_case(
            app,
            case_id,
            actor,
            lambda case, known: offer_interim_payment(case, request, actor, known),
        )

    @routes.post("/cases/{case_id}/decision-received")
    async def decision_received(
        case_id: str, request: ReceiptOfDecision, actor: Decider
    ) -> CaseFileUpdated:
        """When the decision really reached the client, and whether it told the remedy."""
        return await change_case(
            app, case_id, actor, lambda case, known: note_receipt(case, request, actor, known)
        )

    return routes
