"""The contract as one page for a browser: no script, nothing from elsewhere."""

import json
from itertools import groupby
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from shared.contract.catalogue import EVENT_TYPES, TOPICS, TOPICS_OF, Audience
from shared.publishing.asyncapi import summary
from shared.publishing.fields import fields
from shared.publishing.schemas import COMPATIBILITY, event_example, event_schema

_TEMPLATES: Final = Environment(
    loader=PackageLoader("shared.publishing", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_FIRST: Final = (Audience.PUBLIC, Audience.DEPARTMENT, Audience.INTERNAL)


def page() -> str:
    """The page: topics by audience, then every event with fields and example."""
    by_audience = sorted(TOPICS, key=lambda topic: _FIRST.index(topic.audience))
    events = [
        {
            "name": name,
            "summary": summary(event),
            "topics": TOPICS_OF[name],
            "key": event.key_field,
            "personal_data": event.personal_data,
            "fields": fields(event_schema(event)),
            "example": json.dumps(event_example(event), indent=2, ensure_ascii=False),
        }
        for name, event in EVENT_TYPES.items()
    ]
    return _TEMPLATES.get_template("page.html").render(
        audiences=[
            (audience.value, list(topics))
            for audience, topics in groupby(by_audience, key=lambda topic: topic.audience)
        ],
        events=sorted(events, key=lambda one: str(one["name"])),
        compatibility=COMPATIBILITY,
    )
