"""The AsyncAPI document, as the project's own parser reads it, and the page for people."""

import json
from html.parser import HTMLParser
from itertools import pairwise

import pytest
import yaml

from shared.contract.catalogue import EVENT_TYPES, TOPICS
from shared.publishing import FOLDER
from tests.support import node

DOCUMENT = FOLDER / "asyncapi.yaml"
WARNING = 1
"""Severities of the parser: 0 error, 1 warning, 2 information."""


def test_the_official_parser_finds_no_fault_and_every_topic_with_its_events() -> None:
    read = json.loads(node.node(node.FOLDER / "validate.mjs", str(DOCUMENT)))
    assert [one for one in read["diagnostics"] if one["severity"] <= WARNING] == []
    assert {
        channel["address"]: {(one["name"], one["title"], one["key"]) for one in channel["messages"]}
        for channel in read["channels"]
    } == {
        topic.name: {(event.name, event.body.__name__, "string") for event in topic.events}
        for topic in TOPICS
    }
    assert read["operations"] == sum(1 + len(topic.readers) for topic in TOPICS)


def test_a_fault_in_the_document_is_found(tmp_path) -> None:
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    document["operations"]["review.send.claims.cases.v1"]["action"] = "shout"
    wrong = tmp_path / "asyncapi.yaml"
    wrong.write_text(yaml.safe_dump(document), encoding="utf-8")
    (tmp_path / "schemas").symlink_to(FOLDER / "schemas")
    read = json.loads(node.node(node.FOLDER / "validate.mjs", str(wrong)))
    assert [one for one in read["diagnostics"] if one["severity"] < WARNING]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_channel_says_who_may_read_how_long_and_whether_it_is_personal(topic) -> None:
    channel = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))["channels"][topic.name]
    kafka = channel["bindings"]["kafka"]
    assert (channel["x-owner"], channel["x-audience"]) == (topic.owner, topic.audience)
    assert channel["x-readers"] == list(topic.readers)
    assert channel["x-personal-data"] is any(event.personal_data for event in topic.events)
    assert kafka["partitions"] == topic.partitions
    kept = kafka["topicConfiguration"].get("retention.ms")
    assert (kept is None) is topic.compacted
    assert kept is None or kept == topic.retention_days * 24 * 60 * 60 * 1000


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.loaded: list[str] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attributes}
        self.ids += [named["id"]] if "id" in named else []
        self.targets += [named["href"]] if "href" in named else []
        self.loaded += [named["src"]] if "src" in named else []
        self.loaded += [tag] if tag in {"script", "link", "iframe"} else []
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))


def test_the_page_shows_every_event_and_field_loads_nothing_and_its_links_lead_somewhere() -> None:
    text = (FOLDER / "index.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert page.loaded == []
    assert set(EVENT_TYPES) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    for target in page.targets:
        if target.startswith("#"):
            assert target[1:] in page.ids
        else:
            assert (FOLDER / target).is_file(), target
    assert all(after - before <= 1 for before, after in pairwise(page.headings))
    assert all(f"<code>{topic.name}</code>" in text for topic in TOPICS)
    for name in EVENT_TYPES:
        schema = json.loads((FOLDER / "schemas" / f"{name}.json").read_text())
        assert all(f"<code>{field}</code>" in text for field in schema["properties"])
