"""What a supervisor reads about an escalation, in both languages."""

from datetime import timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from services.escalation.domain.escalations import Step
from services.escalation.domain.summary import Wait
from services.escalation.domain.wording import step_in_words, wait_in_words
from shared.contract.base import utc
from shared.contract.escalations import RaisedBecause

BERLIN = ZoneInfo("Europe/Berlin")
AT = utc(2026, 11, 23, 9)


@pytest.mark.parametrize(
    ("step", "de", "en"),
    [
        (Step("opened", AT), "Der Vorgang wurde eskaliert.", "The case was escalated."),
        (
            Step("raised", AT, to="hanna", level=2, because="unattended"),
            "Er liegt hanna vor, Stufe 2 (niemand hat ihn rechtzeitig angenommen).",
            "It is before hanna, level 2 (nobody accepted it in time).",
        ),
        (
            Step("raised", AT, because="opened"),
            "Niemand aus der Kette ist da, jede Leitung kann ihn annehmen (neu eskaliert).",
            "Nobody of the chain is there, any supervisor may accept it (newly escalated).",
        ),
        (Step("accepted", AT, by="sven"), "sven hat ihn angenommen.", "sven accepted it."),
        (
            Step("reassigned", AT, by="sven", to="olga", words="Knows the client."),
            "sven hat ihn an olga weitergegeben (Stufe 1): Knows the client.",
            "sven handed it on to olga (level 1): Knows the client.",
        ),
        (
            Step("returned", AT, by="sven", words="Call them."),
            "sven hat ihn zurückgegeben: Call them.",
            "sven returned it: Call them.",
        ),
        (Step("closed", AT), "Der Vorgang wurde entschieden.", "The case was decided."),
    ],
)
def test_every_step_has_its_sentence(step, de, en):
    words = step_in_words(step, BERLIN)
    assert words.de == f"Mo 23.11.2026 10:00: {de}"
    assert words.en == f"Mon 23 Nov 2026 10:00: {en}"


@pytest.mark.parametrize("because", get_args(RaisedBecause))
def test_every_reason_to_raise_has_its_words(because):
    words = step_in_words(Step("raised", AT, to="sven", because=because), BERLIN)
    assert "()" not in words.de + words.en


def test_a_wait_says_who_for_whom_and_how_long():
    wait = Wait(
        waiting="desk",
        waited_for="client",
        since=AT,
        until=AT + timedelta(days=2, minutes=5),
        lasted=timedelta(days=2, minutes=5),
        opening_hours=timedelta(hours=20, minutes=5),
    )
    words = wait_in_words(wait, BERLIN)
    assert words.de == (
        "Wir warteten auf die Kundschaft: 2 T. 5 Min. seit Mo 23.11.2026 10:00, "
        "davon 20 Std. 5 Min. Öffnungszeit."
    )
    assert words.en == (
        "We waited for the client: 2 d 5 min from Mon 23 Nov 2026 10:00, "
        "20 h 5 min of it opening hours."
    )


@pytest.mark.parametrize("waited_for", ["desk", "supervisor"])
def test_a_wait_that_lasts_says_so(waited_for):
    words = wait_in_words(Wait(waited_for=waited_for, since=AT), BERLIN)
    assert words.de.endswith("davon 0 Min. Öffnungszeit, noch immer.")
    assert words.en.startswith("The client waited for")
