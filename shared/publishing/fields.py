"""An event's fields in words: for its page, its changelog, and whoever compares two versions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.publishing.schemas import KNOWN_VALUES, Schema, fallback_of, resolved


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its way through the event, what it may hold, and what it means."""

    way: str
    kind: str
    required: bool
    meaning: str


def fields(schema: Schema) -> list[Field]:
    """All fields of an event, nested ones below theirs, in the models' order."""
    return list(_fields("", schema, schema, ()))


def changes(before: Schema, after: Schema) -> list[str]:
    """What a reader of two versions would want to know, one sentence a change."""
    old = {field.way: field for field in fields(before)}
    new = {field.way: field for field in fields(after)}
    added = [f"`{way}` is new: {new[way].kind}." for way in new if way not in old]
    gone = [f"`{way}` is gone." for way in old if way not in new]
    changed = [
        f"`{way}` is {_said(new[way])} instead of {_said(old[way])}."
        for way in new
        if way in old and _said(new[way]) != _said(old[way])
    ]
    return added + gone + changed


def _said(field: Field) -> str:
    return f"{field.kind}, {'required' if field.required else 'optional'}"


def _fields(way: str, schema: Schema, root: Schema, seen: tuple[str, ...]) -> Iterator[Field]:
    for name, one in schema.get("properties", {}).items():
        below = f"{way}.{name}" if way else name
        required = name in schema.get("required", ())
        yield Field(below, _kind(one, root), required, _meaning(one, root))
        yield from _inside(below, one, root, seen)


def _inside(way: str, schema: Schema, root: Schema, seen: tuple[str, ...]) -> Iterator[Field]:
    reference = schema.get("$ref", "")
    if reference in seen:
        return
    if reference:
        seen = (*seen, reference)
    one = resolved(schema, root)
    for choice in [*one.get("anyOf", ()), *one.get("oneOf", ())]:
        variant = _variant(resolved(choice, root))
        yield from _inside(f"{way}<{variant}>" if variant else way, choice, root, seen)
    if "items" in one:
        yield from _inside(f"{way}[]", one["items"], root, seen)
    if isinstance(one.get("additionalProperties"), dict):
        yield from _inside(f"{way}{{}}", one["additionalProperties"], root, seen)
    if not fallback_of(one):
        yield from _fields(way, one, root, seen)


def _variant(schema: Schema) -> str:
    fixed = [one["const"] for one in schema.get("properties", {}).values() if "const" in one]
    return str(fixed[0]) if len(fixed) == 1 else ""


def _kind(schema: Schema, root: Schema) -> str:
    one = resolved(schema, root)
    choices = [*one.get("anyOf", ()), *one.get("oneOf", ())]
    if choices:
        kinds = [_kind(choice, root) for choice in choices if choice.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "const" in one:
        return f"always {one['const']}"
    if "enum" in one:
        return "one of " + ", ".join(map(str, one["enum"]))
    if KNOWN_VALUES in one:
        return "text; so far " + ", ".join(one[KNOWN_VALUES]) + "; more may come"
    if one.get("type") == "array":
        return "list of " + _kind(one.get("items", {}), root)
    if isinstance(one.get("additionalProperties"), dict):
        return "map to " + _kind(one["additionalProperties"], root)
    return _plain(one)


def _plain(schema: Schema) -> str:
    if fallback_of(schema):
        return "what is added later"
    names = {"string": "text", "boolean": "true or false", "integer": "whole number"}
    kind = schema.get("format") or names.get(schema.get("type", ""), schema.get("type", "anything"))
    if kind == "object":
        return str(schema.get("title", "object"))
    return str(kind) + _limits(schema)


def _limits(schema: Schema) -> str:
    said: list[str] = []
    lowest: Any = schema.get("minLength", schema.get("minimum"))
    highest: Any = schema.get("maxLength", schema.get("maximum"))
    if lowest is not None:
        said.append(f"at least {lowest}")
    if highest is not None:
        said.append(f"at most {highest}")
    if "pattern" in schema:
        said.append(f"like {schema['pattern']}")
    unit = " signs" if said and ("minLength" in schema or "maxLength" in schema) else ""
    return f" ({', '.join(said)}{unit})" if said else ""


def _meaning(schema: Schema, root: Schema) -> str:
    own = schema.get("description")
    return str(own or resolved(schema, root).get("description", ""))
