"""The AsyncAPI 3.0.0 document: every topic, who writes and reads it, and what travels on it.

Bindings: Kafka 0.5.0. Payloads are the event's JSON Schemas, headers are those of CloudEvents 1.0
in Kafka's binary mode.
"""

from typing import Any, Final

import yaml

from shared.contract.catalogue import EVENT_TYPES, TOPICS, EventType, Topic
from shared.publishing.schemas import COMPATIBILITY, event_example

_BINDING_VERSION: Final = "0.5.0"
_MILLISECONDS_A_DAY: Final = 86_400_000
_ABOUT: Final = """\
What the claims desk tells others, and what departments tell it.

Anyone can subscribe to the public topics with nothing but this document; `docs/subscribing.md`
shows how in ten minutes. Delivery is at least once: a repeat has the same `ce_id`. Order holds
within one key of one topic. Ignore fields and types that you don't know: they are added without
notice; everything else stays as it is, or becomes a new type beside the old one.
"""


def asyncapi() -> str:
    """The document, as YAML."""
    return yaml.safe_dump(_document(), sort_keys=False, allow_unicode=True, width=100)


def _document() -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Claims desk",
            "version": "1.0.0",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "desk": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "description": "The desk's broker; its operators tell host, user and password.",
                "variables": {
                    "bootstrap": {
                        "default": "localhost:9092",
                        "description": "A bootstrap server: host and port.",
                    }
                },
            }
        },
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": dict(_operation(topic, *who) for topic in TOPICS for who in _parties(topic)),
        "components": {"messages": {name: _message(one) for name, one in EVENT_TYPES.items()}},
    }


def _channel(topic: Topic) -> dict[str, Any]:
    configuration: dict[str, Any] = {"cleanup.policy": ["compact" if topic.compacted else "delete"]}
    if topic.retention_days is not None:
        configuration["retention.ms"] = topic.retention_days * _MILLISECONDS_A_DAY
    return {
        "address": topic.name,
        "description": f"Written by {topic.owner}; {topic.audience.value}.",
        "messages": {
            event.name: {"$ref": f"#/components/messages/{event.name}"} for event in topic.events
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": configuration,
                "bindingVersion": _BINDING_VERSION,
            }
        },
        "x-owner": topic.owner,
        "x-audience": topic.audience.value,
        "x-readers": list(topic.readers),
        "x-personal-data": any(event.personal_data for event in topic.events),
        "x-retention-days": topic.retention_days,
        "x-dead-letters": topic.dead_letters,
    }


def _parties(topic: Topic) -> list[tuple[str, str]]:
    """Who does what with a topic: its owner sends, each reader receives."""
    return [(topic.owner, "send"), *((reader, "receive") for reader in topic.readers)]


def _operation(topic: Topic, who: str, action: str) -> tuple[str, dict[str, Any]]:
    slug = who.replace(" ", "-")
    return f"{slug}.{action}.{topic.name}", {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": f"{who} {'writes' if action == 'send' else 'reads'} {topic.name}",
        "messages": [
            {"$ref": f"#/channels/{topic.name}/messages/{event.name}"} for event in topic.events
        ],
        "x-by": who,
    }


def _message(event: EventType) -> dict[str, Any]:
    return {
        "name": event.name,
        "title": event.body.__name__,
        "summary": summary(event),
        "contentType": "application/json",
        "headers": _headers(event),
        "payload": {"$ref": f"./schemas/{event.name}.json"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"The body's `{event.key_field}`."},
                "bindingVersion": _BINDING_VERSION,
            }
        },
        "examples": [{"name": "example", "payload": event_example(event)}],
        "x-compatibility": COMPATIBILITY,
        "x-personal-data": event.personal_data,
    }


def summary(event: EventType) -> str:
    """An event in a sentence: what its model says of it."""
    said = (event.body.__doc__ or "").partition("\n")[0]
    return said.partition(": ")[2] or said


def _headers(event: EventType) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string"}
    return {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
        "properties": {
            "ce_specversion": {**text, "const": "1.0"},
            "ce_type": {**text, "const": event.name},
            "ce_source": {**text, "format": "uri-reference", "description": "Who says so."},
            "ce_id": {**text, "description": "Unique with the source; a repeat has the same."},
            "ce_subject": {**text, "description": "The record's key."},
            "ce_time": {**text, "format": "date-time", "description": "When it happened, UTC."},
            "ce_traceparent": {**text, "description": "W3C trace context of what caused it."},
            "content-type": {**text, "const": "application/json"},
        },
    }
