"""Periods by the calendar: rows written from BGB §§187-188, not from the program."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.periods import (
    NamedDay,
    Period,
    PeriodError,
    YearlyDay,
    parse_duration,
    parse_end,
)


@pytest.mark.parametrize(
    ("event", "period", "last_day"),
    [
        # §187(1): the day of the event does not count
        ("2026-11-23", "1 day", "2026-11-24"),
        ("2026-11-23", "4 days", "2026-11-27"),
        ("2026-12-30", "4 days", "2027-01-03"),
        ("2028-02-27", "3 days", "2028-03-01"),
        # §188(2): weeks end on the weekday of the event
        ("2026-11-23", "1 week", "2026-11-30"),
        ("2026-11-26", "6 Wochen", "2027-01-07"),
        ("2026-11-26", "2 weeks", "2026-12-10"),
        # §188(2): months end on the number of the event's day
        ("2026-11-23", "1 month", "2026-12-23"),
        ("2026-12-23", "1 Monat", "2027-01-23"),
        ("2026-02-28", "1 month", "2026-03-28"),
        ("2026-04-30", "1 month", "2026-05-30"),
        ("2026-05-31", "3 months", "2026-08-31"),
        ("2026-11-23", "6 Monate", "2027-05-23"),
        # §188(3): where the month lacks that day, on its last one
        ("2026-01-31", "1 month", "2026-02-28"),
        ("2028-01-31", "1 month", "2028-02-29"),
        ("2026-01-30", "1 month", "2026-02-28"),
        ("2028-01-30", "1 month", "2028-02-29"),
        ("2026-03-31", "1 month", "2026-04-30"),
        ("2026-08-31", "6 months", "2027-02-28"),
        ("2026-10-31", "1 month", "2026-11-30"),
        ("2026-12-31", "2 months", "2027-02-28"),
        # Years
        ("2026-11-23", "1 year", "2027-11-23"),
        ("2028-02-29", "1 Jahr", "2029-02-28"),
        ("2028-02-29", "4 years", "2032-02-29"),
        ("2027-02-28", "ein Jahr", "2028-02-28"),
        ("2096-02-29", "4 years", "2100-02-28"),
        # A change of the clocks makes no difference
        ("2026-03-28", "1 day", "2026-03-29"),
        ("2026-10-24", "1 Tag", "2026-10-25"),
    ],
)
def test_the_last_day(event, period, last_day):
    assert Period.parse(period).last_day(date.fromisoformat(event)) == date.fromisoformat(last_day)


@pytest.mark.parametrize(
    ("text", "de", "en"),
    [
        ("1 month", "1 Monat", "1 month"),
        ("2 Monaten", "2 Monate", "2 months"),
        (" 14  Tage ", "14 Tage", "14 days"),
        ("1w", "1 Woche", "1 week"),
        ("a year", "1 Jahr", "1 year"),
    ],
)
def test_a_period_reads_back_in_both_languages(text, de, en):
    period = Period.parse(text)
    assert (period.de, period.en) == (de, en)
    assert Period.parse(period.de) == Period.parse(period.en) == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "month",
        "0 days",
        "-1 month",
        "1.5 months",
        "1 fortnight",
        "4h",
        "101 years",
        "1 month 2",
    ],
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(PeriodError):
        Period.parse(text)


@pytest.mark.parametrize(
    ("event", "day", "last_day"),
    [
        # The yearly report of complaints: by 1 March of the year after
        ("2026-01-01", "1 March", "2027-03-01"),
        ("2026-03-01", "1. März", "2027-03-01"),
        ("2026-12-31", "1 March", "2027-03-01"),
        ("2027-02-28", "1 March", "2028-03-01"),
        ("2028-02-29", "28 February", "2029-02-28"),
        ("2026-11-23", "31. Dezember", "2027-12-31"),
    ],
)
def test_a_day_of_every_year_is_that_of_the_next_one(event, day, last_day):
    assert YearlyDay.parse(day).last_day(date.fromisoformat(event)) == date.fromisoformat(last_day)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("1 month", Period(1, "month")),
        ("4 Tage", Period(4, "day")),
        ("1 March", YearlyDay(3, 1)),
        ("Deadline", NamedDay()),
    ],
)
def test_every_kind_of_end_is_read_and_reads_back(text, end):
    assert parse_end(text) == end
    assert parse_end(end.iso if isinstance(end, NamedDay) else end.en) == end


@pytest.mark.parametrize(
    "text", ["29 February", "0 March", "31 June", "1 Mars", "soon", "32 days 1"]
)
def test_what_is_no_end_is_refused(text):
    with pytest.raises(PeriodError):
        parse_end(text)


@pytest.mark.parametrize(
    ("period", "of"),
    [("1 day", "1 Tag"), ("4 days", "4 Tagen"), ("6 weeks", "6 Wochen"), ("3 months", "3 Monaten"),
     ("2 years", "2 Jahren"), ("1 year", "1 Jahr")],
)  # fmt: skip
def test_a_period_of_some_length_in_german(period, of):
    assert Period.parse(period).of_de == of


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("4h", 240), ("90min", 90), ("90 m", 90), ("1h30m", 90), ("1 h 30 min", 90), ("1:30", 90),
        ("4 Std.", 240), ("1,5h", 90), ("1.25 hours", 75), ("PT4H", 240), ("PT1H30M", 90),
        ("45 Minuten", 45), ("120s", 2),
    ],
)  # fmt: skip
def test_durations_as_people_write_them(text, minutes):
    assert parse_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "h", "4", "0h", "2 days", "1 month", "-4h", "4h4h", "99999h"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(PeriodError):
        parse_duration(text)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 40), st.integers(1, 40))
def test_a_longer_period_never_ends_earlier(event, some, more):
    for unit in ("day", "week", "month", "year"):
        shorter, longer = Period(some, unit), Period(some + more, unit)
        assert event < shorter.last_day(event) < longer.last_day(event)
