"""Whose team a case is, who is there, and who of a chain gets it."""

from datetime import date

import pytest

from services.escalation.domain.directory import Chosen, Directory, Level, Person, Team
from shared.contract.cases import CaseKind

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)
AWAY = ((MONDAY, MONDAY),)


def supervisor(person_id: str, **fields) -> Person:
    return Person(person_id, frozenset({"supervisor"}), **fields)


def team(team_id: str, *levels: tuple[str, ...], **fields) -> Team:
    return Team(team_id, levels=tuple(Level(level) for level in levels), **fields)


HOUSEHOLD = team("team-household", programmes=frozenset({"household"}))
COMPLAINTS = team("team-complaints", kinds=frozenset({CaseKind.COMPLAINT}))
BOTH = team("team-zeal", programmes=frozenset({"household"}), kinds=frozenset({CaseKind.RENEWAL}))
SERVICE = team("team-service", default=True)
TEAMS = Directory.of((), (SERVICE, BOTH, COMPLAINTS, HOUSEHOLD))


@pytest.mark.parametrize(
    ("programme", "kind", "expected"),
    [
        ("household", CaseKind.CLAIM, "team-household"),
        ("household", CaseKind.RENEWAL, "team-zeal"),
        ("household", CaseKind.COMPLAINT, "team-household"),
        ("travel", CaseKind.COMPLAINT, "team-complaints"),
        ("travel", CaseKind.CLAIM, "team-service"),
        (None, CaseKind.COMPLAINT, "team-complaints"),
        (None, CaseKind.CLAIM, "team-service"),
        (None, None, "team-service"),
    ],
)
def test_a_case_is_its_own_teams_or_the_default_ones(programme, kind, expected):
    assert TEAMS.team_of(programme, kind).team_id == expected


def test_without_a_default_team_a_case_may_be_nobodys():
    assert Directory.of((), (HOUSEHOLD,)).team_of("travel", None) is None
    assert Directory().team_of("household", None) is None


def test_a_dissolved_team_takes_nothing():
    gone = team("team-a", programmes=frozenset({"household"}), default=True, active=False)
    assert Directory.of((), (gone, SERVICE)).team_of("household", None) is SERVICE
    assert Directory.of((), (gone,)).team_of("household", None) is None


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([supervisor("sven")], "sven"),
        ([supervisor("sven", absences=AWAY)], None),
        ([supervisor("sven", absences=AWAY, deputy="olga"), supervisor("olga")], "olga"),
        ([supervisor("sven", absences=AWAY, deputy="olga")], None),
        (
            [supervisor("sven", absences=AWAY, deputy="olga"),
             supervisor("olga", absences=AWAY, deputy="paul"), supervisor("paul")],
            "paul",
        ),
        # A circle of deputies who are all away ends.
        (
            [supervisor("sven", absences=AWAY, deputy="olga"),
             supervisor("olga", absences=AWAY, deputy="sven")],
            None,
        ),
        (
            [supervisor("sven", absences=AWAY, deputy="rita"),
             Person("rita", frozenset({"representative"}))],
            None,
        ),
        (
            [supervisor("sven", absences=AWAY, deputy="olga"), supervisor("olga", active=False)],
            None,
        ),
        # Who has left, or was never a supervisor, has nobody standing in.
        ([supervisor("sven", active=False, deputy="olga"), supervisor("olga")], None),
        ([Person("sven", frozenset({"representative"}), deputy="olga"), supervisor("olga")], None),
        ([], None),
    ],
)  # fmt: skip
def test_who_stands_in(people, expected):
    assert Directory.of(people, ()).stand_in("sven", MONDAY) == expected


def test_an_absence_counts_its_first_and_last_day_only():
    sven = supervisor("sven", absences=((MONDAY, TUESDAY), (date(2026, 12, 1), date(2026, 12, 1))))
    days = [date(2026, 11, day) for day in (22, 23, 24, 25)]
    assert [sven.away(day) for day in days] == [False, True, True, False]
    assert sven.away_after(MONDAY) == date(2026, 12, 1)
    assert sven.away_after(date(2026, 12, 1)) is None


STAFF = [supervisor(name) for name in ("olga", "paul", "sven")]
CHAIN = team("team-a", ("sven", "olga"), ("paul",))


def choose(people=STAFF, chain=CHAIN, *, from_level=1, barred=(), load=None):
    directory = Directory.of(people, (chain,))
    return directory.choose(
        chain, from_level=from_level, day=MONDAY, barred=frozenset(barred), load=load or {}
    )


@pytest.mark.parametrize(
    ("load", "expected"),
    [({}, "olga"), ({"olga": 1}, "sven"), ({"olga": 2, "sven": 2}, "olga"), ({"sven": 1}, "olga")],
)
def test_who_has_the_fewest_gets_it_then_the_first_by_id(load, expected):
    assert choose(load=load) == Chosen(1, expected)


@pytest.mark.parametrize(
    ("barred", "from_level", "expected"),
    [
        ({"olga"}, 1, Chosen(1, "sven")),
        ({"olga", "sven"}, 1, Chosen(2, "paul")),
        ({"olga", "sven", "paul"}, 1, None),
        ((), 2, Chosen(2, "paul")),
        ({"paul"}, 2, None),
        ((), 3, None),
    ],
)
def test_who_is_barred_is_passed_over_up_to_the_top(barred, from_level, expected):
    assert choose(barred=barred, from_level=from_level) == expected


def test_a_level_with_nobody_there_is_passed_over_at_once():
    people = [supervisor("sven", absences=AWAY), supervisor("olga", active=False), STAFF[1]]
    assert choose(people) == Chosen(2, "paul")


def test_a_deputy_takes_an_absent_supervisors_place():
    people = [
        supervisor("sven", absences=AWAY, deputy="dora"), supervisor("dora"), supervisor("olga"),
    ]  # fmt: skip
    assert choose(people, load={"olga": 5}) == Chosen(1, "dora", deputy_for="sven")
    assert choose(people, load={"dora": 5}) == Chosen(1, "olga")


def test_who_is_a_supervisor_of_the_level_and_a_deputy_gets_it_in_their_own_right():
    people = [supervisor("sven", absences=AWAY, deputy="olga"), supervisor("olga")]
    assert choose(people) == Chosen(1, "olga")
