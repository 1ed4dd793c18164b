"""Misdirected applications: passed on by a person, with their papers."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake import handling
from services.intake.api.actors import Reader, Representative
from services.intake.api.received import as_attachment
from services.intake.app import App
from services.intake.bundle import bundle_of
from services.intake.domain.placing import Place
from services.intake.domain.stated import Code, FilledLine
from services.intake.queue_views import Handled
from shared.contract.contacts import Handover

log = structlog.get_logger(__name__)


class BodyView(BaseModel):
    """A body to which applications can be passed on."""

    body: str
    name_de: str
    name_en: str
    address: tuple[str, ...]


class PassingOn(BaseModel):
    """To whom an application goes, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: Code
    reason: FilledLine
    client_id: Code | None = Field(
        default=None, description="Whose application it is; for a contact of the queue only."
    )
    sequence: Annotated[int, Field(ge=1)] | None = None


def routes(app: App) -> APIRouter:
    """The routes of what is passed on."""
    router = APIRouter()

    @router.get("/bodies")
    async def list_bodies(_reader: Reader) -> list[BodyView]:
        """The bodies that the desk's rules name."""
        return [
            BodyView(body=code, name_de=body.names.de, name_en=body.names.en, address=body.address)
            for code, body in app.programmes.desk.bodies.items()
        ]

    @router.post("/contacts/{contact_id}/pass-on")
    async def pass_on(contact_id: str, wish: PassingOn, actor: Representative) -> Handled:
        """Pass an application on; it keeps its receipt date, and the client is told (SGB I §16).

        Its case ends; out of the unidentified queue, a settled case is opened for it. The papers
        for the body are at `/contacts/{contact_id}/bundle`.
        """
        async with app.service.unit_of_work() as work:
            handover = Handover(body=wish.body, by=actor.subject, at=work.now, reason=wish.reason)
            place = Place(client_id=wish.client_id, handover=handover)
            row = await handling.pass_on(app, work, contact_id, wish.sequence, place, actor)
        return Handled.model_validate(row)

    @router.get("/contacts/{contact_id}/bundle")
    async def get_bundle(contact_id: str, reader: Reader) -> Response:
        """What goes to the other body: cover letter, manifest, originals, as a ZIP file."""
        data = await bundle_of(app, contact_id)
        log.info("bundle fetched", contact_id=contact_id, by=reader.subject)
        headers = as_attachment(f"{contact_id}.zip")
        return Response(data, media_type="application/zip", headers=headers)

    return router
