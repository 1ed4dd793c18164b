"""Business time against tables worked out by hand, and against a walk through every minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.calendar import ALWAYS, BusinessCalendar
from shared.opening_hours import CalendarError, OpeningHours

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)

DESKS = {
    "berlin": BusinessCalendar.of("Mo-Fr 08:00-18:00", region="DE-BE"),
    "munich": BusinessCalendar.of("Mo-Fr 08:00-18:00", region="DE-BY"),
    "agency": BusinessCalendar.of("Mo-Do 08:00-17:00, Fr 08:00-14:00", region="DE-NW"),
    "lunch": BusinessCalendar.of("Mo-Fr 08:00-12:00, 13:00-17:00", region="DE-BE"),
    "eve off": BusinessCalendar.of(
        "Mo-Fr 08:00-18:00", region="DE-BE", closed=[date(2026, 12, 24), date(2026, 12, 31)]
    ),
    "night": BusinessCalendar.of("Mo-So 00:00-06:00"),
    "half past two": BusinessCalendar.of("Mo-So 02:15-02:45"),
    "hotline": BusinessCalendar.of("24/7", region="DE-BE"),
    "holiday duty": BusinessCalendar.of("Mo-Fr 08:00-18:00, PH 10:00-12:00", region="DE-BE"),
    "santiago": BusinessCalendar.of("Mo-So 00:00-24:00", zone="America/Santiago"),
}


def local(text: str, desk: str = "berlin") -> datetime:
    """Read a wall-clock time of the desk; a trailing `b` is the second of two equal times."""
    at = datetime.fromisoformat(text.removesuffix("b"))
    return at.replace(tzinfo=DESKS[desk].zone, fold=int(text.endswith("b")))


def hours(text: str) -> timedelta:
    """Read `4:00` as four hours."""
    whole, minutes = text.split(":")
    return timedelta(hours=int(whole), minutes=int(minutes))


ADDITIONS = [
    # Within a day, over nights and weekends
    ("berlin", "2026-11-23T17:00", "4:00", "2026-11-24T11:00"),
    ("berlin", "2026-11-23T08:00", "1:00", "2026-11-23T09:00"),
    ("berlin", "2026-11-23T08:00", "10:00", "2026-11-23T18:00"),
    ("berlin", "2026-11-23T08:00", "10:01", "2026-11-24T08:01"),
    ("berlin", "2026-11-23T05:00", "1:00", "2026-11-23T09:00"),
    ("berlin", "2026-11-23T20:00", "1:00", "2026-11-24T09:00"),
    ("berlin", "2026-11-23T18:00", "0:01", "2026-11-24T08:01"),
    ("berlin", "2026-11-27T17:30", "1:00", "2026-11-30T08:30"),
    ("berlin", "2026-11-28T12:00", "0:30", "2026-11-30T08:30"),
    ("berlin", "2026-11-23T09:00", "50:00", "2026-11-30T09:00"),
    ("berlin", "2026-11-28T12:00", "0:00", "2026-11-28T12:00"),
    ("agency", "2026-11-27T13:00", "2:00", "2026-11-30T09:00"),
    ("agency", "2026-11-26T16:00", "7:00", "2026-11-27T14:00"),
    ("agency", "2026-11-23T08:00", "42:00", "2026-11-27T14:00"),
    ("lunch", "2026-11-23T11:30", "1:00", "2026-11-23T13:30"),
    ("lunch", "2026-11-23T12:15", "4:30", "2026-11-24T08:30"),
    # Month ends, year ends, leap day
    ("berlin", "2026-11-30T17:00", "2:00", "2026-12-01T09:00"),
    ("berlin", "2027-02-26T17:00", "2:00", "2027-03-01T09:00"),
    ("berlin", "2028-02-28T17:00", "2:00", "2028-02-29T09:00"),
    ("berlin", "2028-02-29T17:00", "2:00", "2028-03-01T09:00"),
    ("berlin", "2026-12-31T17:00", "2:00", "2027-01-04T09:00"),
    ("berlin", "2026-12-31T17:00", "1:00", "2026-12-31T18:00"),
    ("hotline", "2026-12-31T23:00", "2:00", "2027-01-01T01:00"),
    ("hotline", "2026-12-31T23:00", "1:00", "2027-01-01T00:00"),
    # Heiligabend and Silvester are no public holidays; a desk may close all the same
    ("berlin", "2026-12-23T17:00", "2:00", "2026-12-24T09:00"),
    ("berlin", "2026-12-24T17:00", "2:00", "2026-12-28T09:00"),
    ("eve off", "2026-12-23T17:00", "2:00", "2026-12-28T09:00"),
    ("eve off", "2026-12-30T17:00", "2:00", "2027-01-04T09:00"),
    # Public holidays of one region and not of another: 8 March, 6 January, Fronleichnam, 1 November
    ("berlin", "2027-03-05T17:00", "2:00", "2027-03-09T09:00"),
    ("munich", "2027-03-05T17:00", "2:00", "2027-03-08T09:00"),
    ("munich", "2026-06-03T17:00", "2:00", "2026-06-05T09:00"),
    ("berlin", "2026-06-03T17:00", "2:00", "2026-06-04T09:00"),
    ("munich", "2027-01-05T17:00", "2:00", "2027-01-07T09:00"),
    ("berlin", "2027-01-05T17:00", "2:00", "2027-01-06T09:00"),
    ("agency", "2027-10-29T13:00", "2:00", "2027-11-02T09:00"),
    ("berlin", "2026-04-02T17:00", "2:00", "2026-04-07T09:00"),
    ("berlin", "2026-05-22T17:00", "2:00", "2026-05-26T09:00"),
    ("holiday duty", "2026-05-22T17:00", "4:00", "2026-05-26T09:00"),
    ("hotline", "2026-12-24T23:00", "2:00", "2026-12-25T01:00"),
    # The clocks go forward on 2026-03-29 and 2027-03-28, back on 2026-10-25 and 2027-10-31
    ("hotline", "2026-03-29T01:30", "1:00", "2026-03-29T03:30"),
    ("hotline", "2027-03-28T01:30", "1:00", "2027-03-28T03:30"),
    ("hotline", "2026-10-25T01:30", "1:00", "2026-10-25T02:30"),
    ("hotline", "2026-10-25T01:30", "2:00", "2026-10-25T02:30b"),
    ("hotline", "2027-10-31T02:30b", "1:00", "2027-10-31T03:30"),
    ("night", "2026-03-29T00:00", "5:00", "2026-03-29T06:00"),
    ("night", "2026-10-25T00:00", "6:00", "2026-10-25T05:00"),
    ("night", "2026-10-25T00:00", "7:00", "2026-10-25T06:00"),
    ("night", "2027-03-28T01:00", "2:00", "2027-03-28T04:00"),
    ("night", "2027-10-31T01:00", "3:00", "2027-10-31T03:00"),
    ("half past two", "2026-03-28T02:30", "0:30", "2026-03-30T02:30"),
    ("half past two", "2026-10-25T02:30", "0:30", "2026-10-25T02:30b"),
    ("berlin", "2026-03-27T17:00", "2:00", "2026-03-30T09:00"),
    ("berlin", "2026-10-23T17:00", "2:00", "2026-10-26T09:00"),
    # Chile changes its clocks at midnight: 2026-09-06 begins at 01:00, 2026-04-04 has 25 hours
    ("santiago", "2026-09-05T23:30", "1:00", "2026-09-06T01:30"),
    ("santiago", "2026-04-04T22:30", "2:00", "2026-04-04T23:30b"),
]


@pytest.mark.parametrize(("desk", "start", "duration", "end"), ADDITIONS)
def test_adds_business_time(desk, start, duration, end):
    assert DESKS[desk].add(local(start, desk), hours(duration)) == local(end, desk).astimezone(UTC)


@pytest.mark.parametrize(("desk", "start", "duration", "end"), ADDITIONS)
def test_measures_what_was_added(desk, start, duration, end):
    first, last = local(start, desk), local(end, desk)
    assert DESKS[desk].between(first, last) == hours(duration)
    assert DESKS[desk].between(last, first) == -hours(duration)


@pytest.mark.parametrize(
    ("desk", "end", "duration", "start"),
    [
        ("berlin", "2026-11-24T11:00", "1:00", "2026-11-24T10:00"),
        ("berlin", "2026-11-24T11:00", "4:00", "2026-11-23T17:00"),
        ("berlin", "2026-11-24T08:30", "0:30", "2026-11-24T08:00"),
        ("berlin", "2026-11-24T08:30", "1:00", "2026-11-23T17:30"),
        ("berlin", "2026-11-23T08:00", "0:10", "2026-11-20T17:50"),
        ("berlin", "2026-11-22T12:00", "10:00", "2026-11-20T08:00"),
        ("berlin", "2027-03-09T09:00", "2:00", "2027-03-05T17:00"),
        ("berlin", "2027-01-04T09:00", "2:00", "2026-12-31T17:00"),
        ("berlin", "2027-01-04T09:00", "1:00", "2027-01-04T08:00"),
        ("agency", "2026-11-30T08:30", "1:00", "2026-11-27T13:30"),
        ("night", "2026-03-29T06:00", "4:30", "2026-03-29T00:30"),
        ("night", "2026-10-25T06:00", "4:30", "2026-10-25T02:30"),
        ("berlin", "2026-11-22T12:00", "0:00", "2026-11-22T12:00"),
    ],
)
def test_subtracts_business_time(desk, end, duration, start):
    expected = local(start, desk).astimezone(UTC)
    assert DESKS[desk].subtract(local(end, desk), hours(duration)) == expected


@pytest.mark.parametrize(
    ("desk", "at", "opening"),
    [
        ("berlin", "2026-11-23T07:59", "2026-11-23T08:00"),
        ("berlin", "2026-11-23T08:00", "2026-11-23T08:00"),
        ("berlin", "2026-11-23T17:59", "2026-11-23T17:59"),
        ("berlin", "2026-11-23T18:00", "2026-11-24T08:00"),
        ("berlin", "2026-12-31T18:00", "2027-01-04T08:00"),
        ("lunch", "2026-11-23T12:00", "2026-11-23T13:00"),
        ("half past two", "2026-03-29T00:00", "2026-03-30T02:15"),
        ("half past two", "2026-10-25T02:45", "2026-10-25T02:15b"),
        ("holiday duty", "2027-03-08T08:00", "2027-03-08T10:00"),
        ("hotline", "2026-12-25T03:00", "2026-12-25T03:00"),
    ],
)
def test_finds_the_next_opening(desk, at, opening):
    assert DESKS[desk].next_opening(local(at, desk)) == local(opening, desk).astimezone(UTC)
    assert DESKS[desk].is_open(local(at, desk)) == (at == opening)


@pytest.mark.parametrize(
    ("desk", "day", "rolled"),
    [
        ("berlin", date(2026, 11, 23), date(2026, 11, 23)),
        ("berlin", date(2026, 11, 28), date(2026, 11, 30)),
        ("berlin", date(2026, 11, 29), date(2026, 11, 30)),
        ("berlin", date(2026, 12, 24), date(2026, 12, 24)),
        ("eve off", date(2026, 12, 24), date(2026, 12, 24)),
        ("berlin", date(2026, 12, 25), date(2026, 12, 28)),
        ("berlin", date(2027, 3, 6), date(2027, 3, 9)),
        ("munich", date(2027, 3, 6), date(2027, 3, 8)),
        ("munich", date(2026, 6, 4), date(2026, 6, 5)),
        ("berlin", date(2026, 4, 3), date(2026, 4, 7)),
        ("hotline", date(2026, 5, 1), date(2026, 5, 4)),
    ],
)
def test_rolls_a_statutory_day_forward(desk, day, rolled):
    assert DESKS[desk].roll_forward(day) == rolled


@pytest.mark.parametrize(
    "text",
    ["Mo-Do 08:00-17:00, Fr 08:00-14:00", "mo-th 8:00–17:00; fr 8:00 - 14:00",
     "Mo, Di, Mi, Do 08:00-12:00, 12:00-17:00, Fr 08:00-14:00"],
)  # fmt: skip
def test_reads_hours_as_people_write_them(text):
    desk = BusinessCalendar.of(text)
    assert desk.between(local("2026-11-23T00:00"), local("2026-11-27T00:00")) == hours("36:00")
    assert desk.between(local("2026-11-27T00:00"), local("2026-11-30T00:00")) == hours("6:00")


def test_a_range_of_days_may_run_over_the_weekend():
    assert OpeningHours.parse("Sa-Mo 10:00-12:00") == OpeningHours.parse("Mo,Sa,So 10:00-12:00")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "never open"),
        ("Mo-Fr", "days without hours"),
        ("PH 08:00-12:00", "never open"),
        ("08:00-18:00", "name the days"),
        ("Mo-Fr 18:00-08:00", "over midnight"),
        ("Mo-Fr 08:00-08:00", "is not like 08:00-18:00"),
        ("Mo-Fr 08:00-24:01", "is not like 08:00-18:00"),
        ("Mo-Fr 08:60-18:00", "is not like 08:00-18:00"),
        ("Mo-Fr 8-18", "is not like 08:00-18:00"),
        ("Mo-Fr 08:00-18:00, Fr 08:00-14:00", "overlap"),
        ("Mo-Fx 08:00-18:00", "neither a day"),
        ("Mo-Mi-Fr 08:00-18:00", "neither a day"),
        ("Mo-PH 08:00-18:00", "neither a day"),
    ],
)
def test_hours_that_make_no_sense_are_refused(text, said):
    with pytest.raises(CalendarError, match=said):
        OpeningHours.parse(text)


@pytest.mark.parametrize("region", ["DE-XX", "XX", "Berlin", "-BE"])
def test_an_unknown_region_is_refused(region):
    with pytest.raises(CalendarError, match="write it like DE-BE"):
        BusinessCalendar.of("24/7", region=region)


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../../etc/passwd", "Europe", ""])
def test_an_unknown_zone_is_refused(zone):
    with pytest.raises(CalendarError, match="write it like Europe/Berlin"):
        BusinessCalendar.of("24/7", zone=zone)


def test_what_can_not_be_computed_is_refused():
    desk, now = DESKS["berlin"], local("2026-11-23T12:00")
    naive = now.replace(tzinfo=None)
    for ask in (
        lambda: desk.add(naive, MINUTE),
        lambda: desk.subtract(naive, MINUTE),
        lambda: desk.between(now, naive),
        lambda: desk.is_open(naive),
        lambda: desk.add(now, -MINUTE),
        lambda: desk.subtract(now, -MINUTE),
        lambda: desk.add(now, timedelta.max),
        lambda: desk.add(now, timedelta(days=40_000)),
        lambda: desk.subtract(now, timedelta(days=10_000)),
        lambda: desk.roll_forward(now),
    ):
        with pytest.raises(CalendarError):
            ask()


def test_a_desk_that_closes_for_good_has_no_next_opening():
    days = (date(1970, 1, 1) + timedelta(days=day) for day in range(366 * 232))
    desk = BusinessCalendar.of("Mo-Fr 08:00-18:00", closed=days)
    with pytest.raises(CalendarError, match="known from 1970 to 2200"):
        desk.next_opening(local("2026-11-23T12:00"))


def test_always_is_plain_elapsed_time():
    start = local("2026-10-24T12:00")
    assert ALWAYS.add(start, timedelta(days=400)) == start.astimezone(UTC) + timedelta(days=400)


instants = st.integers(0, 850 * 24 * 60).map(
    lambda minutes: datetime(2025, 12, 1, tzinfo=UTC) + minutes * MINUTE
)
durations = st.timedeltas(timedelta(), timedelta(hours=400))
desks = st.sampled_from(sorted(DESKS))


@given(desks, instants, durations)
def test_adding_then_measuring_gives_the_same_duration(name, start, duration):
    desk = DESKS[name]
    assert desk.between(start, desk.add(start, duration)) == duration
    assert desk.between(desk.subtract(start, duration), start) == duration


@given(desks, instants, durations, durations)
def test_adding_twice_is_adding_the_sum(name, start, first, second):
    desk = DESKS[name]
    assert desk.add(desk.add(start, first), second) == desk.add(start, first + second)


@given(desks, instants, instants, instants)
def test_spans_add_up(name, one, two, three):
    desk = DESKS[name]
    assert desk.between(one, two) + desk.between(two, three) == desk.between(one, three)


FIXED_HOLIDAYS = {(1, 1), (3, 8), (5, 1), (10, 3), (12, 25), (12, 26)}
EASTER = {2026: date(2026, 4, 5), 2027: date(2027, 3, 28)}


class MinuteWalker:
    """A desk worked out the slow way: look at the wall clock, minute by minute."""

    def __init__(self, opens: int, closes: int, days: range, *, holidays: bool) -> None:
        self.opens, self.closes, self.days, self.holidays = opens, closes, days, holidays

    def is_open(self, at: datetime) -> bool:
        wall = at.astimezone(BERLIN)
        day = wall.date()
        movable = {EASTER[day.year] + timedelta(days=n) for n in (-2, 1, 39, 50)}
        if self.holidays and ((day.month, day.day) in FIXED_HOLIDAYS or day in movable):
            return False
        return wall.weekday() in self.days and self.opens <= wall.hour < self.closes

    def add(self, at: datetime, minutes: int) -> datetime:
        while minutes:
            minutes -= self.is_open(at)
            at += MINUTE
        return at


WALKERS = [
    (MinuteWalker(8, 18, range(5), holidays=True), DESKS["berlin"]),
    (MinuteWalker(0, 6, range(7), holidays=False), DESKS["night"]),
]


def near_the_year_s_corners() -> st.SearchStrategy[datetime]:
    """Instants in the days around changes of the clocks and holidays, where mistakes live."""
    corners = [(2026, 3, 27), (2026, 4, 1), (2026, 5, 21), (2026, 10, 23), (2026, 12, 22),
               (2027, 3, 4), (2027, 3, 25), (2027, 10, 29)]  # fmt: skip
    return st.builds(
        lambda corner, minutes: datetime(*corner, tzinfo=UTC) + minutes * MINUTE,
        st.sampled_from(corners),
        st.integers(0, 4 * 24 * 60),
    )


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(WALKERS), near_the_year_s_corners(), st.integers(1, 1500))
def test_agrees_with_a_walk_through_every_minute(pair, start, minutes):
    walker, desk = pair
    assert desk.is_open(start) == walker.is_open(start)
    assert desk.add(start, minutes * MINUTE) == walker.add(start, minutes)


@pytest.mark.parametrize(
    ("day", "earliest"),
    [
        (date(2026, 6, 12), date(2026, 6, 12)),
        (date(2026, 6, 13), date(2026, 6, 13)),
        (date(2026, 6, 14), date(2026, 6, 13)),
        (date(2026, 6, 15), date(2026, 6, 13)),
        (date(2026, 6, 16), date(2026, 6, 16)),
        (date(2026, 4, 7), date(2026, 4, 3)),
    ],
)
def test_what_is_done_right_after_days_off_is_in_time_for_them(day: date, earliest: date):
    assert DESKS["berlin"].in_time_since(day) == earliest
