"""The way of one escalation: what may follow on what, and who may do it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.escalation.domain.directory import Directory, Level, Person, Team
from services.escalation.domain.escalations import (
    Escalation,
    IllegalTransition,
    StaleVersion,
    Status,
)
from services.escalation.domain.moves import accept, close, give_back, reassign, unchanged_since
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


def test_who_accepted_it_may_say_so_again_but_nobody_else():
    assert accept(ACCEPTED, "supervisor", LATER) is ACCEPTED
    with pytest.raises(IllegalTransition, match="is accepted by supervisor") as second:
        accept(ACCEPTED, "another supervisor", LATER)
    assert second.value.current == ACCEPTED.version == 2


def test_nothing_is_returned_that_nobody_accepted():
    with pytest.raises(RuleViolation, match="accepted before it is returned"):
        give_back(OPENED, "supervisor", "Ask for the invoice.", LATER)


def test_a_version_that_is_not_the_current_one_is_refused():
    assert unchanged_since(ACCEPTED, 2) is unchanged_since(ACCEPTED, None) is ACCEPTED
    with pytest.raises(StaleVersion, match=r"\(accepted\): its version is 2 now, not 1"):
        unchanged_since(ACCEPTED, 1)


def test_everything_that_happens_is_noted_and_counted():
    assert [step.what for step in RETURNED.steps] == ["accepted", "returned"]
    assert [each.version for each in (OPENED, ACCEPTED, RETURNED)] == [1, 2, 3]
    assert RETURNED.steps[1].words == "Ask for the invoice."


TODAY = date(2026, 11, 23)


def supervisor(name: str, **fields) -> Person:
    return Person(name, frozenset({"supervisor"}), **fields)


DIRECTORY = Directory.of(
    [
        supervisor("sven", deputy="dora"),
        supervisor("olga"),
        supervisor("dora"),
        supervisor("hanna"),
        supervisor("kim"),
        supervisor("left", active=False),
        supervisor("away", absences=((TODAY, TODAY),), deputy="olga"),
        Person("rita", frozenset({"representative"})),
    ],
    [Team("team-a", levels=(Level(("sven", "olga")), Level(("hanna",))))],
)
AT_SVEN = replace(OPENED, team="team-a", assigned_to="sven")
AT_HANNA = replace(AT_SVEN, assigned_to="hanna", level=2)


@pytest.mark.parametrize(
    ("escalation", "by"),
    [
        (AT_SVEN, "sven"),
        (AT_SVEN, "olga"),
        (AT_SVEN, "hanna"),
        (AT_SVEN, "dora"),
        (AT_HANNA, "hanna"),
        (OPENED, "kim"),
    ],
)
def test_who_may_accept(escalation, by):
    taken = accept(escalation, by, LATER, DIRECTORY)
    assert (taken.accepted_by, taken.assigned_to, taken.acts_at) == (by, by, LATER)


@pytest.mark.parametrize(
    ("escalation", "by"),
    [(AT_SVEN, "kim"), (AT_HANNA, "sven"), (AT_HANNA, "dora"), (AT_SVEN, "nobody")],
)
def test_who_may_not_is_told_who_may(escalation, by):
    with pytest.raises(Forbidden, match=f"before {escalation.assigned_to}, at level") as refused:
        accept(escalation, by, LATER, DIRECTORY)
    assert refused.value.code == "not_yours"


@pytest.mark.parametrize("by", ["left", "rita"])
def test_who_has_left_accepts_nothing_however_long_their_token_lasts(by):
    with pytest.raises(Forbidden, match="has left") as refused:
        accept(OPENED, by, LATER, DIRECTORY)
    assert refused.value.code == "no_supervisor"


def hand_on(escalation, by="sven", to="olga", reason="Out of office tomorrow."):
    return reassign(escalation, by, to, reason, LATER, TODAY, DIRECTORY)


def test_a_case_is_handed_on_with_a_reason():
    taken = accept(AT_SVEN, "sven", NOW, DIRECTORY)
    handed = hand_on(taken, to="hanna", reason=" Too much for me. ")
    assert (handed.status, handed.assigned_to, handed.level) == (Status.OPENED, "hanna", 2)
    assert (handed.accepted_by, handed.announced, handed.version) == (None, False, 3)
    assert (handed.steps[-1].by, handed.steps[-1].words) == ("sven", "Too much for me.")
    # Who is in no level of the team takes it at the level where it is.
    assert hand_on(AT_HANNA, by="hanna", to="kim").level == 2


@pytest.mark.parametrize(
    ("to", "code", "said"),
    [
        ("sven", "same_supervisor", "before sven already"),
        ("left", "no_supervisor", "or has left"),
        ("rita", "no_supervisor", "no supervisor"),
        ("unknown", "no_supervisor", "no supervisor"),
        ("away", "absent", "away is away on 2026-11-23; olga stands in"),
        ("senior", "no_supervisor", "no supervisor"),
    ],
)
def test_to_whom_it_can_not_go_is_explained(to, code, said):
    with pytest.raises(RuleViolation, match=said) as refused:
        hand_on(AT_SVEN, to=to)
    assert refused.value.code == code


def test_it_is_never_handed_to_who_worked_on_the_case():
    with pytest.raises(RuleViolation, match="olga keyed in or decided") as refused:
        hand_on(replace(AT_SVEN, involved=frozenset({"olga"})))
    assert refused.value.code == "four_eyes"
    # They may hand it on themselves, though.
    assert hand_on(replace(AT_SVEN, involved=frozenset({"sven"}))).assigned_to == "olga"


@pytest.mark.parametrize("ended", [RETURNED, CLOSED])
def test_what_has_ended_is_not_handed_on(ended):
    with pytest.raises(IllegalTransition):
        hand_on(ended)


def test_only_who_has_it_or_stands_above_hands_it_on_and_says_why():
    with pytest.raises(Forbidden, match="can reassign it"):
        hand_on(AT_SVEN, by="kim")
    with pytest.raises(RuleViolation, match="with a reason"):
        hand_on(AT_SVEN, reason=" ")
    assert hand_on(AT_SVEN, by="hanna").assigned_to == "olga"
