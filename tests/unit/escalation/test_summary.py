"""Who waited for whom, from the facts of a case."""

from datetime import timedelta

import pytest

from services.escalation.domain.clock_rules import Fact
from services.escalation.domain.summary import waits_of
from shared.contract.base import utc

START = utc(2026, 11, 23, 9)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        ([], []),
        ([("opened", 0)], [("desk", 0, None)]),
        ([("opened", 0), ("assessed", 0), ("contact_added", 3)], [("desk", 0, None)]),
        ([("opened", 0), ("information_requested", 0)], [("client", 0, None)]),
        (
            [("opened", 0), ("information_requested", 2), ("information_requested", 4),
             ("information_received", 9)],
            [("desk", 0, 2), ("client", 2, 9), ("desk", 9, None)],
        ),
        (
            [("opened", 0), ("escalated", 5), ("returned", 8), ("decided", 9)],
            [("desk", 0, 5), ("supervisor", 5, 8), ("desk", 8, 9)],
        ),
        ([("opened", 0), ("decided", 0)], []),
        ([("opened", 0), ("closed", 4), ("contact_added", 6)], [("desk", 0, 4)]),
    ],
)  # fmt: skip
def test_waits(told, waits):
    facts = [
        Fact(name, START + minute * MINUTE, "event", (place, 0))
        for place, (name, minute) in enumerate(told)
    ]
    assert [
        (
            wait.waited_for,
            (wait.since - START) // MINUTE,
            wait.until and (wait.until - START) // MINUTE,
        )
        for wait in waits_of(facts)
    ] == waits
