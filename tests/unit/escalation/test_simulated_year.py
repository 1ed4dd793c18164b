"""A year of a desk: the clocks' due times against a reference that walks minute by minute."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from services.escalation.domain.clock_rules import ClockRule, Fact
from services.escalation.domain.clocks import Clock, clocks_of
from shared.calendar import BusinessCalendar
from shared.periods import Period, end_of_day
from tests.support import minute_by_minute as slow

DESK = BusinessCalendar.of("Mo-Fr 08:00-18:00", region="DE-BE")
FACTS = {
    "start": "opened",
    "pause": "information_requested",
    "resume": "information_received",
    "stop": "decided",
}
DAY = 24 * 60


def rule(target: timedelta | Period, calendar: str) -> ClockRule:
    return ClockRule(
        kind="resolution",
        target=target,
        calendar=calendar,  # type: ignore[arg-type]
        rolls=isinstance(target, Period),
        starts=("opened",),
        pauses=("information_requested",),
        resumes=("information_received",),
        stops=("decided",),
    )


def a_case(chance: random.Random) -> list[slow.Event]:
    """A start somewhere in the year, perhaps some waits, perhaps a decision."""
    minute = chance.randrange(365 * DAY)
    if chance.random() < 0.2:
        # On a day when the clocks change, in Berlin on 29 March and 25 October 2026
        minute = chance.choice((87, 297)) * DAY + chance.randrange(DAY)
    events = [(slow.on_the_minute(2026, minute), "start")]
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        minute += chance.randrange(1, 3 * DAY)
        events.append((slow.on_the_minute(2026, minute), "pause"))
        minute += chance.randrange(1, 10 * DAY)
        events.append((slow.on_the_minute(2026, minute), "resume"))
    if chance.random() < 0.3:
        minute += chance.randrange(1, 8 * DAY)
        events.append((slow.on_the_minute(2026, minute), "stop"))
    return events


def clock(of: ClockRule, events: list[slow.Event]) -> Clock:
    facts = [Fact(FACTS[what], at, f"e{n}", (n, 0)) for n, (at, what) in enumerate(events)]
    (result,) = clocks_of((of,), facts, DESK)
    return result


def compare(seed: int) -> None:
    chance = random.Random(seed)
    events = a_case(chance)
    business = chance.random() < 0.8
    minutes = chance.choice((30, 90, 240, 600, 3000)) if business else chance.randrange(1, 5 * DAY)
    desk_clock = clock(rule(minutes * slow.MINUTE, "business" if business else "always"), events)
    until = events[-1][0] + timedelta(days=45)
    expected = slow.due_at(events, minutes, business=business, until=until)
    assert desk_clock.due_at(DESK) == expected, (seed, minutes, business, events)

    months = chance.choice((1, 1, 2, 3, 6))
    started = events[0][0].astimezone(slow.BERLIN).date()
    statutory = clock(rule(Period(months, "month"), "always"), events[:1])
    expected_day = slow.last_day_of_months(started, months)
    assert statutory.due_at(DESK) == end_of_day(expected_day, slow.BERLIN), (seed, months, started)


def test_two_hundred_cases_of_a_year():
    for seed in range(200):
        compare(seed)


@pytest.mark.soak
def test_ten_thousand_cases_of_a_year():
    for seed in range(1000, 11_000):
        compare(seed)


def test_the_reference_knows_the_worked_examples():
    monday = datetime(2026, 11, 23, 17, tzinfo=slow.BERLIN).astimezone(UTC)
    until = monday + timedelta(days=7)
    assert slow.due_at([(monday, "start")], 240, business=True, until=until) == datetime(
        2026, 11, 24, 11, tzinfo=slow.BERLIN
    )
