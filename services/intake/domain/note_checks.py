"""A note checked while it is keyed in: what would be refused, what is worth asking the caller.

Errors are what `POST /phone-notes` would refuse; hints refuse nothing, because the note is what the
caller said. Review's checks decide about the claim later; these here save a second call.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal

import phonenumbers
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from schwifty import IBAN

from services.intake.domain.identify import KnownCase, Suspicion
from services.intake.domain.money import find_money
from services.intake.domain.phone import NoteDraft, identify_caller
from services.intake.domain.references import policy_numbers

_REQUIRED: Final = ("caller_name", "call_back_number")
_LONG_AGO_DAYS: Final = 3 * 365
_HIGH: Final = Decimal(100_000)
_GERMAN_DAYS: Final = ("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d-%m-%Y")
_CODES: Final[Mapping[str, str]] = {
    "extra_forbidden": "unknown_field",
    "string_too_short": "empty",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "enum": "choice",
    "literal_error": "choice",
    "phone_number": "phone_number",
    "case_number": "case_number",
}
_OF_FIELD: Final[Mapping[str, str]] = {
    "amount": "amount",
    "stated_total": "amount",
    "date_of_loss": "date",
    "bought_on": "date",
    "date_of_birth": "date",
    "call_back_number": "phone_number",
    "currency": "currency",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one field.

    Attributes:
        field: Its place, such as `lines.0.amount`; empty for the note as a whole.
        code: Stable; `note_texts` has its words.
        facts: What the words name.
        suggestion: What was probably meant, in the form that the field takes.
    """

    field: str
    code: str
    level: Literal["error", "hint"] = "error"
    facts: Mapping[str, str] = attribute(default_factory=dict)
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class KnownToDesk:
    """What the desk knows of the numbers in a note.

    Attributes:
        cases: The case that it names, if known.
        clients: The client that it names, if known.
        holders: Who holds the policy that it names.
        benefits: Codes of all benefits of all programmes today.
        circumstances: Codes of all their exclusions.
    """

    cases: Mapping[str, KnownCase] = attribute(default_factory=dict)
    clients: frozenset[str] = frozenset()
    holders: Mapping[str, str] = attribute(default_factory=dict)
    benefits: frozenset[str] = frozenset()
    circumstances: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReadDraft:
    """What of a draft could be read, and what is wrong with the rest."""

    draft: NoteDraft
    problems: tuple[Problem, ...]


def read_draft(values: Mapping[str, Any]) -> ReadDraft:
    """Read the fields of a draft; those that make no sense are left out of it."""
    problems: list[Problem] = []
    rest = {name: value for name, value in values.items() if not _unfilled(name, value)}
    while True:
        try:
            return ReadDraft(NoteDraft.model_validate(rest), tuple(problems))
        except ValidationError as error:
            found = error.errors(include_url=False)
            problems.extend(_problem_of(each) for each in found)
            wrong = {str(each["loc"][0]) for each in found if each["loc"]}
            rest = {name: value for name, value in rest.items() if wrong and name not in wrong}


def _unfilled(name: str, value: object) -> bool:
    """Is it a field that the representative has not come to yet?"""
    return value is None or (name in _REQUIRED and isinstance(value, str) and not value.strip())


def missing_in(draft: NoteDraft, problems: tuple[Problem, ...]) -> tuple[str, ...]:
    """The fields without which the note can't be taken, as far as they are not wrong."""
    wrong = {problem.field.partition(".")[0] for problem in problems}
    missing = [name for name in _REQUIRED if getattr(draft, name) is None and name not in wrong]
    if not (draft.says_something or wrong & {"text", "lines"}):
        missing.append("text")
    return tuple(missing)


def check_draft(draft: NoteDraft, known: KnownToDesk, today: date) -> tuple[Problem, ...]:
    """What the fields of a draft say together, and against what the desk knows.

    Args:
        draft: The note so far.
        known: What the desk knows of the numbers in it.
        today: The desk's day.
    """
    return (
        *_of_caller(draft, known),
        *_of_policy(draft, known),
        *_of_day(draft, today),
        *_of_amounts(draft),
        *_of_lines(draft, known),
        *_of_account(draft),
    )


def _problem_of(error: ErrorDetails) -> Problem:
    place = ".".join(str(part) for part in error["loc"])
    name = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    kind = error["type"]
    code = _CODES.get(kind) or _OF_FIELD.get(name, "invalid")
    context = error.get("ctx", {})
    facts = {
        "expected": str(context.get("expected", "")).replace(" or ", ", "),
        "limit": str(context.get("max_length", "")),
    }
    value = error.get("input")
    return Problem(place, code, facts=facts, suggestion=_meant(code, value))


def _meant(code: str, value: object) -> str | None:
    if not isinstance(value, str) or len(value) > 100:
        return None
    if code == "amount":
        found = find_money(value) or find_money(f"{value.strip()} EUR")
        return str(found[0].amount) if len(found) == 1 else None
    if code == "date":
        for form in _GERMAN_DAYS:
            try:
                return datetime.strptime(value.strip(), form).date().isoformat()  # noqa: DTZ007
            except ValueError:
                continue
    return None


def _of_caller(draft: NoteDraft, known: KnownToDesk) -> Iterator[Problem]:
    number = draft.call_back_number
    if number is not None and not phonenumbers.is_valid_number(phonenumbers.parse(number)):
        yield Problem("call_back_number", "phone_unusual", "hint")
    if draft.claims_more_than_was_asked:
        yield Problem("check_questions", "check_questions")
    if draft.client_id is not None and draft.client_id not in known.clients:
        yield Problem("client_id", "client_unknown", "hint")
    if draft.case_id is not None and draft.case_id not in known.cases:
        yield Problem("case_id", "case_unknown")
        return
    case = known.cases.get(draft.case_id or "")
    if identify_caller(draft, case).suspicion is Suspicion.UNKNOWN_SENDER:
        yield Problem("case_id", "case_of_another_client", "hint")
    elif (draft.case_id or draft.client_id) and not draft.caller_identified:
        yield Problem("check_questions", "caller_not_identified", "hint")


def _of_policy(draft: NoteDraft, known: KnownToDesk) -> Iterator[Problem]:
    number = draft.policy_number
    if number is None:
        return
    if number not in known.holders:
        meant = [each.value for each in policy_numbers(number) if each.value != number]
        suggestion = meant[0] if len(meant) == 1 else None
        yield Problem("policy_number", "policy_unknown", "hint", suggestion=suggestion)
    elif draft.client_id is not None and known.holders[number] != draft.client_id:
        yield Problem("policy_number", "policy_of_another_client", "hint")


def _of_day(draft: NoteDraft, today: date) -> Iterator[Problem]:
    day = draft.date_of_loss
    if day is None:
        return
    if day > today:
        yield Problem("date_of_loss", "loss_in_future", "hint")
    elif (today - day).days > _LONG_AGO_DAYS:
        yield Problem("date_of_loss", "loss_long_ago", "hint")


def _of_amounts(draft: NoteDraft) -> Iterator[Problem]:
    amounts = [(f"lines.{place}.amount", line.amount) for place, line in enumerate(draft.lines)]
    for place, amount in (*amounts, ("stated_total", draft.stated_total)):
        if amount is None:
            continue
        if amount <= 0:
            yield Problem(place, "amount_not_positive", "hint")
        elif amount >= _HIGH:
            yield Problem(place, "amount_high", "hint")
    stated = [amount for _, amount in amounts if amount is not None]
    total = sum(stated, Decimal(0))
    complete = bool(stated) and len(stated) == len(draft.lines)
    if draft.stated_total is not None and complete and total != draft.stated_total:
        facts = {"total": f"{total:.2f} {draft.currency}"}
        yield Problem("stated_total", "total_differs", "hint", facts)


def _of_lines(draft: NoteDraft, known: KnownToDesk) -> Iterator[Problem]:
    seen: Counter[object] = Counter()
    for place, line in enumerate(draft.lines):
        seen[line] += 1
        if seen[line] > 1:
            yield Problem(f"lines.{place}", "same_line_twice", "hint")
        if line.benefit is not None and line.benefit not in known.benefits:
            yield Problem(f"lines.{place}.benefit", "benefit_unknown", "hint")
    for place, code in enumerate(draft.circumstances):
        if code not in known.circumstances:
            yield Problem(f"circumstances.{place}", "circumstance_unknown", "hint")


def _of_account(draft: NoteDraft) -> Iterator[Problem]:
    if draft.iban and not IBAN(draft.iban, allow_invalid=True).is_valid:
        yield Problem("iban", "iban_invalid", "hint")
