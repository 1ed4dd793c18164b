"""How long an insurer's claim is kept from the statute of limitations (VVG §15, BGB §209)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.escalation.domain.clock_rules import Fact
from services.escalation.domain.limitation import suspension_of

BERLIN = ZoneInfo("Europe/Berlin")


def facts(*told: str) -> list[Fact]:
    return [
        Fact(name, datetime.fromisoformat(f"2026-{day}").replace(hour=10, tzinfo=UTC), f"e{place}")
        for place, (name, day) in enumerate(line.split() for line in told)
    ]


@pytest.mark.parametrize(
    ("told", "since", "until", "days"),
    [
        (["opened 11-23"], "11-23", None, None),
        # A decision that is only made, or only sent, has not reached anybody
        (["opened 11-23", "decided 11-25", "decision_sent 11-25"], "11-23", None, None),
        (["opened 11-23", "decision_sent 11-25", "decision_received 11-27"], "11-23", "11-27", 5),
        (["opened 11-23", "decision_received 11-23"], "11-23", "11-23", 1),
        # What came back has not arrived; the first arrival counts
        (["opened 11-23", "decision_sent 11-25", "decision_undelivered 11-26"],
         "11-23", None, None),
        (["opened 11-23", "decision_received 11-27", "reopened 11-28", "decision_received 12-05"],
         "11-23", "11-27", 5),
    ],
)  # fmt: skip
def test_from_the_filing_until_the_decision_arrives(told, since, until, days):
    suspended = suspension_of(facts(*told), BERLIN)
    assert suspended.since == date.fromisoformat(f"2026-{since}")
    assert suspended.until == (until and date.fromisoformat(f"2026-{until}"))
    assert suspended.days == days


def test_it_is_said_in_both_languages():
    running = suspension_of(facts("opened 11-23"), BERLIN).words
    assert running.de == (
        "Die Verjährung ist seit Mo 23.11.2026 gehemmt, bis die Entscheidung zugeht (§ 15 VVG)."
    )
    sent = suspension_of(facts("opened 11-23", "decision_sent 11-25"), BERLIN).words
    assert "The decision was sent on Wed 25 Nov 2026" in sent.en
    over = suspension_of(facts("opened 11-23", "decision_received 11-27"), BERLIN).words
    assert over.en == (
        "The limitation was suspended from Mon 23 Nov 2026 to Fri 27 Nov 2026, 5 days: until the "
        "decision arrived (section 15 VVG)."
    )


def test_what_was_not_filed_is_not_suspended():
    assert suspension_of(facts("contact_added 11-23"), BERLIN) is None
