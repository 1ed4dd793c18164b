"""A clock explains itself in sentences that a person at the desk can check."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.escalation.domain.clock_rules import ClockRule, Fact
from services.escalation.domain.clocks import clocks_of
from services.escalation.domain.explanation import FACTS, explained, length, local_time
from services.escalation.domain.runs import Run
from shared.calendar import BusinessCalendar
from shared.programmes import load_programmes

BERLIN = ZoneInfo("Europe/Berlin")
DESK = BusinessCalendar.of("Mo-Fr 08:00-18:00", region="DE-BE")
RULE = ClockRule(
    kind="resolution",
    target=timedelta(hours=10),
    starts=("opened",),
    pauses=("information_requested",),
    resumes=("information_received",),
    stops=("decided",),
    restarts=("reopened",),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=BERLIN).astimezone(UTC)


def a_run(*told: str) -> Run:
    facts = [
        Fact(name, at(moment), f"event {place}", (place, 0))
        for place, (name, moment) in enumerate(line.split() for line in told)
    ]
    (clock,) = clocks_of((RULE,), facts, DESK)
    (run,) = clock.runs(DESK)
    return run


def sentences(*told: str) -> tuple[list[str], list[str]]:
    words = [words for _, words in explained(RULE, a_run(*told), DESK.zone)]
    return [each.de for each in words], [each.en for each in words]


def test_start_pause_resumption_and_an_end_in_time():
    german, english = sentences(
        "opened 23T17:00",
        "information_requested 24T08:30",
        "information_received 25T12:00",
        "decided 25T12:15",
    )
    assert german == [
        (
            "Mo 23.11.2026 17:00: Der Vorgang wurde eröffnet. Die Frist beginnt: "
            "noch 10 Std. Öffnungszeit, fällig Di 24.11.2026 17:00."
        ),
        (
            "Di 24.11.2026 08:30: Es wurde um fehlende Angaben gebeten. Die Frist ruht, solange "
            "wir auf die Antwort warten: noch 8 Std. 30 Min. Öffnungszeit."
        ),
        (
            "Mi 25.11.2026 12:00: Die fehlenden Angaben liegen vor. Die Frist läuft weiter: "
            "noch 8 Std. 30 Min. Öffnungszeit, fällig Do 26.11.2026 10:30."
        ),
        (
            "Mi 25.11.2026 12:15: Der Vorgang wurde entschieden. Die Frist ist eingehalten: "
            "8 Std. 15 Min. Öffnungszeit blieben übrig."
        ),
    ]
    assert english == [
        (
            "Mon 23 Nov 2026 17:00: The case was opened. The time limit begins: "
            "10 h of opening hours left, due Tue 24 Nov 2026 17:00."
        ),
        (
            "Tue 24 Nov 2026 08:30: The client was asked for what is missing. The time limit rests "
            "while we wait for the answer: 8 h 30 min of opening hours left."
        ),
        (
            "Wed 25 Nov 2026 12:00: Everything that was missing has arrived. The time limit goes "
            "on: 8 h 30 min of opening hours left, due Thu 26 Nov 2026 10:30."
        ),
        (
            "Wed 25 Nov 2026 12:15: The case was decided. The time limit was met: "
            "8 h 15 min of opening hours were left."
        ),
    ]


def test_an_end_too_late():
    german, english = sentences("opened 23T08:00", "decided 24T09:00")
    assert german[-1] == (
        "Di 24.11.2026 09:00: Der Vorgang wurde entschieden. "
        "Die Frist endet verspätet: fällig war sie Mo 23.11.2026 18:00."
    )
    assert english[-1] == (
        "Tue 24 Nov 2026 09:00: The case was decided. "
        "The time limit ends late: it was due Mon 23 Nov 2026 18:00."
    )


@pytest.mark.parametrize(
    ("ended_by", "german", "english"),
    [
        ("decision_sent", "Eine neue Frist ersetzt diese.", "A new time limit replaces this one."),
        ("decision_undelivered", "Die Frist entfällt.", "The time limit no longer applies."),
        ("withdrawn", "Die Frist entfällt.", "The time limit no longer applies."),
    ],
)
def test_what_ends_a_time_limit_without_doing_what_it_demands_does_not_meet_it(
    ended_by, german, english
):
    rule = ClockRule(
        kind="service",
        target=timedelta(hours=10),
        starts=(),
        restarts=("decision_sent",),
        stops=("decision_undelivered", "withdrawn"),
    )
    facts = [Fact("decision_sent", at("23T08:00"), "e1"), Fact(ended_by, at("23T09:00"), "e2")]
    (clock,) = clocks_of((rule,), facts, DESK)
    *_, (_, words) = explained(rule, clock.runs(DESK)[0], DESK.zone)
    assert words.de.endswith(german)
    assert words.en.endswith(english)


def test_a_fact_without_words_keeps_its_name():
    told = [words for _, words in explained(RULE, a_run("opened 23T08:00"), DESK.zone, {})]
    assert told[0].de.startswith("Mo 23.11.2026 08:00: opened. Die Frist beginnt")


def test_every_fact_that_moves_a_shipped_clock_has_words():
    programmes = load_programmes()
    versions = [version for each in programmes.by_code.values() for version in each.versions]
    rules = [*programmes.desk.clocks, *(rule for version in versions for rule in version.clocks)]
    moving = {
        fact
        for rule in rules
        for facts in (rule.starts, rule.pauses, rule.resumes, rule.stops, rule.restarts)
        for fact in (*facts, *rule.puts_off)
    }
    assert moving <= FACTS.keys()


@pytest.mark.parametrize(
    ("duration", "calendar", "german", "english"),
    [
        (timedelta(0), "always", "0 Min.", "0 min"),
        (timedelta(seconds=45), "always", "45 Sek.", "45 s"),
        (timedelta(hours=90, minutes=5), "always", "90 Std. 5 Min.", "90 h 5 min"),
        (timedelta(hours=1), "business", "1 Std. Öffnungszeit", "1 h of opening hours"),
    ],
)
def test_lengths(duration, calendar, german, english):
    rule = ClockRule("x", timedelta(hours=1), ("a",), ("b",), calendar=calendar)
    assert (length(rule, duration).de, length(rule, duration).en) == (german, english)


def test_local_time_follows_the_clock_on_the_wall():
    summer = datetime(2026, 7, 1, 22, 30, 5, tzinfo=UTC)
    assert local_time(summer, BERLIN).de == "Do 02.07.2026 00:30:05"
    assert local_time(summer, ZoneInfo("UTC")).en == "Wed 1 Jul 2026 22:30:05"


def test_an_hour_that_comes_twice_says_which_one_it_is():
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert local_time(first, BERLIN).de == "So 25.10.2026 02:30 MESZ"
    assert local_time(second, BERLIN).de == "So 25.10.2026 02:30 MEZ"
    assert local_time(second, BERLIN).en == "Sun 25 Oct 2026 02:30 CET"
    assert local_time(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), BERLIN).de == "So 29.03.2026 03:30"
