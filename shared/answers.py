"""What every service answers to requests that it can't serve: our errors as HTTP answers."""

from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import (
    BadEvent,
    Forbidden,
    NotFound,
    RuleViolation,
    TemporaryFault,
    VersionConflict,
)

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


def _not_acceptable(message: str) -> JSONResponse:
    return JSONResponse({"code": "not_acceptable", "message": message}, 422)


def answer_errors(api: FastAPI) -> None:
    """Our errors as HTTP answers: `{"code", "message"}`."""
    api.add_middleware(_RefuseNul)

    def rule(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RuleViolation)
        status = 403 if isinstance(error, Forbidden) else 422
        return JSONResponse({"code": error.code, "message": str(error)}, status)

    def missing(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"code": "not_found", "message": str(error)}, 404)

    def conflict(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, VersionConflict)
        body = {"code": "version_conflict", "message": str(error), "sequence": error.current}
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
