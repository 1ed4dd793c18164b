"""The gate: may a schema replace a released one under the same event type?

Two things must hold. Whoever reads with the released schema understands every new event; and
today's readers understand every record that is already on a topic, since topics are read again
from their beginning. Both are the same question, asked in both directions: does every value of one
schema fit the other? It is answered keyword by keyword over the keywords that the models produce;
a keyword that this comparison does not know counts as incompatible when it differs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from jsonschema import Draft202012Validator

from shared.publishing.schemas import KNOWN_VALUES, Schema, fallback_of, resolved
from shared.publishing.shapes import (
    inside,
    is_variant,
    listed,
    named,
    shape,
    shown,
    type_of,
    under,
)

_MEANINGLESS: Final = frozenset(
    {"$defs", "$id", "$schema", "default", "description", "examples", "title", "writeOnly"}
)
"""Keywords that no validator looks at."""
_BOUNDS: Final = {
    "maxLength": 1,
    "maxItems": 1,
    "maximum": 1,
    "exclusiveMaximum": 1,
    "maxProperties": 1,
    "minLength": -1,
    "minItems": -1,
    "minimum": -1,
    "exclusiveMinimum": -1,
    "minProperties": -1,
}
"""Keywords with a number, and in which direction they allow more."""
_SAME_OR_NONE: Final = ("pattern", "format", "multipleOf", "uniqueItems")
"""Keywords that a reader may only lack: two different values can't be held against each other."""
_HANDLED: Final = frozenset(
    {
        *_BOUNDS,
        *_SAME_OR_NONE,
        "type",
        "enum",
        "const",
        "properties",
        "required",
        "additionalProperties",
        "propertyNames",
        "items",
        "anyOf",
        "oneOf",
    }
)


class Harm(StrEnum):
    """Who is harmed by a change."""

    READERS = "readers of the released version can't read new events"
    RECORDS = "today's readers can't read records that are already on the topic"


@dataclass(frozen=True, slots=True, order=True)
class Incompatibility:
    """One change that a released event may not go through.

    Attributes:
        field: Its way through the event, e.g. `lines[].amount`; empty for the event itself.
        what: What changed.
        harm: Who is harmed.
    """

    field: str
    what: str
    harm: Harm


def incompatibilities(released: Schema, today: Schema) -> list[Incompatibility]:
    """What may not change between a released schema and today's, each with its field."""
    new_for_old = _Comparison(today, released, Harm.READERS)
    old_for_new = _Comparison(released, today, Harm.RECORDS)
    found = {
        *new_for_old.differences(),
        *old_for_new.differences(),
        *_of_the_event(released, today),
    }
    return sorted(found)


def _of_the_event(released: Schema, today: Schema) -> Iterator[Incompatibility]:
    """What else readers rely on: where it travels, under which key, and that it is not personal."""
    if released.get("x-key") != today.get("x-key"):
        what = f"the key is {today.get('x-key')} instead of {released.get('x-key')}"
        yield Incompatibility("", what, Harm.READERS)
    for topic in sorted(set(released.get("x-topics", ())) - set(today.get("x-topics", ()))):
        yield Incompatibility("", f"it no longer travels on {topic}", Harm.READERS)
    if released.get("x-audience") == "public" != today.get("x-audience"):
        yield Incompatibility("", "it is no longer public", Harm.READERS)
    if today.get("x-personal-data") and not released.get("x-personal-data"):
        yield Incompatibility("", "it holds personal data now", Harm.READERS)


class _Comparison:
    """Does every value that `written` allows fit what `read` allows?"""

    def __init__(self, written: Schema, read: Schema, harm: Harm) -> None:
        self._written = written
        self._read = read
        self._harm = harm
        self._under_way: set[tuple[int, int]] = set()

    def differences(self) -> Iterator[Incompatibility]:
        return self._compare("", self._written, self._read)

    def _said(self, field: str, forwards: str, backwards: str) -> Incompatibility:
        what = forwards if self._harm is Harm.READERS else backwards
        return Incompatibility(field, what, self._harm)

    def _compare(self, field: str, written: Schema, read: Schema) -> Iterator[Incompatibility]:
        written, read = resolved(written, self._written), resolved(read, self._read)
        pair = (id(written), id(read))
        if pair in self._under_way:
            return
        self._under_way.add(pair)
        try:
            yield from self._alternatives(field, written, read)
        finally:
            self._under_way.discard(pair)

    def _alternatives(self, field: str, written: Schema, read: Schema) -> Iterator[Incompatibility]:
        many, accepted = self._split(written, self._written), self._split(read, self._read)
        if len(many) == len(accepted) == 1:
            yield from self._one(field, many[0], accepted[0])
            return
        open_list = any(fallback_of(one) for one in accepted)
        for one in many:
            if any(not list(self._one(field, one, other)) for other in accepted):
                continue
            alike = [other for other in accepted if shape(other) == shape(one)]
            if len(alike) == 1:
                yield from self._one(inside(field, one), one, alike[0])
            elif not (alike or (open_list and self._harm is Harm.READERS and is_variant(one))):
                name = named(one)
                yield self._said(field, f"may be {name} now", f"may no longer be {name}")
            elif alike:
                yield self._said(field, f"{named(one)} changed", f"{named(one)} changed")

    @staticmethod
    def _split(schema: Schema, root: Schema) -> list[Schema]:
        """The alternatives of a schema; a list of types is one alternative for each."""
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                return [
                    part
                    for one in schema[keyword]
                    for part in _Comparison._split(resolved(one, root), root)
                ]
        if isinstance(schema.get("type"), list):
            return [{**schema, "type": one} for one in schema["type"]]
        return [schema]

    def _one(self, field: str, written: Schema, read: Schema) -> Iterator[Incompatibility]:
        if fallback_of(read):
            if not fallback_of(written):
                yield self._said(field, f"may be {named(written)} now", "is a closed list now")
            return
        if fallback_of(written):
            yield self._said(field, "may grow now", "may hold values that are not listed")
            return
        if not self._same_type(written, read):
            told = f"{named(written)} instead of {named(read)}"
            back = f"{named(read)} instead of {named(written)}"
            yield self._said(field, f"is {told}", f"is {back}")
            return
        yield from self._values(field, written, read)
        yield from self._limits(field, written, read)
        if "items" in read:
            yield from self._compare(f"{field}[]", written.get("items", {}), read["items"])
        yield from self._object(field, written, read)
        yield from self._unknown(field, written, read)

    @staticmethod
    def _same_type(written: Schema, read: Schema) -> bool:
        one, other = type_of(written), type_of(read)
        return other is None or one == other or (one, other) == ("integer", "number")

    def _values(self, field: str, written: Schema, read: Schema) -> Iterator[Incompatibility]:
        accepted = listed(read)
        if accepted is None:
            yield from self._known_values(field, written, read)
            return
        given = listed(written)
        if given is None:
            yield self._said(field, "may have any value now", "has a closed list of values now")
            return
        for value in [value for value in given if value not in accepted]:
            yield self._said(field, f"may be {value!r} now", f"may no longer be {value!r}")

    def _known_values(self, field: str, written: Schema, read: Schema) -> Iterator[Incompatibility]:
        """An open list may grow; what was once in it may stand in a record."""
        if self._harm is Harm.RECORDS and KNOWN_VALUES in read:
            for value in written.get(KNOWN_VALUES, ()):
                if value not in read[KNOWN_VALUES]:
                    yield Incompatibility(field, f"may no longer be {value!r}", self._harm)

    def _limits(self, field: str, written: Schema, read: Schema) -> Iterator[Incompatibility]:
        if values := listed(written):
            yield from self._values_beyond(field, values, read)
            return
        for keyword, direction in _BOUNDS.items():
            if keyword not in read:
                continue
            before, after = read[keyword], written.get(keyword)
            if after is None or direction * after > direction * before:
                yield self._said(
                    field,
                    f"{keyword} is {shown(after)} instead of {before}",
                    f"{keyword} is {before} instead of {shown(after)}",
                )
        for keyword in _SAME_OR_NONE:
            if keyword in read and written.get(keyword) != read[keyword]:
                after, before = shown(written.get(keyword)), read[keyword]
                yield self._said(
                    field,
                    f"{keyword} is {after} instead of {before}",
                    f"{keyword} is {before} instead of {after}",
                )

    def _values_beyond(
        self, field: str, values: list[Any], read: Schema
    ) -> Iterator[Incompatibility]:
        """Of a list of values, those that the other schema's limits do not allow."""
        limits = {one: read[one] for one in (*_BOUNDS, *_SAME_OR_NONE) if one in read}
        reads = Draft202012Validator(limits, format_checker=Draft202012Validator.FORMAT_CHECKER)
        for value in values:
            if not reads.is_valid(value):
                yield self._said(field, f"may be {value!r} now", f"may no longer be {value!r}")

    def _object(self, field: str, written: Schema, read: Schema) -> Iterator[Incompatibility]:
        given, expected = written.get("properties", {}), read.get("properties", {})
        for name in sorted(set(read.get("required", ())) - set(written.get("required", ()))):
            if name in given:
                yield self._said(under(field, name), "may be missing now", "is required now")
        for name in expected:
            if name in given:
                yield from self._compare(under(field, name), given[name], expected[name])
            elif self._harm is Harm.READERS:
                yield Incompatibility(under(field, name), "is gone", self._harm)
            elif name in read.get("required", ()):
                yield Incompatibility(under(field, name), "is new and required", self._harm)
        yield from self._further(field, written, read)

    def _further(self, field: str, written: Schema, read: Schema) -> Iterator[Incompatibility]:
        """Fields that are not named: maps, and objects that allow no other field."""
        given = written.get("additionalProperties", True)
        expected = read.get("additionalProperties", True)
        if expected is False and type_of(read) == "object":
            new = sorted(set(written.get("properties", {})) - set(read.get("properties", {})))
            if given is not False:
                yield self._said(field, "may have other fields now", "allows no other fields now")
            for name in new:
                yield self._said(under(field, name), "is new where no field may be", "is gone")
        elif isinstance(expected, dict) and expected:
            one = given if isinstance(given, dict) else {}
            yield from self._compare(f"{field}{{}}", one, expected)
        if "propertyNames" in read:
            names = written.get("propertyNames", {"type": "string"})
            expected_names = {"type": "string", **resolved(read["propertyNames"], self._read)}
            names = {"type": "string", **resolved(names, self._written)}
            yield from self._compare(f"{field}{{name}}", names, expected_names)

    def _unknown(self, field: str, written: Schema, read: Schema) -> Iterator[Incompatibility]:
        for keyword in sorted({*written, *read} - _HANDLED - _MEANINGLESS):
            if not keyword.startswith("x-") and written.get(keyword) != read.get(keyword):
                yield self._said(field, f"{keyword} changed", f"{keyword} changed")
