"""People and teams from a file: the samples fit, and every mistake is named with its line."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from claimsdesk.errors import CommandError
from claimsdesk.people import read_staff
from deploy.local.keys import PEOPLE

SAMPLES = Path("deploy/demo/reference.yaml")
GOOD = """\
people:
  - {person_id: sven, name: Sven, roles: [supervisor], deputy: olga, revision: 1}
  - person_id: olga
    name: Olga
    roles: [supervisor]
    absences:
      - {from_day: 2026-12-21, until_day: 2027-01-03}
    revision: 2
  - {person_id: rita, name: Rita, roles: [representative], teams: [team-a], revision: 1}
teams:
  - team_id: team-a
    name: Team A
    default: true
    levels:
      - {supervisors: [sven], attend_within: PT90M}
      - {supervisors: [olga]}
    revision: 1
"""


def written(folder: Path, text: str, name: str = "staff.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_the_sample_people_are_those_whom_the_local_desk_signs_in():
    staff = read_staff(SAMPLES)
    signed_in = {person.subject: {person.role} for person in PEOPLE}
    assert {person.person_id: set(person.roles) for person in staff.people} == signed_in
    assert {team.levels[0].supervisors for team in staff.teams} == {("sven",)}
    assert [team.team_id for team in staff.teams if team.default] == ["team-service"]


def test_a_file_is_read_whole(tmp_path: Path):
    staff = read_staff(written(tmp_path, GOOD))
    olga = staff.people[1]
    assert str(staff) == "3 people and 1 team"
    assert olga.absences[0].covers(date(2027, 1, 3))
    assert not olga.absences[0].covers(date(2027, 1, 4))
    assert staff.teams[0].levels[0].attend_within == timedelta(minutes=90)


def test_json_is_read_too_even_if_it_is_indented_with_tabs(tmp_path: Path):
    content = {"people": [{"person_id": "sven", "name": "Sv\u00e9n \U0001f600", "revision": 1}]}
    file = written(tmp_path, json.dumps(content, indent="\t"), "staff.json")
    assert read_staff(file).people[0].name == "Sv\u00e9n \U0001f600"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: Olga", "nmae: Olga", r":3:5: people\.1\.name: Field required"),
        ("    name: Olga\n", "    name: Olga\n    nick: O\n", r":5:5: people\.1\.nick: no such"),
        ("2027-01-03", "2026-12-01", r":7:9: people\.1\.absences\.0: .*comes before from_day"),
        ("revision: 2", "revision: 0", r":8:5: people\.1\.revision: .*greater than or equal to 1"),
        ("deputy: olga", "deputy: olag", r":2:56: people\.0\.deputy: olag is not in this file"),
        ("deputy: olga", "deputy: sven", "nobody is their own deputy"),
        ("deputy: olga", "deputy: rita", "rita is no supervisor, so can't stand in"),
        ("[representative]", "[boss]", r":9:43: people\.2\.roles\.0: no role 'boss'; known: "),
        ("teams: [team-a]", "teams: [team-b]", "team-b is not in this file"),
        ("[sven], att", "[svne], att", r":15:24: teams\.0\.levels\.0\.supervisors\.0: svne is not"),
        ("[olga]}", "[rita]}", "rita has not the role supervisor"),
        ("PT90M", "soon", r":15:31: teams\.0\.levels\.0\.attend_within: "),
        ("PT90M", "P101D", r":15:31: teams\.0\.levels\.0\.attend_within: .*less than or equal"),
        ("team_id: team-a", "team_id: alpha", r":11:5: teams\.0\.team_id: "),
        ("person_id: rita", "person_id: team-a", "a person's id doesn't begin with 'team-'"),
        ("person_id: rita", "person_id: sven", r"people\.2\.person_id: sven stands twice"),
        ("2026-12-21", "2026-13-41", "staff.yaml"),
        ("teams:\n", "crews: []\nteams:\n", r":10:1: crews: no such section"),
        ("    name: Team A\n", "    name: A\n    name: B\n", r":13:5: name: the same field twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str):
    assert old in GOOD
    with pytest.raises(CommandError, match=said) as raised:
        read_staff(written(tmp_path, GOOD.replace(old, new, 1)))
    assert "staff.yaml" in str(raised.value)


def test_every_mistake_is_named_at_once_in_the_order_of_the_file(tmp_path: Path):
    text = GOOD.replace("deputy: olga", "deputy: nobody").replace("[olga]}", "[somebody]}")
    with pytest.raises(CommandError) as raised:
        read_staff(written(tmp_path, text))
    lines = str(raised.value).splitlines()
    assert [line.split(":")[1] for line in lines] == ["2", "16"]


def test_two_default_teams_are_one_too_many(tmp_path: Path):
    second = "  - {team_id: team-b, name: B, default: true, revision: 1}\n"
    with pytest.raises(CommandError, match=r":18:32: .*team-a is the default team already"):
        read_staff(written(tmp_path, GOOD + second))


@pytest.mark.parametrize("text", ["", "[]", "clients: []\n", "people: 3\n", "{"])
def test_what_is_no_file_of_people_is_said(tmp_path: Path, text: str):
    with pytest.raises(CommandError, match=r"staff\.yaml"):
        read_staff(written(tmp_path, text))
