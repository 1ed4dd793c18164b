"""Released versions: kept as they are, read by today's services, and guarded by the gate."""

import json
from copy import deepcopy
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from shared.contract.base import utc
from shared.contract.catalogue import EVENT_TYPES
from shared.contract.examples import EXAMPLES
from shared.messaging.envelope import decode, encode
from shared.publishing.__main__ import main
from shared.publishing.changelog import changelogs
from shared.publishing.released import (
    Release,
    release,
    releases,
    schemas_of_today,
    undated,
    violations,
)

RELEASED = [one for versions in releases().values() for one in versions]
NOTICE = "claims.notice.status-changed.v1"
CASE_FILE = "claims.case-file.updated.v1"


def test_nothing_that_was_released_is_broken() -> None:
    assert violations(releases(), schemas_of_today()) == []


def test_released_versions_are_numbered_without_a_gap_and_say_when_and_why() -> None:
    for event, versions in releases().items():
        assert [one.number for one in versions] == list(range(1, len(versions) + 1)), event
        assert all(one.schema["x-released-on"] for one in versions)
        assert all(one.schema["x-released-because"] for one in versions)


def test_old_examples_of_every_released_version_are_read_by_the_services_of_today() -> None:
    assert RELEASED
    for one in RELEASED:
        event = EVENT_TYPES[one.event]
        key = str(one.example[event.key_field])
        record = encode(EXAMPLES[event.body], source="t", cause="1", at=utc(2026, 1, 1))
        value = json.dumps(one.example).encode()
        read = decode(key.encode(), value, record.headers)
        assert read.body.model_dump(mode="json", exclude_none=True).items() >= one.example.items()


def test_examples_of_today_fit_every_released_schema() -> None:
    for one in RELEASED:
        example = EXAMPLES[EVENT_TYPES[one.event].body].model_dump(mode="json", exclude_none=True)
        assert list(Draft202012Validator(one.schema).iter_errors(example)) == [], one.event


def test_the_first_release_holds_every_event_and_the_next_only_what_changed(tmp_path: Path) -> None:
    first = release("2026-11-23", "First release.", tmp_path)
    assert {one.event for one in first} == set(EVENT_TYPES)
    assert {one.number for one in first} == {1}
    assert release("2026-11-24", "Nothing new.", tmp_path) == []

    place = tmp_path / "released" / NOTICE / "1.schema.json"
    older = json.loads(place.read_text())
    del older["properties"]["posted_on"]
    place.write_text(json.dumps(older))
    [second] = release("2026-11-25", "The day of posting.", tmp_path)
    assert (second.event, second.number) == (NOTICE, 2)
    kept = releases(tmp_path)[NOTICE]
    assert [one.number for one in kept] == [1, 2]
    assert undated(kept[1].schema) == schemas_of_today()[NOTICE]
    text = dict(changelogs(releases(tmp_path)))[NOTICE]
    assert text.index("## 2 (2026-11-25)") < text.index("## 1 (2026-11-23)")
    assert "- `posted_on` is new: date." in text
    assert "The day of posting." in text


def test_a_release_needs_a_reason(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a note"):
        release("2026-11-23", "  ", tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_breaks_a_released_version_is_not_released(tmp_path: Path) -> None:
    release("2026-11-23", "First release.", tmp_path)
    place = tmp_path / "released" / NOTICE / "1.schema.json"
    older = json.loads(place.read_text())
    older["properties"]["address"] = {"type": "string"}
    place.write_text(json.dumps(older))
    with pytest.raises(ValueError, match="address is gone"):
        release("2026-11-24", "No address.", tmp_path)
    assert len(releases(tmp_path)[NOTICE]) == 1


def _released(name: str) -> dict[str, list[Release]]:
    return {name: [Release(name, 1, deepcopy(schemas_of_today()[name]), {})]}


def test_a_violation_names_the_event_the_field_the_version_and_who_reads_it() -> None:
    today = schemas_of_today()
    del today[NOTICE]["properties"]["status"]
    [told] = violations(_released(NOTICE), today)
    assert told == (
        f"{NOTICE}: status is gone (released version 1): readers of the released version can't"
        " read new events; it is read by escalation, intake, any department that subscribed"
    )


def test_a_violation_deep_in_the_case_file_names_its_field() -> None:
    today = schemas_of_today()
    today[CASE_FILE]["$defs"]["Decided"]["properties"]["reasons_of_tomorrow"] = {"type": "string"}
    assert violations(_released(CASE_FILE), today) == []
    del today[CASE_FILE]["$defs"]["Paid"]["properties"]["fact"]
    told = violations(_released(CASE_FILE), today)
    assert told
    assert all("facts[]" in one and "escalation, intake, notify" in one for one in told)


def test_an_event_that_was_released_can_not_go() -> None:
    today = schemas_of_today()
    del today[NOTICE]
    [told] = violations(_released(NOTICE), today)
    assert "is gone" in told
    assert "any department that subscribed" in told


def test_the_gate_lets_a_release_pass_and_stops_what_breaks_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--release", "First", "release."], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    changelog = tmp_path / "changelog" / f"{NOTICE}.md"
    assert "First release." in changelog.read_text()
    capsys.readouterr()

    place = tmp_path / "released" / NOTICE / "1.schema.json"
    older = json.loads(place.read_text())
    older["properties"]["address"] = {"type": "string"}
    place.write_text(json.dumps(older))
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 1
    told = capsys.readouterr().err
    assert f"{NOTICE}: address is gone" in told
    assert "read by escalation, intake, any department that subscribed" in told
    assert "is not current" not in told


def test_a_changed_file_is_told_and_written_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([], tmp_path)
    (tmp_path / "index.html").write_text("mine")
    (tmp_path / "left-over.json").write_text("{}")
    assert main(["--check"], tmp_path) == 1
    told = capsys.readouterr().err
    assert "contract/index.html is not current" in told
    assert "contract/left-over.json is not current" in told
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
