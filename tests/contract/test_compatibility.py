"""The gate, tried with every kind of change that a model may go through."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from shared.contract.catalogue import EVENT_TYPES
from shared.publishing import FOLDER
from shared.publishing.compatibility import Harm, incompatibilities

Schema = dict[str, Any]
READERS, RECORDS = Harm.READERS, Harm.RECORDS

RELEASED: Schema = {
    "$defs": {
        "Growing": {"type": "string", "x-known-values": ["a", "b"]},
        "Paid": {
            "type": "object",
            "properties": {
                "fact": {"const": "paid", "type": "string"},
                "amount": {"type": "string"},
            },
            "required": ["amount"],
        },
        "Sent": {
            "type": "object",
            "properties": {"fact": {"const": "sent", "type": "string"}, "to": {"type": "string"}},
            "required": ["to"],
        },
        "Place": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "within": {"anyOf": [{"$ref": "#/$defs/Place"}, {"type": "null"}]},
            },
            "required": ["city"],
        },
    },
    "type": "object",
    "properties": {
        "id": {"type": "string", "minLength": 1, "maxLength": 64},
        "status": {"enum": ["open", "closed"], "type": "string"},
        "kind": {"$ref": "#/$defs/Growing"},
        "code": {"type": "string", "pattern": "^[a-z]{3}$"},
        "at": {"type": "string", "format": "date-time"},
        "count": {"type": "integer", "minimum": 1},
        "note": {"anyOf": [{"type": "string", "maxLength": 50}, {"type": "null"}], "default": None},
        "lines": {"type": "array", "items": {"type": "string"}, "maxItems": 9},
        "place": {"$ref": "#/$defs/Place"},
        "facts": {"type": "array", "items": {"oneOf": [{"$ref": "#/$defs/Paid"}]}},
        "news": {
            "type": "array",
            "items": {
                "oneOf": [
                    {"$ref": "#/$defs/Paid"},
                    {
                        "type": "object",
                        "required": ["fact"],
                        "properties": {"fact": {"type": "string", "not": {"enum": ["paid"]}}},
                        "x-unknown-variant": "fact",
                    },
                ]
            },
        },
        "sums": {"type": "object", "additionalProperties": {"type": "string"}},
        "exact": {
            "type": "object",
            "properties": {"a": {"type": "string"}},
            "additionalProperties": False,
        },
    },
    "required": ["id", "status", "at"],
    "x-key": "id",
    "x-topics": ["t.v1"],
    "x-audience": "public",
    "x-personal-data": False,
}


def properties(schema: Schema) -> Schema:
    found: Schema = schema["properties"]
    return found


def add_optional(schema: Schema) -> None:
    properties(schema)["more"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}


def add_optional_object(schema: Schema) -> None:
    properties(schema)["elsewhere"] = {"$ref": "#/$defs/Place"}


def reword(schema: Schema) -> None:
    schema["title"] = "Another"
    properties(schema)["id"]["description"] = "Says more."
    properties(schema)["note"]["default"] = "-"


def rename_definition(schema: Schema) -> None:
    schema["$defs"]["Spot"] = schema["$defs"].pop("Place")
    schema["$defs"]["Spot"]["properties"]["within"]["anyOf"][0]["$ref"] = "#/$defs/Spot"
    properties(schema)["place"] = {"$ref": "#/$defs/Spot"}


def grow(schema: Schema) -> None:
    schema["$defs"]["Growing"]["x-known-values"].append("c")


def add_variant_to_open_union(schema: Schema) -> None:
    union = properties(schema)["news"]["items"]["oneOf"]
    union.insert(1, {"$ref": "#/$defs/Sent"})
    union[-1]["properties"]["fact"]["not"]["enum"].append("sent")


def travel_on_a_further_topic(schema: Schema) -> None:
    schema["x-topics"].append("t.other.v1")


FINE = [
    add_optional,
    add_optional_object,
    reword,
    rename_definition,
    grow,
    add_variant_to_open_union,
    travel_on_a_further_topic,
]


@pytest.mark.parametrize("change", FINE, ids=lambda change: change.__name__)
def test_a_compatible_change_passes(change: Callable[[Schema], None]) -> None:
    today = deepcopy(RELEASED)
    change(today)
    assert today != RELEASED
    assert incompatibilities(RELEASED, today) == []


def _put(*way: str | int, **keywords: Any) -> Callable[[Schema], None]:
    def change(schema: Schema) -> None:
        part: Any = schema
        for step in way:
            part = part[step]
        part.update(keywords)

    return change


def _replace(name: str, by: Schema) -> Callable[[Schema], None]:
    return lambda schema: properties(schema).__setitem__(name, by)


def _drop(*way: str) -> Callable[[Schema], None]:
    def change(schema: Schema) -> None:
        part: Any = schema
        for step in way[:-1]:
            part = part[step]
        del part[way[-1]]

    return change


def _rename(schema: Schema) -> None:
    properties(schema)["state"] = properties(schema).pop("status")
    schema["required"] = ["id", "state", "at"]


def _gone_from_the_middle(schema: Schema) -> None:
    del properties(schema)["id"]
    schema["required"].remove("id")


def _variant(to: str, name: str) -> Callable[[Schema], None]:
    return lambda schema: properties(schema)[to]["items"]["oneOf"].insert(
        0, {"$ref": f"#/$defs/{name}"}
    )


def _close(schema: Schema) -> None:
    growing = schema["$defs"]["Growing"]
    growing["enum"] = growing.pop("x-known-values")


BREAKING: dict[str, tuple[Callable[[Schema], None], set[tuple[str, str, Harm]]]] = {
    "an optional field is removed": (_drop("properties", "note"), {("note", "is gone", READERS)}),
    "a required field is removed": (_gone_from_the_middle, {("id", "is gone", READERS)}),
    "a field is renamed": (
        _rename,
        {("status", "is gone", READERS), ("state", "is new and required", RECORDS)},
    ),
    "a type is changed": (
        _replace("count", {"type": "string"}),
        {
            ("count", "is string instead of integer", READERS),
            ("count", "is string instead of integer", RECORDS),
        },
    ),
    "a number may be broken": (
        _replace("count", {"type": "number", "minimum": 1}),
        {("count", "is number instead of integer", READERS)},
    ),
    "a required field becomes optional": (
        _put(required=["id", "status"]),
        {("at", "may be missing now", READERS)},
    ),
    "an optional field becomes required": (
        _put(required=["id", "status", "at", "code"]),
        {("code", "is required now", RECORDS)},
    ),
    "a required field is added": (
        lambda schema: (add_optional(schema), schema["required"].append("more")),
        {("more", "is new and required", RECORDS)},
    ),
    "a field may be null": (
        _replace(
            "code", {"anyOf": [{"type": "string", "pattern": "^[a-z]{3}$"}, {"type": "null"}]}
        ),
        {("code", "may be null now", READERS)},
    ),
    "a field may no longer be null": (
        _replace("note", {"type": "string", "maxLength": 50}),
        {("note", "may no longer be null", RECORDS)},
    ),
    "a value is added to a closed list": (
        _put("properties", "status", enum=["open", "closed", "paused"]),
        {("status", "may be 'paused' now", READERS)},
    ),
    "a value is taken from a list": (
        _put("properties", "status", enum=["open"]),
        {("status", "may no longer be 'closed'", RECORDS)},
    ),
    "a closed list is opened": (
        _drop("properties", "status", "enum"),
        {("status", "may have any value now", READERS)},
    ),
    "a value is taken from an open list": (
        _put("$defs", "Growing", **{"x-known-values": ["a"]}),
        {("kind", "may no longer be 'b'", RECORDS)},
    ),
    "an open list is closed": (_close, {("kind", "has a closed list of values now", RECORDS)}),
    "a pattern is another": (
        _put("properties", "code", pattern="^[a-z]{3,4}$"),
        {
            ("code", "pattern is ^[a-z]{3,4}$ instead of ^[a-z]{3}$", READERS),
            ("code", "pattern is ^[a-z]{3,4}$ instead of ^[a-z]{3}$", RECORDS),
        },
    ),
    "a pattern is added": (
        _put("properties", "id", pattern="^C"),
        {("id", "pattern is ^C instead of none", RECORDS)},
    ),
    "a text may be longer": (
        _put("properties", "id", maxLength=80),
        {("id", "maxLength is 80 instead of 64", READERS)},
    ),
    "a text may be as long as it likes": (
        _drop("properties", "id", "maxLength"),
        {("id", "maxLength is none instead of 64", READERS)},
    ),
    "a text must be shorter": (
        _put("properties", "id", maxLength=20),
        {("id", "maxLength is 20 instead of 64", RECORDS)},
    ),
    "a number may be smaller": (
        _put("properties", "count", minimum=0),
        {("count", "minimum is 0 instead of 1", READERS)},
    ),
    "a format is changed": (
        _put("properties", "at", format="date"),
        {
            ("at", "format is date instead of date-time", READERS),
            ("at", "format is date instead of date-time", RECORDS),
        },
    ),
    "one becomes many": (
        _replace("code", {"type": "array", "items": {"type": "string"}}),
        {
            ("code", "is array instead of string", READERS),
            ("code", "is array instead of string", RECORDS),
        },
    ),
    "many become one": (
        _replace("lines", {"type": "string"}),
        {
            ("lines", "is string instead of array", READERS),
            ("lines", "is string instead of array", RECORDS),
        },
    ),
    "what is in a list is another": (
        _put("properties", "lines", items={"type": "integer"}),
        {
            ("lines[]", "is integer instead of string", READERS),
            ("lines[]", "is integer instead of string", RECORDS),
        },
    ),
    "a list may be longer": (
        _put("properties", "lines", maxItems=10),
        {("lines", "maxItems is 10 instead of 9", READERS)},
    ),
    "a nested field is removed": (
        _put("$defs", "Place", properties={"within": {"type": "null"}}, required=[]),
        {
            ("place.city", "is gone", READERS),
            ("place.within", "may no longer be object", RECORDS),
        },
    ),
    "a nested field becomes optional": (
        _put("$defs", "Place", required=[]),
        {
            ("place.city", "may be missing now", READERS),
            ("place.within.city", "may be missing now", READERS),
        },
    ),
    "a field of a variant is removed": (
        _put(
            "$defs", "Paid", properties={"fact": {"const": "paid", "type": "string"}}, required=[]
        ),
        {
            ("facts[].amount", "is gone", READERS),
            ("news[]<fact 'paid'>.amount", "is gone", READERS),
        },
    ),
    "a variant is added to a closed union": (
        _variant("facts", "Sent"),
        {("facts[]", "may be fact 'sent' now", READERS)},
    ),
    "a variant is taken from a union": (
        _put("properties", "news", items=RELEASED["properties"]["news"]["items"]["oneOf"][1]),
        {("news[]", "may no longer be fact 'paid'", RECORDS)},
    ),
    "what is in a map is another": (
        _put("properties", "sums", additionalProperties={"type": "integer"}),
        {
            ("sums{}", "is integer instead of string", READERS),
            ("sums{}", "is integer instead of string", RECORDS),
        },
    ),
    "an exact object gets a field": (
        lambda schema: properties(schema)["exact"]["properties"].update(b={"type": "string"}),
        {("exact.b", "is new where no field may be", READERS)},
    ),
    "an object allows no other fields": (
        _put("$defs", "Paid", additionalProperties=False),
        {
            ("facts[]", "allows no other fields now", RECORDS),
            ("news[]<fact 'paid'>", "allows no other fields now", RECORDS),
        },
    ),
    "a keyword that the comparison does not know": (
        _put("properties", "id", contentEncoding="base64"),
        {("id", "contentEncoding changed", READERS), ("id", "contentEncoding changed", RECORDS)},
    ),
    "another key": (_put(**{"x-key": "code"}), {("", "the key is code instead of id", READERS)}),
    "it is no longer public": (
        _put(**{"x-audience": "internal"}),
        {("", "it is no longer public", READERS)},
    ),
    "a limited text becomes a list with a longer value": (
        _replace("code", {"enum": ["abc", "longer"], "type": "string"}),
        {
            ("code", "may be 'longer' now", READERS),
            ("code", "has a closed list of values now", RECORDS),
        },
    ),
    "it leaves a topic": (
        _put(**{"x-topics": ["u.v1"]}),
        {("", "it no longer travels on t.v1", READERS)},
    ),
    "it holds personal data": (
        _put(**{"x-personal-data": True}),
        {("", "it holds personal data now", READERS)},
    ),
}


@pytest.mark.parametrize("kind", BREAKING)
def test_an_incompatible_change_is_told_with_its_field(kind: str) -> None:
    change, expected = BREAKING[kind]
    today = deepcopy(RELEASED)
    change(today)
    told = {(one.field, one.what, one.harm) for one in incompatibilities(RELEASED, today)}
    assert told == expected


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_each_published_schema_may_replace_itself_and_no_field_of_it_may_go(name: str) -> None:
    published = json.loads((FOLDER / "schemas" / f"{name}.json").read_text())
    assert incompatibilities(published, deepcopy(published)) == []
    for field in published["properties"]:
        today = deepcopy(published)
        del today["properties"][field]
        assert (field, "is gone") in {
            (one.field, one.what) for one in incompatibilities(published, today)
        }
