"""What every service answers to requests that it can't serve: our errors as HTTP answers."""

from contextlib import suppress
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from python_multipart.multipart import parse_options_header
from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import (
    BadEvent,
    Forbidden,
    NotFound,
    RuleViolation,
    TemporaryFault,
    VersionConflict,
)

_LARGEST_BODY: Final = 2_000_000
"""Bytes of a request that brings no files."""
_NO_SUCH_CHARACTER: Final = "22021"
"""SQLSTATE of a text that PostgreSQL can't hold, such as one with a NUL."""


class _RefuseNul:
    """Refuses a NUL in a path or query: nothing of ours has one, and PostgreSQL can't look for it.

    One in a body is met by the database or the outbox; both refusals are answered below.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (b"%00" in scope["query_string"] or "\0" in scope["path"]):
            await _not_acceptable("a NUL is no part of any text here")(scope, receive, send)
            return
        await self._app(scope, receive, send)


class _RefusedBodyError(Exception):
    """Ends the reading of a request."""


class _CheckBody:
    """Refuses a request whose body grows over a limit, or is a form that was cut off.

    The framework reads a body before it asks who sends it: without an end anybody could fill memory
    and disk. And it takes what came of a form for the whole of it.
    """

    def __init__(self, app: ASGIApp, largest_form: int) -> None:
        self._app = app
        self._largest_form = largest_form

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        form = _form(scope)
        most = _LARGEST_BODY if form is None else self._largest_form
        seen = 0
        refusal: JSONResponse | None = None

        async def checked() -> Message:
            nonlocal seen, refusal
            message = await receive()
            body = message.get("body", b"")
            seen += len(body)
            if seen > most:
                text = f"a request like this has at most {most // 1_000_000} MB"
                refusal = JSONResponse({"code": "body_too_large", "message": text}, 413)
            elif form is not None and message["type"] == "http.request":
                form.read(body)
                if not (message.get("more_body", False) or form.ended):
                    text = "the form ends before its closing boundary: it was cut off on its way"
                    refusal = JSONResponse({"code": "body_incomplete", "message": text}, 422)
            if refusal is not None:
                raise _RefusedBodyError
            return message

        async def unless_refused(message: Message) -> None:
            # The framework answers a body that it can't read with words of its own.
            if refusal is None:
                await send(message)

        with suppress(_RefusedBodyError):
            await self._app(scope, checked, unless_refused)
        if refusal is not None:
            await refusal(scope, receive, send)


class _Form:
    """Looks for the end of a form in its pieces (RFC 2046, section 5.1.1: close-delimiter)."""

    def __init__(self, boundary: bytes) -> None:
        self._end = b"\r\n--" + boundary + b"--"
        self._left = b"\r\n"  # a form without any part begins with its end
        self.ended = not boundary  # the framework refuses a form without a boundary

    def read(self, piece: bytes) -> None:
        """Look at what comes next; a boundary may lie across pieces."""
        if not self.ended:
            text = self._left + piece
            self.ended = self._end in text
            self._left = text[-len(self._end) :]


def _form(scope: Scope) -> _Form | None:
    """The form that a request brings; None if it is something else."""
    stated = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    kind, options = parse_options_header(stated)
    return _Form(options.get(b"boundary", b"")) if kind == b"multipart/form-data" else None


def _not_acceptable(message: str) -> JSONResponse:
    return JSONResponse({"code": "not_acceptable", "message": message}, 422)


def answer_errors(api: FastAPI, largest_form: int = _LARGEST_BODY) -> None:
    """Our errors as HTTP answers: `{"code", "message"}`.

    Args:
        api: The service's HTTP side.
        largest_form: Most bytes of a request with files.
    """
    api.add_middleware(_RefuseNul)
    api.add_middleware(_CheckBody, largest_form=largest_form)

    def rule(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RuleViolation)
        status = 403 if isinstance(error, Forbidden) else 422
        return JSONResponse({"code": error.code, "message": str(error)}, status)

    def missing(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"code": "not_found", "message": str(error)}, 404)

    def conflict(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, VersionConflict)
        body: dict[str, Any] = {
            "code": "version_conflict",
            "message": str(error),
            "sequence": error.current,
        }
        if error.changes is not None:
            body["changes"] = list(error.changes)
        return JSONResponse(body, 409)

    def away(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"code": "try_again", "message": str(error)}, 503)

    def unfit(_request: Request, error: Exception) -> JSONResponse:
        # What was asked for can't become an event: too large, or a NUL in a text.
        return _not_acceptable(str(error))

    def unstorable(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, DBAPIError)
        if getattr(error.orig, "sqlstate", None) != _NO_SUCH_CHARACTER:
            raise error
        return _not_acceptable("a NUL is no part of any text here")

    def invalid(_request: Request, error: Exception) -> JSONResponse:
        # Without the input: it may hold what JSON can't, and what a log of answers must not.
        assert isinstance(error, RequestValidationError)
        problems = [{key: each[key] for key in ("type", "loc", "msg")} for each in error.errors()]
        return JSONResponse({"detail": problems}, 422)

    api.add_exception_handler(RequestValidationError, invalid)
    api.add_exception_handler(BadEvent, unfit)
    api.add_exception_handler(DBAPIError, unstorable)
    api.add_exception_handler(RuleViolation, rule)
    api.add_exception_handler(NotFound, missing)
    api.add_exception_handler(VersionConflict, conflict)
    api.add_exception_handler(TemporaryFault, away)
