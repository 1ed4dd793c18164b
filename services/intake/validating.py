"""A note looked at while it is keyed in: nothing of it is stored."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import projection
from services.intake.app import App
from services.intake.domain.note_checks import (
    KnownToDesk,
    Problem,
    check_draft,
    missing_in,
    read_draft,
)
from services.intake.domain.note_texts import text_of
from services.intake.domain.phone import NoteDraft
from shared.contract.contacts import Language
from shared.programmes import Programmes


class Remark(BaseModel):
    """Something about one field, in the representative's language."""

    field: str
    code: str
    message: str
    suggestion: str | None = None


class Validated(BaseModel):
    """How a note stands.

    Attributes:
        acceptable: It would be taken as it is.
        errors: What would be refused.
        hints: What is worth asking the caller; nothing is refused for it.
        missing: The fields without which it can't be taken.
        normalised: Fields in the form in which they would be stored, where that differs.
    """

    acceptable: bool
    errors: tuple[Remark, ...]
    hints: tuple[Remark, ...]
    missing: tuple[str, ...]
    normalised: Mapping[str, str]


async def validate(
    app: App, connection: AsyncConnection, values: Mapping[str, Any], language: Language
) -> Validated:
    """Say how a partial note stands."""
    read = read_draft(values)
    today = app.programmes.desk.local_day(app.service.now())
    known = await _known(connection, read.draft, app.programmes, today)
    problems = (*read.problems, *check_draft(read.draft, known, today))
    errors = tuple(_remark(each, language) for each in problems if each.level == "error")
    missing = missing_in(read.draft, read.problems)
    return Validated(
        acceptable=not errors and not missing,
        errors=errors,
        hints=tuple(_remark(each, language) for each in problems if each.level == "hint"),
        missing=missing,
        normalised=_normalised(read.draft, values),
    )


async def _known(
    connection: AsyncConnection, draft: NoteDraft, programmes: Programmes, today: date
) -> KnownToDesk:
    return KnownToDesk(
        cases=await projection.cases_known(connection, _named(draft.case_id)),
        clients=await projection.clients_known(connection, _named(draft.client_id)),
        holders=await projection.holders_of(connection, _named(draft.policy_number)),
        benefits=frozenset(programmes.benefit_keywords(today)),
        circumstances=programmes.circumstances(today),
    )


def _named(number: str | None) -> list[str]:
    return [number] if number else []


def _remark(problem: Problem, language: Language) -> Remark:
    return Remark(
        field=problem.field,
        code=problem.code,
        message=text_of(problem.code, language, problem.facts),
        suggestion=problem.suggestion,
    )


def _normalised(draft: NoteDraft, values: Mapping[str, Any]) -> dict[str, str]:
    stored = {"call_back_number": draft.call_back_number, "case_id": draft.case_id}
    return {
        name: value
        for name, value in stored.items()
        if value is not None and value != values.get(name)
    }
