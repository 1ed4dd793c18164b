"""`claimsdesk programmes`: every mistake with its place, what looks doubtful, what a file says."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from claimsdesk.main import app
from shared.auth import REPRESENTATIVES
from shared.programmes.loading import SHIPPED
from shared.programmes.programme import DECIDING_ROLES

TRAVEL = """\
code: travel
kind: insurer
names: {de: Reiseversicherung, en: Travel insurance}
versions:
  - version: "1"
    valid_from: 2020-01-01
    currency: EUR
    automatic_limit: 100.00
    authority: {representative: 500.00, supervisor: null}
    benefits:
      luggage:
        names: {de: Gepäck, en: Luggage}
        keywords: {de: [koffer], en: [suitcase]}
        limit_per_claim: 300.00
        required_documents: [invoice]
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["programmes", *map(str, arguments)])


def written(folder: Path, text: str, name: str = "travel.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_programmes_have_no_mistake_and_nothing_doubtful():
    result = run("check", SHIPPED, "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.output)
    assert (answer["ok"], answer["mistakes"], answer["doubts"]) == (True, [], [])
    household = next(each for each in answer["programmes"] if each["code"] == "household")
    assert household["versions"][0]["authority"]["representative"] == "2500.00"


def test_a_right_file_is_told_in_short(tmp_path: Path):
    result = run("check", written(tmp_path, TRAVEL))
    assert result.exit_code == 0
    assert "travel (insurer): Reiseversicherung / Travel insurance" in result.output
    assert "version 1, valid from 2020-01-01" in result.output
    assert "luggage: 300.00 EUR per claim; needs invoice" in result.output
    assert "no mistakes in 1 file, no doubts" in result.output


def test_every_mistake_of_a_file_is_named_at_once_with_its_place(tmp_path: Path):
    text = (
        TRAVEL.replace("automatic_limit: 100.00", "automatic_limit: 1.000,00")
        .replace("limit_per_claim: 300.00", "limit_per_clame: 300.005")
        .replace("[invoice]", "[invoce]")
        .replace("representative: 500.00", "clerk: 500.00")
        .replace("2020-01-01", "2020-02-30")
        .replace(", en: Luggage", "")
    )
    file = written(tmp_path, text)
    result = run("check", file)
    assert result.exit_code == 1
    lines = [line.removeprefix(f"{file}:") for line in result.output.splitlines()]
    assert lines == [
        (
            "6:5: versions.0.valid_from: '2020-02-30' is no day of the calendar: "
            "write it like 2026-01-31"
        ),
        (
            "8:5: versions.0.automatic_limit: '1.000,00' is no amount: write it like 1234.56, "
            "with a point for the cents and no thousands separator"
        ),
        (
            "9:17: versions.0.authority.clerk: no such role; known here: representative, "
            "senior_representative, supervisor"
        ),
        "12:9: versions.0.benefits.luggage.names.en: is missing",
        (
            "14:9: versions.0.benefits.luggage.limit_per_clame: no such field; "
            "did you mean `limit_per_claim`?"
        ),
        (
            "15:30: versions.0.benefits.luggage.required_documents.0.kind: "
            "'invoce' is not possible; "
            "did you mean `invoice`? known here: invoice, letter, medical_report, original, other, "
            "photo, police_report"
        ),
        "6 mistakes: a desk would not start with this",
    ]


SECOND = TRAVEL[TRAVEL.index("  - version") :]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            TRAVEL.replace("300.00", "300.005"),
            "14:9: versions.0.benefits.luggage.limit_per_claim: has more than two decimal places",
        ),
        (
            TRAVEL.replace("    currency: EUR\n", "    currency: EUR\n    currency: USD\n"),
            "8:5: currency: the same field twice",
        ),
        (
            TRAVEL + SECOND.replace('"1"', '"2"').replace("2020", "2019"),
            "17:5: versions.1.valid_from: versions come oldest first",
        ),
        (TRAVEL + SECOND.replace("2020", "2021"), "16:5: versions.1.version: '1' is another"),
        (
            TRAVEL + "    arithmetic: [deductible]\n",
            (
                "16:5: versions.0.arithmetic: limit_per_claim of luggage needs the step "
                "limit_per_claim, which is not in the list"
            ),
        ),
        (
            TRAVEL + "    exclusions:\n      war: {names: {de: Krieg, en: War}, reason: at_war}\n",
            "17:42: versions.0.exclusions.war.reason: no such reason code: at_war",
        ),
        (
            TRAVEL
            + "    clocks:\n      - {kind: mine, names: {de: a, en: b}, target: 1 month, "
            + "starts: [opend], stops: [decided]}\n",
            "no such fact: opend; did you mean `opened`?",
        ),
        (
            TRAVEL
            + "    clocks:\n      - {kind: mine, names: {de: a, en: b}, target: soon, "
            + "starts: [opened], stops: [decided]}\n",
            "17:45: versions.0.clocks.0.target: 'soon'",
        ),
        (TRAVEL.replace("kind: insurer", "kind: [insurer"), "this is no valid YAML"),
        (TRAVEL.replace("benefits:", "benefits: all"), "11:14: file: this is no valid YAML"),
        ("code: travel\n", "versions: `versions` is a list with at least one version"),
        ("- travel\n", "a programme file holds fields"),
    ],
)
def test_what_is_wrong_is_told_in_plain_words(tmp_path: Path, text: str, said: str):
    result = run("check", written(tmp_path, text))
    assert result.exit_code == 1
    assert said in result.output


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "automatic_limit: 100.00",
            "automatic_limit: 600.00",
            (
                "8:5: versions.0.automatic_limit: doubtful: 600.00 is more than a representative "
                "may decide, 500.00"
            ),
        ),
        ("en: [suitcase]", "en: []", "13:9: versions.0.benefits.luggage.keywords: doubtful: no"),
        ("[koffer]", "[Koffer]", "'Koffer' is compared in small letters"),
        ("supervisor: null", "supervisor: 900.00", "nobody may decide more than 900.00"),
        ("supervisor: null", "supervisor: 300.00", "somebody higher may decide less"),
        ("limit_per_claim: 300.00", "limit_per_claim: 300.00\n        yearly_limit: 200.00", "300"),
        ("[invoice]", "[other]", "no words to ask a client for 'document:other'"),
        ("kind: insurer", "kind: agency", "SGB I §66(3)"),
        ("currency: EUR", "currency: EUR\n    deductible: 300.00", "takes all of it"),
        (
            "currency: EUR",
            (
                "currency: EUR\n    clocks: [{kind: own, names: {de: a, en: b}, target: PT4H, "
                "starts: [opened], pauses: [decided], stops: [closed]}]"
            ),
            "8:81: versions.0.clocks.0.pauses: doubtful: nothing resumes it",
        ),
    ],
)
def test_what_is_possible_but_probably_not_meant_is_told(
    tmp_path: Path, right: str, wrong: str, said: str
):
    assert right in TRAVEL
    result = run("check", written(tmp_path, TRAVEL.replace(right, wrong)))
    assert result.exit_code == 0, result.output
    assert "doubtful" in result.output
    assert said in result.output


def test_a_folder_is_looked_at_as_a_whole_with_its_desk(tmp_path: Path):
    written(tmp_path, TRAVEL.replace("EUR", "euro"))
    written(tmp_path, TRAVEL, "again.yaml")
    desk = (SHIPPED / "desk.yaml").read_text(encoding="utf-8").replace("Europe/Berlin", "Berlin")
    written(tmp_path, desk, "desk.yaml")
    result = run("check", tmp_path)
    assert result.exit_code == 1
    assert "desk.yaml" in result.output


def test_two_files_of_one_programme_are_a_mistake(tmp_path: Path):
    written(tmp_path, TRAVEL)
    written(tmp_path, TRAVEL, "again.yaml")
    answer = json.loads(run("check", tmp_path, "--json").output)
    assert answer["ok"] is False
    assert "in another file already" in answer["mistakes"][0]["said"]


def test_nothing_to_look_at_is_told(tmp_path: Path):
    for path in (tmp_path, tmp_path / "nowhere.yaml"):
        result = run("check", path)
        assert result.exit_code == 1
        assert str(path) in result.output


def test_the_programmes_in_use_are_listed(tmp_path: Path):
    shipped = run("list")
    assert "household" in shipped.output
    assert "2020-01 from 2020-01-01" in shipped.output
    written(tmp_path, TRAVEL)
    own = CliRunner().invoke(
        app, ["programmes", "list", "--json"], env={"CLAIMSDESK_PROGRAMMES_DIR": str(tmp_path)}
    )
    assert [each["code"] for each in json.loads(own.output)] == ["travel"]


def test_the_roles_of_a_programme_are_those_that_decide():
    assert set(DECIDING_ROLES) == set(REPRESENTATIVES)
