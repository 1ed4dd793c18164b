"""What a model found wrong in a file, in the words of somebody who writes one."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from shared.written_files import Place

_PATTERNS: Final = {
    r"^[a-z][a-z0-9_-]{1,63}$": "write it in small letters, digits, - and _, beginning with a "
    "letter: `bicycle_theft`",
    r"^[A-Z]{3}$": "a currency is three capital letters, such as EUR",
}
_BRANCHES: Final = frozenset({"timedelta", "Period", "YearlyDay", "NamedDay"})
_SAID: Final = {
    "missing": "is missing",
    "string_type": "must be text; put it into quotes",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "decimal_type": "is no amount: write it like 1234.56",
    "decimal_parsing": "is no amount: write it like 1234.56",
    "decimal_max_digits": "is larger than any amount can be",
    "decimal_whole_digits": "is larger than any amount can be",
    "finite_number": "is no amount: write it like 1234.56",
    "date_type": "is no day: write it like 2026-01-31",
    "date_parsing": "is no day: write it like 2026-01-31",
    "date_from_datetime_parsing": "is no day of the calendar: write it like 2026-01-31",
    "date_from_datetime_inexact": "is a day and no time: write it like 2026-01-31",
    "time_delta_type": "is no duration: write it like PT4H, or '1 month'",
    "time_delta_parsing": "is no duration: write it like PT4H, or '1 month'",
    "tuple_type": "must be a list: [a, b]",
    "list_type": "must be a list: [a, b]",
    "frozen_set_type": "must be a list: [a, b]",
    "dict_type": "must hold fields, such as `name: value`",
    "model_type": "must hold fields, such as `name: value`",
    "model_attributes_type": "must hold fields, such as `name: value`",
}


def plain_mistakes(error: ValidationError, model: type[BaseModel]) -> Iterator[tuple[Place, str]]:
    """Where and what is wrong, in plain words; each mistake once.

    Args:
        error: What the model raised.
        model: The model; its fields are what an author may have meant.
    """
    told: set[tuple[Place, str]] = set()
    for mistake in error.errors(include_url=False):
        below: Iterable[tuple[Place, str]] = mistake.get("ctx", {}).get("mistakes", ())
        place = tuple(part for part in mistake["loc"] if not _is_branch(part))
        found = below or [((), _plainly(mistake, place, model))]
        for further, said in found:
            if ((*place, *further), said) not in told:
                told.add(((*place, *further), said))
                yield (*place, *further), said


def unknown_name(name: str, known: Iterable[str]) -> str:
    """What to say of a name that is none of those known."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, 1, 0.6)
    hint = f"did you mean `{close[0]}`? " if close else ""
    return f"{hint}known here: {', '.join(names)}"


def meant(name: str, known: Iterable[str]) -> str:
    """What to say of a field that is none of those known: the one that was meant, or all."""
    names = list(known)
    close = difflib.get_close_matches(name, names, 1, 0.6)
    return f"did you mean `{close[0]}`?" if close else unknown_name(name, names)


def _plainly(mistake: Mapping[str, Any], place: Place, model: type[BaseModel]) -> str:
    kind, context, written = mistake["type"], mistake.get("ctx", {}), mistake.get("input")
    if kind == "extra_forbidden":
        return f"no such field; {meant(str(place[-1]), _fields_at(model, place[:-1]))}"
    if kind in ("literal_error", "enum"):
        choices = re.findall(r"'([^']*)'", context["expected"])
        return f"{_quoted(written)} is not possible; {unknown_name(str(written), choices)}"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], str(mistake["msg"]))
    if kind in ("value_error", "assertion_error"):
        return str(mistake["msg"]).partition(", ")[2]
    if kind in ("decimal_type", "decimal_parsing") and _has_comma(written):
        said = "with a point for the cents and no thousands separator"
        return f"{_quoted(written)} {_SAID[kind]}, {said}"
    said = _SAID.get(kind) or _bounds(kind, context) or str(mistake["msg"])
    return f"{_quoted(written)} {said}" if said.startswith("is no ") else said


def _bounds(kind: str, context: Mapping[str, Any]) -> str | None:
    match kind:
        case "decimal_max_places":
            places = context["decimal_places"]
            cents = "two decimal places: amounts are exact to the cent" if places == 2 else places
            return f"has more than {cents}"
        case "greater_than_equal":
            return f"must be at least {context['ge']}"
        case "greater_than":
            return f"must be more than {context['gt']}"
        case "less_than_equal":
            return f"must be at most {context['le']}"
        case "string_too_short":
            return "must not be empty" if context["min_length"] == 1 else "is too short"
        case "string_too_long":
            return f"is too long: at most {context['max_length']} signs"
        case "too_short":
            return f"must have at least {context['min_length']}"
        case "too_long":
            return f"must have at most {context['max_length']}"
    return None


def _is_branch(part: str | int) -> bool:
    """A part of a place that names a branch of a union, and nothing in the file."""
    return isinstance(part, str) and (part in _BRANCHES or "[" in part)


def _has_comma(written: object) -> bool:
    return isinstance(written, str) and "," in written


def _quoted(written: object) -> str:
    text = str(written)
    return f"'{text}'" if len(text) <= 40 else f"'{text[:40]}…'"


def _fields_at(annotation: Any, place: Place) -> set[str]:
    """The fields that a place of a model may have; empty if it is none of a model."""
    found: set[str] = set()
    for model in _models(annotation):
        if not place:
            found |= model.model_fields.keys()
        elif isinstance(place[0], str) and place[0] in model.model_fields:
            found |= _fields_at(model.model_fields[place[0]].annotation, place[1:])
    for inner in _inner(annotation) if place else ():
        found |= _fields_at(inner, place[1:])
    return found


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) not in (dict, tuple, list, Literal):
        for part in get_args(annotation):
            if not isinstance(part, type) or not issubclass(part, Enum):
                yield from _models(part)


def _inner(annotation: Any) -> Iterator[Any]:
    """What stands in a list, or under the keys of a mapping."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is dict:
        yield parts[1]
    elif origin in (tuple, list):
        yield from (part for part in parts if part is not Ellipsis)
    elif origin in (Union, UnionType, Annotated):
        for part in parts:
            yield from _inner(part)
