"""Who waited for whom, from the facts of a case."""

from datetime import timedelta

import pytest

from services.escalation.domain.clock_rules import Fact
from services.escalation.domain.summary import summary_of, waits_of
from shared.calendar import BusinessCalendar
from shared.contract.base import utc
from shared.contract.cases import CaseState

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
        (
            [("opened", 0), ("departments_awaited", 1), ("departments_answered", 4),
             ("decided", 5), ("reopened", 8)],
            [("desk", 0, 1), ("department", 1, 4), ("desk", 4, 5), ("desk", 8, None)],
        ),
        (
            [("opened", 0), ("information_requested", 1), ("consequences_warned", 4),
             ("answer_overdue", 6)],
            [("desk", 0, 1), ("client", 1, 6), ("desk", 6, None)],
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


def test_the_summary_tells_the_history_and_how_long_who_waited():
    # Friday 16:00 in Berlin; the desk opens again on Monday at 8.
    friday, monday = utc(2026, 11, 20, 15), utc(2026, 11, 23, 8)
    facts = [
        Fact("opened", friday, "e1"),
        Fact("information_requested", friday + 60 * MINUTE, "e2"),
        Fact("information_received", monday, "e3"),
    ]
    desk = BusinessCalendar.of("Mo-Fr 08:00-18:00")
    now = monday + 30 * MINUTE
    summary = summary_of(CaseState.WAITING_FOR_PERSON, ("amount_zero",), facts, (), now, desk)
    assert [(each.fact, each.at) for each in summary.history] == [(f.name, f.at) for f in facts]
    assert [
        (wait.waiting, wait.waited_for, wait.lasted, wait.opening_hours) for wait in summary.waits
    ] == [
        ("client", "desk", 60 * MINUTE, 60 * MINUTE),
        ("desk", "client", monday - friday - 60 * MINUTE, 120 * MINUTE),
        ("client", "desk", 30 * MINUTE, 30 * MINUTE),
    ]
    assert summary.waits[-1].until is None


def test_a_long_history_is_cut_at_its_beginning():
    facts = [Fact("contact_added", START + number * MINUTE, f"e{number}") for number in range(80)]
    always = BusinessCalendar.of("24/7")
    summary = summary_of(CaseState.ESCALATED, (), facts, (), START + 80 * MINUTE, always)
    assert len(summary.history) == 50
    assert summary.history[-1].at == facts[-1].at
