"""The JSON Schema of an event, as readers get it."""

from typing import Any, Final

from shared.contract.cases import CaseKind
from shared.contract.catalogue import TOPICS_OF, EventType
from shared.contract.contacts import DocumentKind
from shared.contract.departments import TaskKind
from shared.contract.examples import EXAMPLES
from shared.contract.facts import NoticeKind
from shared.contract.public import EscalationReason

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
GROWING: Final = (CaseKind, DocumentKind, EscalationReason, NoticeKind, TaskKind)
"""Lists that new values are added to: readers are told to expect one that they don't know."""
KNOWN_VALUES: Final = "x-known-values"
COMPATIBILITY: Final = (
    "full: readers of each released version understand every event, and readers of today every"
    " record on the topic; fields are only added, and only as optional ones; a list with"
    f" `{KNOWN_VALUES}` may grow; anything else is a new event type beside this one"
)


def event_schema(event: EventType) -> Schema:
    """The schema of an event's body, with what the catalogue says about it in `x-` fields."""
    topics = TOPICS_OF[event.name]
    body = event.body.model_json_schema(mode="serialization")
    return {
        "$schema": DIALECT,
        "$id": f"urn:claimsdesk:{event.name}",
        **_opened(body),
        "x-topics": [topic.name for topic in topics],
        "x-key": event.key_field,
        "x-owners": sorted({topic.owner for topic in topics}),
        "x-audience": topics[0].audience.value,
        "x-compatibility": COMPATIBILITY,
        "x-personal-data": event.personal_data,
    }


def event_example(event: EventType) -> Schema:
    """An event's example body as it travels: without what is not known."""
    return EXAMPLES[event.body].model_dump(mode="json", exclude_none=True)


def resolved(schema: Schema, root: Schema) -> Schema:
    """The schema that a reference points to, with what stands beside the reference."""
    while "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**root["$defs"][name], **beside} if beside else root["$defs"][name]
    return schema


def fallback_of(schema: Schema) -> str:
    """The field that names the variant, if this is a union's place for variants to come."""
    return str(schema.get("x-unknown-variant", ""))


def _opened(body: Schema) -> Schema:
    """Lists that grow, without the end that a validator would hold against a new value."""
    growing = {one.__name__ for one in GROWING}
    for name, definition in body.get("$defs", {}).items():
        if name in growing:
            definition[KNOWN_VALUES] = definition.pop("enum")
    _open_unions(body)
    return body


def _open_unions(part: Any) -> None:
    if isinstance(part, list):
        for one in part:
            _open_unions(one)
    elif isinstance(part, dict):
        for one in list(part.values()):
            _open_unions(one)
        if "oneOf" in part and isinstance(part.get("discriminator"), dict):
            discriminator = part.pop("discriminator")
            part["oneOf"] = [*part["oneOf"], _variants_to_come(discriminator)]


def _variants_to_come(discriminator: dict[str, Any]) -> Schema:
    field = discriminator["propertyName"]
    known = sorted(discriminator["mapping"])
    return {
        "title": "What is added later",
        "type": "object",
        "required": [field],
        "properties": {field: {"type": "string", "not": {"enum": known}}},
        "x-unknown-variant": field,
    }
