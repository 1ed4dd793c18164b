"""Small questions about one schema: its type, its values, its name in a message."""

from typing import Any

from shared.publishing.schemas import Schema


def type_of(schema: Schema) -> Any:
    """The JSON type, also of a schema that only lists values; None if it may have any."""
    if "type" in schema:
        return schema["type"]
    values = listed(schema)
    kinds = {type(value).__name__ for value in values or ()}
    return {"str": "string", "int": "integer", "bool": "boolean", "NoneType": "null"}.get(
        kinds.pop() if len(kinds) == 1 else ""
    )


def listed(schema: Schema) -> list[Any] | None:
    """The values that a schema lists; None if it lists none."""
    if "const" in schema:
        return [schema["const"]]
    values: list[Any] | None = schema.get("enum")
    return values


def variant(schema: Schema) -> str:
    """What tells a variant of a union from the others: its fields with one fixed value each."""
    fixed = {
        name: one["const"] for name, one in schema.get("properties", {}).items() if "const" in one
    }
    return ", ".join(f"{name} {value!r}" for name, value in sorted(fixed.items()))


def is_variant(schema: Schema) -> bool:
    """Is it an object that one of its fields tells from others?"""
    return type_of(schema) == "object" and bool(variant(schema))


def shape(schema: Schema) -> tuple[Any, str]:
    """What two alternatives have in common if one replaces the other."""
    return (type_of(schema), variant(schema))


def named(schema: Schema) -> str:
    """A schema in a few words."""
    if is_variant(schema):
        return variant(schema)
    values = listed(schema)
    if values is not None:
        return "one of " + ", ".join(map(repr, values))
    return str(type_of(schema) or "anything") + (
        f" ({schema['format']})" if "format" in schema else ""
    )


def inside(field: str, schema: Schema) -> str:
    """The way into one of several alternatives."""
    return f"{field}<{variant(schema)}>" if is_variant(schema) else field


def under(field: str, name: str) -> str:
    """The way to a field of an object."""
    return f"{field}.{name}" if field else name


def shown(value: Any) -> str:
    """A keyword's value; none where it is missing."""
    return "none" if value is None else str(value)
