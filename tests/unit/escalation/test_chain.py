"""Before whom an escalation is at which moment, and when it goes one level higher."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.escalation.domain.chain import Patience, look
from services.escalation.domain.directory import Directory, Level, Person, Team
from services.escalation.domain.escalations import Escalation, Status
from services.escalation.domain.moves import accept, close, reassign
from shared.calendar import BusinessCalendar
from shared.contract.public import EscalationReason

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
PATIENCE = Patience(
    BusinessCalendar.of("Mo-Fr 08:00-18:00", region="DE-BE"),
    attend_within=2 * HOUR,
    decide_within=10 * HOUR,
)
TEAM = Team(
    "team-a",
    default=True,
    levels=(Level(("sven", "olga"), 3 * HOUR), Level(("paul",)), Level(("hanna",))),
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of November 2026 in Berlin; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


def supervisor(person_id: str, **fields) -> Person:
    return Person(person_id, frozenset({"supervisor"}), **fields)


def away(person_id: str, first: int, last: int, **fields) -> Person:
    days = ((date(2026, 11, first), date(2026, 11, last)),)
    return supervisor(person_id, absences=days, **fields)


def staff(*changed: Person, team: Team = TEAM, version: int = 1) -> Directory:
    people = {name: supervisor(name) for name in ("sven", "olga", "paul", "hanna")}
    people |= {person.person_id: person for person in changed}
    return Directory.of(people.values(), (team,), version)


def opened(when: datetime, *involved: str) -> Escalation:
    return Escalation(
        escalation_id="e-1",
        case_id="C-7F3K-9",
        reason=EscalationReason.OVERDUE,
        summary="{}",
        opened_at=when,
        involved=frozenset(involved),
        acts_at=when,
    )


def seen(escalation: Escalation, when: datetime, people: Directory | None = None, **load: int):
    return look(escalation, people or staff(), load, when, PATIENCE)


def left_alone(escalation: Escalation, people: Directory, looks: int = 20) -> list[Escalation]:
    """Everything that becomes of it if nobody ever does anything."""
    states = [escalation]
    while states[-1].acts_at is not None and len(states) <= looks:
        after = seen(states[-1], states[-1].acts_at, people)
        assert after.acts_at is None or after.acts_at > states[-1].acts_at
        states.append(after)
    return states


def test_a_new_one_comes_before_a_supervisor_of_the_first_level():
    after = seen(opened(at(23, 10)), at(23, 10))
    assert (after.team, after.level, after.assigned_to) == ("team-a", 1, "olga")
    assert (after.because, after.version, after.looked_with) == ("opened", 2, 1)
    # The level's own patience: three opening hours.
    assert after.attend_by == after.acts_at == at(23, 13)
    assert [step.what for step in after.steps] == ["raised"]


@pytest.mark.parametrize(
    ("when", "opening"),
    [
        (at(23, 3), at(23, 8)),
        (at(23, 18), at(24, 8)),
        (at(27, 20), at(30, 8)),
        # 25 December is a Friday and a holiday, the 26th a Saturday.
        (datetime(2026, 12, 24, 19, tzinfo=BERLIN), datetime(2026, 12, 28, 8, tzinfo=BERLIN)),
    ],
)
def test_nobody_is_told_while_the_desk_is_closed(when, opening):
    waiting = seen(opened(when), when)
    assert (waiting.assigned_to, waiting.version, waiting.acts_at) == (None, 1, opening)
    assert seen(waiting, opening).assigned_to == "olga"


def test_left_lying_it_goes_up_level_by_level_to_the_top():
    states = left_alone(opened(at(23, 16)), staff())
    assert [(state.level, state.assigned_to, state.because) for state in states[1:]] == [
        (1, "olga", "opened"),
        (2, "paul", "unattended"),
        (3, "hanna", "unattended"),
    ]
    # Monday 16:00 and three hours: Tuesday 9:00; then the desk's own two.
    assert [state.attend_by for state in states[1:]] == [at(24, 9), at(24, 11), None]


def test_what_ends_with_the_opening_hours_goes_up_when_the_desk_opens_again():
    first = seen(opened(at(23, 15)), at(23, 15))
    assert first.attend_by == at(24, 8)


def test_a_look_before_the_time_changes_nothing_a_person_sees():
    first = seen(opened(at(23, 10)), at(23, 10))
    again = seen(first, at(23, 12), staff(version=2))
    assert again == replace(first, looked_with=2)


def test_accepted_it_rests_with_who_has_it_until_that_takes_too_long():
    first = seen(opened(at(23, 10)), at(23, 10))
    taken = seen(accept(first, "olga", at(23, 11), staff()), at(23, 11))
    assert (taken.status, taken.attend_by) == (Status.ACCEPTED, at(24, 11))
    higher = seen(taken, at(24, 11))
    assert (higher.status, higher.level, higher.assigned_to) == (Status.OPENED, 2, "paul")
    assert (higher.because, higher.accepted_by) == ("undecided", None)


def test_accepted_at_the_top_it_rests_for_good():
    top = left_alone(opened(at(23, 10)), staff())[-1]
    taken = seen(accept(top, "hanna", at(25, 9), staff()), at(25, 9))
    assert (taken.status, taken.attend_by, taken.acts_at) == (Status.ACCEPTED, None, None)


def test_it_never_comes_before_who_worked_on_the_case():
    assert seen(opened(at(23, 10), "olga"), at(23, 10)).assigned_to == "sven"
    assert seen(opened(at(23, 10), "olga", "sven"), at(23, 10)).assigned_to == "paul"


def test_who_works_on_the_case_later_loses_it():
    first = seen(opened(at(23, 10)), at(23, 10))
    involved = replace(first, involved=frozenset({"olga"}))
    after = seen(involved, at(23, 11))
    assert (after.assigned_to, after.level, after.because) == ("sven", 1, "involved")


def test_an_absent_supervisors_deputy_gets_it():
    people = staff(away("sven", 23, 23, deputy="dora"), away("olga", 23, 27), supervisor("dora"))
    after = seen(opened(at(23, 10)), at(23, 10), people)
    assert (after.assigned_to, after.deputy_for, after.level) == ("dora", "sven", 1)


def test_when_everybody_of_a_level_is_away_the_next_gets_it_at_once():
    people = staff(away("sven", 23, 23), away("olga", 23, 27))
    after = seen(opened(at(23, 10)), at(23, 10), people)
    assert (after.assigned_to, after.level, after.attend_by) == ("paul", 2, at(23, 12))


def test_when_nobody_is_there_any_supervisor_may_take_it_and_the_next_day_is_looked_again():
    people = staff(*(away(name, 23, 24) for name in ("sven", "olga", "paul", "hanna")))
    after = seen(opened(at(23, 10)), at(23, 10), people)
    assert (after.assigned_to, after.announced, after.acts_at) == (None, True, at(24, 8))
    # Told once: the second day is no news, the third has somebody.
    second = seen(after, at(24, 8), people)
    assert (second.version, second.acts_at) == (after.version, at(25, 8))
    assert seen(second, at(25, 8), people).assigned_to == "olga"


def test_when_nobody_above_is_there_it_stays_and_the_next_day_is_looked_again():
    people = staff(away("paul", 23, 23), away("hanna", 23, 23))
    first = seen(opened(at(23, 10)), at(23, 10), people)
    stays = seen(first, at(23, 13), people)
    assert (stays.assigned_to, stays.version, stays.acts_at) == ("olga", first.version, at(24, 8))
    assert seen(stays, at(24, 8), people).assigned_to == "paul"


def test_an_absence_that_begins_hands_it_on_even_if_it_was_accepted():
    people = staff(away("olga", 24, 27))
    first = seen(opened(at(23, 17)), at(23, 17), people)
    assert (first.assigned_to, first.acts_at) == ("olga", at(24, 8))
    taken = seen(accept(first, "olga", at(23, 17, 30), people), at(23, 17, 30), people)
    assert taken.acts_at == at(24, 8)
    after = seen(taken, at(24, 8), people)
    assert (after.status, after.assigned_to, after.level) == (Status.OPENED, "sven", 1)
    assert after.because == "absent"


@pytest.mark.parametrize(
    "gone",
    [
        supervisor("olga", active=False),
        Person("olga", frozenset({"representative"})),
        away("olga", 23, 23),
    ],
)
def test_who_leaves_or_changes_hands_it_on(gone):
    first = seen(opened(at(23, 10)), at(23, 10))
    after = seen(first, at(23, 11), staff(gone, version=2))
    assert (after.assigned_to, after.because, after.level) == ("sven", "absent", 1)
    assert after.attend_by == at(23, 14)


def test_handed_on_it_is_announced_in_the_desks_hours_and_counts_anew():
    first = seen(opened(at(23, 10)), at(23, 10))
    people = staff()
    night = at(23, 22)
    handed = reassign(first, "olga", "sven", "Her case.", night, date(2026, 11, 23), people)
    waiting = seen(handed, night)
    assert (waiting.announced, waiting.acts_at) == (False, at(24, 8))
    told = seen(waiting, at(24, 8))
    assert (told.assigned_to, told.because, told.version) == ("sven", "reassigned", 4)
    assert told.attend_by == at(24, 11)


def test_the_team_is_the_cases_own():
    other = Team("team-b", programmes=frozenset({"travel"}), levels=(Level(("hanna",)),))
    people = Directory.of(staff().people.values(), (TEAM, other), 1)
    travel = replace(opened(at(23, 10)), programme="travel")
    assert seen(travel, at(23, 10), people).assigned_to == "hanna"


def test_a_dissolved_teams_escalation_goes_on_in_the_default_team():
    first = seen(opened(at(23, 10)), at(23, 10))
    in_gone = replace(first, team="team-gone", assigned_to="kim")
    people = staff(supervisor("kim", active=False))
    after = seen(in_gone, at(23, 11), people)
    assert (after.team, after.assigned_to) == ("team-a", "olga")


def test_without_any_people_it_waits_for_whoever_takes_it():
    after = seen(opened(at(23, 10)), at(23, 10), Directory())
    assert (after.assigned_to, after.version, after.acts_at) == (None, 1, None)
    taken = accept(after, "anybody", at(23, 11), Directory())
    rests = seen(taken, at(23, 11), Directory())
    assert (rests.assigned_to, rests.acts_at) == ("anybody", None)
    # People become known: what somebody unknown has accepted stays theirs, but not for ever.
    known = seen(rests, at(23, 12))
    assert (known.assigned_to, known.status, known.acts_at) == (
        "anybody",
        Status.ACCEPTED,
        at(24, 11),
    )


def test_what_has_ended_is_left_alone():
    ended = close(seen(opened(at(23, 10)), at(23, 10)), at(23, 11))
    after = seen(ended, at(23, 12), staff(version=9))
    assert (after.status, after.version, after.acts_at) == (Status.CLOSED, ended.version, None)


def test_the_load_decides_within_a_level():
    assert seen(opened(at(23, 10)), at(23, 10), olga=1).assigned_to == "sven"


NAMES = ("sven", "olga", "paul", "hanna", "dora", "kim")
NOVEMBER = st.integers(20, 30).map(lambda day: date(2026, 11, day))
PEOPLE = st.tuples(
    *(
        st.builds(
            Person,
            st.just(name),
            st.sampled_from([frozenset({"supervisor"}), frozenset({"representative"})]),
            deputy=st.none() | st.sampled_from(NAMES),
            absences=st.lists(st.tuples(NOVEMBER, NOVEMBER), max_size=2).map(tuple),
            active=st.sampled_from([True, True, True, False]),
        )
        for name in NAMES
    )
)
LEVELS = st.lists(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(lambda names: Level(tuple(names))),
    max_size=4,
).map(tuple)


@given(
    people=PEOPLE,
    levels=LEVELS,
    involved=st.frozensets(st.sampled_from(NAMES), max_size=3),
    hour=st.integers(0, 7 * 24),
)
def test_whoever_works_there_it_only_comes_before_who_may_have_it_and_is_there(
    people, levels, involved, hour
):
    directory = Directory.of(people, (Team("team-a", default=True, levels=levels),), 1)
    begin = at(23, 0) + hour * HOUR
    states = left_alone(opened(begin, *involved), directory)
    for before, after in pairwise(states):
        assert after.level >= before.level
        assert after.assigned_to not in involved
        if after.version > before.version:
            told_at = after.steps[-1].at
            assert PATIENCE.calendar.is_open(told_at)
            assert after.assigned_to is None or directory.there(
                after.assigned_to, PATIENCE.day(told_at)
            )
