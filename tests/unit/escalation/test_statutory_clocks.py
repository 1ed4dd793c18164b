"""Clocks that count by the calendar: rows written from the statutes, with the calendar beside."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.escalation.domain.clock_rules import ClockRule, ClockRuleError, Fact
from services.escalation.domain.clocks import Clock, clocks_of
from services.escalation.domain.explanation import explained
from shared.calendar import BusinessCalendar
from shared.periods import Period

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = "Mo-Fr 08:00-18:00"
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def desk(region: str = "DE-BE") -> BusinessCalendar:
    return BusinessCalendar.of(HOURS, region=region)


def rule(period: str, *, rolls: bool = True, warn: int = 0) -> ClockRule:
    return ClockRule(
        kind="objection",
        target=Period.parse(period),
        rolls=rolls,
        warn_before=warn * DAY,
        starts=("served",),
        pauses=("information_requested",),
        resumes=("information_received",),
        stops=("decided",),
    )


def clock(of: ClockRule, *told: str) -> Clock:
    facts = []
    for place, line in enumerate(told):
        name, moment = line.split()
        facts.append(Fact(name, at(moment), f"event {place}", (place, 0)))
    (result,) = clocks_of((of,), facts, desk())
    return result


@pytest.mark.parametrize(
    ("region", "served", "period", "last_day"),
    [
        # A working day stays
        ("DE-BE", "2026-11-23T10:00", "1 month", "2026-12-23"),
        # BGB §193: Saturday and Sunday roll to Monday
        ("DE-BE", "2026-11-28T10:00", "1 week", "2026-12-07"),
        ("DE-BE", "2026-11-05T00:00", "1 month", "2026-12-07"),
        ("DE-BE", "2026-11-06T23:59", "1 month", "2026-12-07"),
        # Christmas: Friday 25 and Saturday 26 December 2026 are holidays, 24 December is none
        ("DE-BE", "2026-11-24T12:00", "1 month", "2026-12-24"),
        ("DE-BE", "2026-11-25T12:00", "1 month", "2026-12-28"),
        # New year's eve is none either, new year's day 2027 is a Friday
        ("DE-BE", "2026-12-17T12:00", "2 weeks", "2026-12-31"),
        ("DE-BE", "2026-12-01T12:00", "1 month", "2027-01-04"),
        # Easter 2027: Good Friday 26 March to Monday 29 March
        ("DE-BE", "2027-02-26T12:00", "1 month", "2027-03-30"),
        ("DE-BE", "2027-03-22T12:00", "4 days", "2027-03-30"),
        # Regional holidays: Epiphany (Wednesday, 6 January 2027) in Bavaria, not in Berlin
        ("DE-BY", "2026-12-06T12:00", "1 month", "2027-01-07"),
        ("DE-BE", "2026-12-06T12:00", "1 month", "2027-01-06"),
        # Women's day (Monday, 8 March 2027) in Berlin, not in Hamburg
        ("DE-BE", "2027-02-08T12:00", "1 month", "2027-03-09"),
        ("DE-HH", "2027-02-08T12:00", "1 month", "2027-03-08"),
        # Corpus Christi (Thursday, 27 May 2027) in North Rhine-Westphalia, not in Berlin
        ("DE-NW", "2027-04-27T12:00", "1 month", "2027-05-28"),
        ("DE-BE", "2027-04-27T12:00", "1 month", "2027-05-27"),
        # Reformation day (Saturday, 31 October 2026) changes nothing, All Saints is a Sunday
        ("DE-BB", "2026-09-30T12:00", "1 month", "2026-10-30"),
        ("DE-BE", "2026-10-02T12:00", "1 month", "2026-11-02"),
        # Day of unity 2028 is a Tuesday
        ("DE-BE", "2028-07-03T12:00", "3 months", "2028-10-04"),
        # Month ends, leap day
        ("DE-BE", "2027-01-31T12:00", "1 month", "2027-03-01"),
        ("DE-BE", "2028-01-31T12:00", "1 month", "2028-02-29"),
        ("DE-BE", "2028-02-29T12:00", "1 year", "2029-02-28"),
        # SGG §88: six months for an application, three for an objection
        ("DE-BE", "2026-11-23T12:00", "6 months", "2027-05-24"),
        ("DE-BE", "2026-11-23T12:00", "3 months", "2027-02-23"),
        # SGG §66: a year where the remedy notice is missing
        ("DE-BE", "2026-11-21T12:00", "1 year", "2027-11-22"),
        # An event in the night counts for its local day
        ("DE-BE", "2027-03-28T00:30", "1 day", "2027-03-30"),
        ("DE-BE", "2026-10-25T02:30", "1 day", "2026-10-26"),
    ],
)
def test_a_period_ends_with_a_working_day(region, served, period, last_day):
    calendar = desk(region)
    assert clock(rule(period), f"served {served}").due_at(calendar) == at(f"{last_day}T23:59:59")


@pytest.mark.parametrize(
    ("posted", "served"),
    [
        ("2026-11-23", "2026-11-27"),
        ("2026-11-24", "2026-11-28"),  # a Saturday
        ("2026-11-25", "2026-11-29"),  # a Sunday
        ("2026-12-21", "2026-12-25"),  # Christmas day
        ("2026-12-31", "2027-01-04"),
    ],
)
def test_deemed_service_never_rolls(posted, served):
    deemed = clock(rule("4 days", rolls=False), f"served {posted}T16:00")
    assert deemed.due_at(desk()) == at(f"{served}T23:59:59")


@pytest.mark.parametrize(
    ("pauses", "last_day"),
    [
        # BGB §209: both the first and the last day of a suspension are not counted
        (["2026-12-01T10:00", "2026-12-03T10:00"], "2026-12-28"),  # 23 + 3 = the 26th, a holiday
        (["2026-12-01T10:00", "2026-12-01T11:00"], "2026-12-24"),
        (["2026-12-01T10:00", "2026-12-01T11:00", "2026-12-01T12:00", "2026-12-02T09:00"],
         "2026-12-28"),
        (["2026-12-01T10:00", "2026-12-02T11:00", "2026-12-02T12:00", "2026-12-03T09:00"],
         "2026-12-28"),
        # The day of the event does not count anyway
        (["2026-11-23T11:00", "2026-11-23T12:00"], "2026-12-23"),
        (["2026-11-23T11:00", "2026-11-24T12:00"], "2026-12-24"),
        (["2026-12-20T10:00", "2027-01-10T10:00"], "2027-01-14"),
    ],
)  # fmt: skip
def test_a_suspension_is_not_counted(pauses, last_day):
    told = [
        f"{'information_received' if number % 2 else 'information_requested'} {moment}"
        for number, moment in enumerate(pauses)
    ]
    month = clock(rule("1 month"), "served 2026-11-23T10:00", *told)
    assert month.due_at(desk()) == at(f"{last_day}T23:59:59")


def test_a_suspended_period_is_not_due_and_one_that_passed_stays_so():
    waiting = clock(
        rule("1 month"), "served 2026-11-23T10:00", "information_requested 2026-12-01T10:00"
    )
    assert waiting.due_at(desk()) is None
    late = clock(
        rule("1 month"),
        "served 2026-11-23T10:00",
        "information_requested 2026-12-24T00:00",
        "information_received 2027-01-04T10:00",
    )
    assert late.due_at(desk()) == at("2026-12-23T23:59:59")
    assert late.current(desk()).overdue(at("2026-12-24T00:00"))
    assert not late.current(desk()).overdue(at("2026-12-23T23:59:59"))


@pytest.mark.parametrize(
    ("served", "warn", "warning"),
    [
        ("2026-11-23T10:00", 1, "2026-12-22T17:00"),  # 22nd 23:59: before the desk closes
        ("2026-11-25T10:00", 3, "2026-12-24T17:00"),  # Christmas day: the eve, an open one
        ("2026-12-04T10:00", 2, "2026-12-31T17:00"),  # Saturday, after new year's day
    ],
)
def test_a_warning_comes_while_the_desk_is_open(served, warn, warning):
    month = clock(rule("1 month", warn=warn), f"served {served}")
    assert month.warn_at(desk()) == at(warning)


def test_it_explains_the_law_of_its_days():
    month = clock(
        rule("1 month"),
        "served 2026-11-23T10:00",
        "information_requested 2026-12-01T10:00",
        "information_received 2026-12-03T10:00",
        "decided 2026-12-18T09:00",
    )
    sentences = [words for _, words in explained(month.rule, month.current(desk()), BERLIN)]
    assert sentences[0].de.endswith(
        "Die Frist von 1 Monat beginnt; dieser Tag zählt nicht mit (§ 187 Abs. 1 BGB). "
        "Sie endet mit Mi 23.12.2026."
    )
    assert "noch 22 Tage" in sentences[1].de
    assert sentences[2].de.endswith(
        "Die Frist läuft weiter; 3 Tage zählen nicht mit (§ 209 BGB). Sa 26.12.2026 ist ein "
        "Samstag, Sonntag oder Feiertag: sie endet mit Mo 28.12.2026 (§ 193 BGB, § 26 Abs. 3 "
        "SGB X)."
    )
    assert sentences[2].en.endswith(
        "The period goes on; 3 days do not count (section 209 BGB). Sat 26 Dec 2026 is a Saturday, "
        "Sunday or public holiday: it ends with Mon 28 Dec 2026 (section 193 BGB, section 26(3) "
        "SGB X)."
    )
    assert sentences[3].en.endswith("The time limit was met: 10 days were left.")


def test_only_a_period_rolls():
    with pytest.raises(ClockRuleError, match="only a period rolls"):
        ClockRule("x", timedelta(hours=4), starts=("opened",), stops=("decided",), rolls=True)
