"""A trainee's decision waits for a second person, who makes it their own or not."""

from decimal import Decimal

import pytest

from services.review.domain.case import add_contact
from services.review.domain.decisions import decide
from services.review.domain.proposals import ConfirmRequest, RejectRequest, confirm, reject
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import ProposalRejected, Proposed
from shared.errors import Forbidden, RuleViolation, VersionConflict
from tests.unit.review.desk import (
    RITA,
    SENTA,
    SVEN,
    TINA,
    Somebody,
    contact,
    facts,
    later,
    opened,
    request,
)

NOVICE = Somebody("nora", frozenset({"trainee"}))


def proposed(
    amount: str = "1000.00", outcome: str = "approve", *reasons: str, person: Somebody = TINA
) -> CaseFileUpdated:
    case = opened([("fire", amount)])
    assert case.state is CaseState.WAITING_FOR_PERSON
    return decide(case, request(case, outcome, *reasons), person, later())


def yes(case: CaseFileUpdated, comment: str = "") -> ConfirmRequest:
    return ConfirmRequest(sequence=case.sequence, comment=comment)


def no(case: CaseFileUpdated) -> RejectRequest:
    return RejectRequest(sequence=case.sequence, comment="Rechnung ansehen")


@pytest.mark.parametrize("person", [TINA, NOVICE])
def test_a_trainee_s_decision_changes_nothing_but_asks_for_a_second_person(person: Somebody):
    case = proposed(person=person)
    assert case.state is CaseState.WAITING_FOR_PERSON
    assert case.decisions == ()
    assert case.proposal is not None
    assert (case.proposal.by, case.proposal.approved) == (person.subject, Decimal("950.00"))
    assert case.facts[0] == Proposed(decision_id=case.proposal.decision_id)
    assert [prompt.code for prompt in case.prompts] == ["proposal"]


def test_who_confirms_decides_and_the_trainee_is_named():
    case = proposed()
    decided = confirm(case, yes(case), RITA, later(2))
    assert decided.state is CaseState.APPROVED
    (decision,) = decided.decisions
    assert (decision.by, decision.proposed_by) == ("rita", "tina")
    assert decision.by_roles == ("representative",)
    assert (decision.approved, decision.at) == (Decimal("950.00"), later(2).now)
    assert decided.proposal is None
    assert decided.prompts == ()
    assert facts(decided)[:2] == ["decided", "decision"]
    assert "prompt_done" in facts(decided)


def test_the_amounts_are_those_that_were_proposed():
    case = opened([("fire", "1000.00")])
    lines = ({"line_id": 1, "approved": "300.00"},)
    wish = request(case, "approve_in_part", "amount_not_proven", lines=lines)
    case = decide(case, wish, TINA, later())
    decided = confirm(case, yes(case, "stimmt"), RITA, later(2))
    assert decided.state is CaseState.PARTLY_APPROVED
    (decision,) = decided.decisions
    assert (decision.approved, decision.reasons) == (Decimal("300.00"), ("amount_not_proven",))
    assert decision.comment == "stimmt"


def test_a_proposal_over_the_second_person_s_authority_goes_to_a_supervisor():
    case = proposed("3000.00")
    escalated = confirm(case, yes(case), RITA, later(2))
    assert escalated.state is CaseState.ESCALATED
    assert escalated.proposal is None
    assert escalated.decisions[-1].proposed_by == "tina"
    assert confirm(case, yes(case), SENTA, later(2)).state is CaseState.APPROVED


def test_a_trainee_s_wish_to_escalate_is_a_proposal_too():
    case = proposed("1000.00", "escalate", "further_examination")
    assert case.state is CaseState.WAITING_FOR_PERSON
    escalated = confirm(case, yes(case), RITA, later(2))
    assert escalated.state is CaseState.ESCALATED
    assert escalated.decisions[-1].outcome is DecisionOutcome.ESCALATE


def test_nobody_confirms_or_rejects_their_own_proposal():
    case = proposed()
    grown_up = Somebody("tina", frozenset({"representative"}))
    for act in (
        lambda: confirm(case, yes(case), grown_up, later(2)),
        lambda: reject(case, no(case), grown_up, later(2)),
    ):
        with pytest.raises(Forbidden) as refusal:
            act()
        assert refusal.value.code == "own_proposal"


def test_a_trainee_confirms_nothing():
    case = proposed()
    with pytest.raises(Forbidden) as refusal:
        confirm(case, yes(case), NOVICE, later(2))
    assert refusal.value.code == "trainee"


def test_who_keyed_the_claim_in_confirms_no_decision_on_it():
    case = opened([("fire", "1000.00")], keyed_by="rita")
    case = decide(case, request(case, "approve"), TINA, later())
    with pytest.raises(Forbidden) as refusal:
        confirm(case, yes(case), RITA, later(2))
    assert refusal.value.code == "keyed_in"


def test_what_nobody_may_decide_nobody_may_propose():
    case = opened([("glass", "1000.00")], kinds=())
    with pytest.raises(RuleViolation) as refusal:
        decide(case, request(case, "approve"), TINA, later())
    assert refusal.value.code == "checklist_open"


def test_a_rejected_proposal_is_gone_and_the_trainee_hears_why():
    case = proposed()
    assert case.proposal is not None
    after = reject(case, no(case), RITA, later(2))
    assert after.state is CaseState.WAITING_FOR_PERSON
    assert (after.proposal, after.prompts, after.decisions) == (None, (), ())
    assert after.facts[0] == ProposalRejected(
        decision_id=case.proposal.decision_id, by="rita", comment="Rechnung ansehen"
    )
    with pytest.raises(RuleViolation) as refusal:
        confirm(after, yes(after), RITA, later(3))
    assert refusal.value.code == "no_proposal"


def test_any_other_decision_takes_its_place():
    case = proposed()
    decided = decide(case, request(case, "deny", "not_necessary"), SVEN, later(2))
    assert (decided.proposal, decided.prompts) == (None, ())
    assert decided.decisions[-1].proposed_by is None
    handed_on = decide(case, request(case, "escalate", "further_examination"), RITA, later(2))
    assert (handed_on.proposal, handed_on.prompts) == (None, ())


def test_another_proposal_takes_its_place():
    case = proposed()
    again = decide(case, request(case, "deny", "not_necessary"), NOVICE, later(2))
    assert again.proposal is not None
    assert (again.proposal.by, again.proposal.outcome) == ("nora", DecisionOutcome.DENY)
    assert [prompt.code for prompt in again.prompts] == ["proposal"]


def test_an_approval_by_the_system_ends_a_proposal():
    asked = opened([("glass", "200.00")], kinds=())
    assert asked.state is CaseState.WAITING_FOR_CLIENT
    case = decide(asked, request(asked, "deny", "lacks_information"), TINA, later())
    answered = add_contact(case, contact(contact_id="contact-2", kinds=("invoice",)), later(2))
    assert answered.state is CaseState.APPROVED
    assert (answered.proposal, answered.prompts) == (None, ())


def test_a_proposal_on_another_case_file_is_not_confirmed_unseen():
    case = proposed()
    with pytest.raises(VersionConflict):
        confirm(case, ConfirmRequest(sequence=case.sequence - 1), RITA, later(2))
