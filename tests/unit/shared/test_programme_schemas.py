"""The schemas that editors use: the shipped files fit, and an author's slips are seen by them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from shared.programmes.loading import SHIPPED
from shared.publishing import FOLDER

PROGRAMMES = sorted(path for path in SHIPPED.glob("*.yaml") if path.name != "desk.yaml")


class _AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2's core schema, as editors read it: a day is a text."""


_AsEditorsRead.yaml_implicit_resolvers = {
    sign: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _read(text: str) -> Any:
    return yaml.load(text, _AsEditorsRead)  # a SafeLoader


def _wrong(name: str, text: str) -> list[str]:
    return ["/".join(map(str, each.path)) for each in _validator(name).iter_errors(_read(text))]


@pytest.mark.parametrize("path", PROGRAMMES, ids=lambda path: path.stem)
def test_the_shipped_programmes_fit_their_schema_and_name_it(path: Path):
    text = path.read_text(encoding="utf-8")
    assert _wrong("programme", text) == []
    first = text.splitlines()[0]
    assert first == "# yaml-language-server: $schema=../../../contract/programme.schema.json"
    assert (path.parent / first.partition("=")[2]).resolve() == FOLDER / "programme.schema.json"


def test_the_shipped_desk_fits_its_schema_and_names_it():
    text = (SHIPPED / "desk.yaml").read_text(encoding="utf-8")
    assert _wrong("desk", text) == []
    assert text.splitlines()[0].endswith("contract/desk.schema.json")


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        (
            "limit_per_claim: 1500.00",
            "limit_per_clam: 1500.00",
            "benefits/bicycle_theft",
        ),
        ("limit_per_claim: 1500.00", "limit_per_claim: much", "/limit_per_claim"),
        (
            "limit_per_claim: 1500.00",
            "limit_per_claim: '1.500,00'",
            "/limit_per_claim",
        ),
        ("  bicycle_theft:", "  Bicycle Theft:", "/benefits"),
        (
            "required_documents: [invoice, police_report]",
            "required_documents: [bill]",
            "required_documents/0",
        ),
        ("representative: 2500.00", "clerk: 2500.00", "/authority"),
        ("currency: EUR", "currency: euro", "/currency"),
        ("kind: insurer", "kind: bank", "kind"),
        ("    automatic_limit: 500.00\n", "", "versions/"),
    ],
)
def test_a_slip_is_seen_by_the_schema(right: str, wrong: str, place: str):
    text = (SHIPPED / "household.yaml").read_text(encoding="utf-8")
    assert right in text
    found = _wrong("programme", text.replace(right, wrong, 1))
    assert any(place in each for each in found), found


def test_an_unknown_fact_of_a_clock_is_seen_by_the_schema():
    text = (SHIPPED / "desk.yaml").read_text(encoding="utf-8")
    assert "starts: [opened]" in text
    found = _wrong("desk", text.replace("starts: [opened]", "starts: [begun]", 1))
    assert found == ["clocks/0/starts/0"]


def test_what_an_editor_shows_is_what_the_models_say():
    schema = json.loads((FOLDER / "programme.schema.json").read_text(encoding="utf-8"))
    benefit = schema["$defs"]["Benefit"]["properties"]
    assert benefit["yearly_limit"]["description"].startswith("Per policy and benefit year")
