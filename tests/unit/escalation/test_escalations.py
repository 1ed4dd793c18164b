"""The way of one escalation: what may follow on what, and who may do it."""

from datetime import UTC, datetime, timedelta

import pytest

from services.escalation.domain.escalations import (
    Escalation,
    IllegalTransition,
    Status,
)
from services.escalation.domain.moves import accept, close, give_back
from shared.contract.public import EscalationReason
from shared.errors import Forbidden, RuleViolation

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

OPENED = Escalation(
    escalation_id="e-1",
    case_id="C-7F3K-9",
    reason=EscalationReason.OVERDUE,
    summary="Waits for a decision since Monday.",
    opened_at=NOW,
    involved=frozenset({"representative", "senior"}),
)
ACCEPTED = accept(OPENED, "supervisor", NOW)
RETURNED = give_back(ACCEPTED, "supervisor", "Ask for the invoice.", NOW)
CLOSED = close(ACCEPTED, NOW)

MOVES = {
    "accept": lambda escalation: accept(escalation, "supervisor", LATER),
    "give back": lambda escalation: give_back(escalation, "supervisor", "Ask again.", LATER),
    "close": lambda escalation: close(escalation, LATER),
}


@pytest.mark.parametrize(
    ("before", "move", "after"),
    [
        (OPENED, "accept", Status.ACCEPTED),
        (ACCEPTED, "give back", Status.RETURNED),
        (ACCEPTED, "close", Status.CLOSED),
        (OPENED, "close", Status.CLOSED),
    ],
)
def test_the_way_of_an_escalation(before, move, after):
    assert MOVES[move](before).status is after


@pytest.mark.parametrize(
    ("before", "move"),
    [
        (RETURNED, "accept"),
        (RETURNED, "give back"),
        (RETURNED, "close"),
        (CLOSED, "accept"),
        (CLOSED, "give back"),
        (CLOSED, "close"),
    ],
)
def test_nothing_else_is_possible(before, move):
    with pytest.raises(IllegalTransition, match=f"C-7F3K-9 is {before.status}"):
        MOVES[move](before)


def test_it_remembers_who_did_what_when():
    assert (ACCEPTED.accepted_by, ACCEPTED.accepted_at, ACCEPTED.ended_at) == (
        "supervisor",
        NOW,
        None,
    )
    assert (RETURNED.instruction, RETURNED.ended_at) == ("Ask for the invoice.", NOW)
    assert close(ACCEPTED, LATER).ended_at == LATER


def test_it_is_pending_until_it_ends():
    pending = [escalation.pending for escalation in (OPENED, ACCEPTED, RETURNED, CLOSED)]
    assert pending == [True, True, False, False]


@pytest.mark.parametrize("person", ["representative", "senior"])
def test_nobody_judges_a_case_that_they_keyed_in_or_decided(person):
    with pytest.raises(Forbidden, match="keyed in or decided"):
        accept(OPENED, person, LATER)


def test_only_who_accepted_a_case_returns_it():
    with pytest.raises(Forbidden, match="who accepted it"):
        give_back(ACCEPTED, "another supervisor", "Ask for the invoice.", LATER)


@pytest.mark.parametrize("instruction", ["", " \n"])
def test_a_case_is_not_returned_without_an_instruction(instruction):
    with pytest.raises(RuleViolation, match="with an instruction"):
        give_back(ACCEPTED, "supervisor", instruction, LATER)
