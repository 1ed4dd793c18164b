"""Scans of letters, uploaded by a person."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile, status

from services.intake import taking
from services.intake.api.actors import Writer
from services.intake.app import App
from services.intake.domain.decoding import one_line
from services.intake.views import Accepted


def routes(app: App) -> APIRouter:
    """The routes of letters."""
    router = APIRouter()

    @router.post("/letters", status_code=status.HTTP_202_ACCEPTED)
    async def take_letter(
        actor: Writer,
        file: Annotated[UploadFile, File(description="PDF, PNG, JPEG or TIFF")],
        sender_name: Annotated[str, Form(max_length=200)] = "",
        case_id: Annotated[
            str | None, Form(description="The case, if a person knows that it belongs there.")
        ] = None,
    ) -> Accepted:
        """Take the scan of a letter; it is read in the background, `/received` tells when."""
        data = await file.read(app.settings.upload_limit_bytes + 1)
        scan = taking.letter_scan(data, file.filename or "letter", app.settings.upload_limit_bytes)
        return await taking.take_letter(app, scan, one_line(sender_name, 200), case_id, actor)

    return router
