"""Claims from clients' own systems; a form on a web page is such a system."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request, Response, status
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from services.intake.api.actors import ClientSystem
from services.intake.app import App
from services.intake.domain.attachments import Attachment
from services.intake.domain.web_claim import MOST_DOCUMENTS, WebClaim, checked_document
from services.intake.settings import Settings
from services.intake.submitting import SubmissionView, Submitted, submission_view, take_claim
from shared.errors import RuleViolation

_LONGEST_CLAIM: Final = 300_000
"""Bytes of the JSON: an event holds its text twice, and a record has a limit of its own."""
_TOO_LONG: Final = "the claim itself has at most 300 kB"
_TOO_MANY: Final = f"at most {MOST_DOCUMENTS} documents"
_REFUSED_FORMS: Final = {
    "Too many files": ("too_many_documents", _TOO_MANY),
    "Part exceeded": ("claim_too_large", _TOO_LONG),
}
"""Our code and words for the beginnings of what the framework says."""


def _inlined(node: Any, definitions: Mapping[str, Any]) -> Any:
    """A JSON schema without references, which would point elsewhere inside OpenAPI's document."""
    if isinstance(node, list):
        return [_inlined(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inlined(definitions[node["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(each, definitions) for key, each in node.items() if key != "$defs"}


_WRITTEN: Final = WebClaim.model_json_schema()
_SCHEMA: Final = _inlined(_WRITTEN, _WRITTEN["$defs"])
_FORM: Final = {
    "type": "object",
    "required": ["claim"],
    "properties": {
        "claim": _SCHEMA,
        "documents": {
            "type": "array",
            "maxItems": MOST_DOCUMENTS,
            "items": {"type": "string", "format": "binary"},
        },
    },
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _SCHEMA},
            "multipart/form-data": {
                "schema": _FORM,
                "encoding": {"claim": {"contentType": "application/json"}},
            },
        },
    }
}


def routes(app: App) -> APIRouter:
    """The routes of clients' systems."""
    router = APIRouter()

    @router.post("/claims", status_code=status.HTTP_201_CREATED, openapi_extra=_BODY)
    async def send_claim(
        request: Request,
        response: Response,
        system: ClientSystem,
        idempotency_key: Annotated[str, Header(min_length=1, max_length=200)],
    ) -> Submitted:
        """Take a claim: JSON, or a form with the field `claim` (JSON) and files `documents`.

        The same `Idempotency-Key` with the same claim has the same answer, with 200; with another
        one it is refused. The claim is read in the background: `GET /claims/{contact_id}`.
        """
        claim, documents = await _read(_limited(request, app.settings), app.settings)
        submitted, repeated = await take_claim(app, claim, documents, system, idempotency_key)
        response.headers["Location"] = f"/claims/{submitted.contact_id}"
        if repeated:
            response.status_code = status.HTTP_200_OK
        return submitted

    @router.get("/claims/{contact_id}")
    async def get_claim(contact_id: str, system: ClientSystem) -> SubmissionView:
        """How far a claim has come, for the system that sent it."""
        return await submission_view(app, contact_id, system)

    return router


def _limited(request: Request, settings: Settings) -> Request:
    """The request, which breaks off when its body grows over the limit, whatever it announced."""
    most = settings.claim_limit_bytes
    seen = 0

    async def receive() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > most:
            text = f"a claim with its documents has at most {most // 1_000_000} MB"
            raise RuleViolation("claim_too_large", text)
        return message

    return Request(request.scope, receive)


async def _read(request: Request, settings: Settings) -> tuple[WebClaim, Sequence[Attachment]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return _claim(await request.body()), ()
    if kind != "multipart/form-data":
        message = "send application/json, or multipart/form-data with the field `claim`"
        raise RuleViolation("content_type", message)
    form = request.form(max_files=MOST_DOCUMENTS + 1, max_fields=10, max_part_size=_LONGEST_CLAIM)
    try:
        async with form as parts:
            return await _parts(parts, settings)
    except HTTPException as error:
        raise _unreadable(error.detail) from error


def _unreadable(said: str) -> RuleViolation:
    """Why a form could not be read, with our code for what the framework says."""
    for beginning, refusal in _REFUSED_FORMS.items():
        if said.startswith(beginning):
            return RuleViolation(*refusal)
    return RuleViolation("form_fields", f"the form can't be read: {said}")


async def _parts(parts: FormData, settings: Settings) -> tuple[WebClaim, Sequence[Attachment]]:
    unknown = sorted(set(parts) - {"claim", "documents"})
    stated = parts.getlist("claim")
    if unknown or len(stated) != 1:
        message = "a form has one field `claim` (JSON) and any number of files `documents`"
        raise RuleViolation("form_fields", message)
    (claim,) = stated
    files = [each for each in parts.getlist("documents") if isinstance(each, UploadFile)]
    if len(files) != len(parts.getlist("documents")):
        raise RuleViolation("form_fields", "each of `documents` is a file")
    if len(files) > MOST_DOCUMENTS:
        raise RuleViolation("too_many_documents", _TOO_MANY)
    text = await claim.read(_LONGEST_CLAIM + 1) if isinstance(claim, UploadFile) else claim
    limit = settings.upload_limit_bytes
    documents = [
        checked_document(each.filename or "", await each.read(limit + 1), limit) for each in files
    ]
    return _claim(text), documents


def _claim(text: str | bytes) -> WebClaim:
    if len(text) > _LONGEST_CLAIM:
        raise RuleViolation("claim_too_large", _TOO_LONG)
    try:
        return WebClaim.model_validate_json(text)
    except ValidationError as error:
        problems = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(problems) from error
