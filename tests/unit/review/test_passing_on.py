"""Misdirected applications: the case ends, the client is told, the receipt date stays."""

from services.review.domain.case import add_contact, open_case
from services.review.domain.ledger import Ledger
from services.review.domain.passing_on import pass_on
from shared.contract.cases import CaseState
from shared.contract.contacts import ContactPassedOn, Handover
from shared.contract.facts import PassedOn
from tests.unit.review.desk import CASE_ID, NOW, RECEIVED, contact, facts, known, later, opened

GLASS = [("glass", "200.00")]
HANDOVER = Handover(body="health_insurance", by="rita", at=NOW)


def passed(contact_id: str = "contact-1") -> ContactPassedOn:
    return ContactPassedOn(contact_id=contact_id, received_at=RECEIVED, handover=HANDOVER)


def test_the_case_that_a_misdirected_application_opened_ends_with_one_notice():
    waiting = opened(GLASS, kinds=())
    case = pass_on(waiting, passed(), later())
    assert (case.state, case.answer_by) == (CaseState.CLOSED, None)
    assert case.sequence == waiting.sequence + 1
    assert facts(case) == ["passed_on", "passed_on", "closed"]
    fact = case.facts[0]
    assert isinstance(fact, PassedOn)
    assert (fact.body, fact.received_at, fact.by) == ("health_insurance", RECEIVED, "rita")


def test_a_later_contact_is_passed_on_while_its_case_goes_on():
    waiting = opened(GLASS, kinds=())
    two = add_contact(waiting, contact(contact_id="contact-2", kinds=()), later())
    case = pass_on(two, passed("contact-2"), later(2))
    assert case.state is two.state
    assert facts(case) == ["passed_on", "passed_on"]


def test_a_decided_case_keeps_its_decision():
    case = pass_on(opened(GLASS), passed(), later())
    assert case.state is CaseState.APPROVED
    assert len(case.decisions) == 1


def test_what_is_passed_on_at_once_asks_the_client_for_nothing():
    case = open_case(contact(GLASS, handover=HANDOVER), CASE_ID, known())
    assert case.state is CaseState.CLOSED
    assert facts(case) == ["opened", "passed_on", "passed_on", "closed"]
    assert case.opened_at == RECEIVED


def test_a_claim_that_was_passed_on_counts_as_no_claim_on_the_policy():
    waiting = opened(GLASS, kinds=())
    ledger = Ledger("HH-2024-000001").with_case(waiting)
    assert len(ledger.claims) == 1
    assert ledger.with_case(pass_on(waiting, passed(), later())).claims == ()
