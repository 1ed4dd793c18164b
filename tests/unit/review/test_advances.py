"""Money before the decision: an agency's advance (SGB I §42), an insurer's interim payment."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.review.domain.advances import (
    AdvanceDecision,
    AdvanceRequest,
    InterimPaymentOffer,
    ask_for_advance,
    decide_advance,
    expected_minimum,
    offer_interim_payment,
    with_interim_payment,
)
from services.review.domain.case import add_contact, open_case
from services.review.domain.decisions import decide
from services.review.domain.known import Known
from services.review.domain.service_of_decisions import ReceiptOfDecision, note_receipt
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.contacts import ClaimDetails
from shared.contract.decisions import Advance
from shared.contract.departments import TaskKind
from shared.contract.facts import DecisionReceived
from shared.errors import Forbidden, RuleViolation
from tests.unit.review.desk import (
    CASE_ID,
    NOW,
    RITA,
    SVEN,
    TINA,
    client,
    contact,
    facts,
    known,
    opened,
    policy,
    request,
)

TODAY = date(2026, 6, 10)
AGENCY = policy(programme="heating-aid")
WITH_ACCOUNT = client(confirmed_iban="DE89370400440532013000")


def at_agency(days: int = 0) -> Known:
    return known(policy=AGENCY, client=WITH_ACCOUNT, now=NOW + timedelta(days=days))


def applied(amount: str = "500.00") -> CaseFileUpdated:
    """Over the automatic limit: it waits for a person."""
    case = opened([("heating_costs", amount)], knowing=at_agency())
    assert case.state is CaseState.WAITING_FOR_PERSON
    return case


def requested(case: CaseFileUpdated) -> CaseFileUpdated:
    return ask_for_advance(case, AdvanceRequest(requested_on=TODAY), RITA, at_agency())


def decision(case: CaseFileUpdated, amount: str, words: str = "") -> AdvanceDecision:
    return AdvanceDecision(sequence=case.sequence, amount=Decimal(amount), words=words)


def test_the_client_s_request_is_noted_and_a_person_is_prompted():
    case = requested(applied())
    assert facts(case) == ["advance_requested", "prompted"]
    assert case.advance == Advance(requested_on=TODAY)
    assert [prompt.code for prompt in case.prompts] == ["advance_requested"]


def test_a_contact_that_asks_for_it_counts_from_its_day():
    asking = contact([("heating_costs", "500.00")])
    claim = asking.claim.model_copy(update={"advance_requested": True})
    asking = asking.model_copy(update={"claim": claim})
    case = open_case(asking, CASE_ID, at_agency())
    assert case.advance == Advance(requested_on=TODAY)
    assert "advance_requested" in facts(case)
    insurer = asking.model_copy(update={"claim": contact([("glass", "900.00")]).claim.model_copy(
        update={"advance_requested": True})})  # fmt: skip
    assert open_case(insurer, CASE_ID, known()).advance is None


def test_a_later_contact_may_ask_for_it_too():
    case = opened([("heating_costs", "1200.00")], kinds=("invoice",), knowing=at_agency())
    assert case.advance is None
    letter = contact(contact_id="c-2", claim=ClaimDetails(advance_requested=True))
    after = add_contact(case, letter, at_agency(3))
    assert after.advance is not None
    assert after.advance.requested_on == TODAY + timedelta(days=3)
    assert [prompt.code for prompt in after.prompts] == ["advance_requested"]


def test_what_is_granted_is_paid_at_once_and_counts_as_paid_later():
    case = requested(applied())
    granted = decide_advance(case, decision(case, "200.00"), RITA, at_agency())
    assert facts(granted)[:2] == ["advance_decided", "interim_payment"]
    assert granted.advance.status == "granted"
    assert granted.prompts == ()
    assert [(task.kind, task.amount) for task in granted.tasks] == [(TaskKind.PAY, Decimal(200))]
    approved = decide(granted, request(granted, "approve"), RITA, at_agency(1))
    assert [task.amount for task in approved.tasks] == [Decimal("200.00"), Decimal("300.00")]


def test_a_refusal_says_why():
    case = requested(applied())
    with pytest.raises(RuleViolation, match="tells the client why"):
        decide_advance(case, decision(case, "0"), RITA, at_agency())
    refused = decide_advance(case, decision(case, "0", "Not entitled."), RITA, at_agency())
    assert (refused.advance.status, refused.tasks) == ("refused", ())
    with pytest.raises(RuleViolation, match="no advance waits"):
        decide_advance(refused, decision(refused, "10.00"), RITA, at_agency())


def test_no_more_than_expected_and_within_one_s_authority():
    case = requested(applied())
    with pytest.raises(RuleViolation, match=r"so far: 500\.00"):
        decide_advance(case, decision(case, "500.01"), RITA, at_agency())
    dear = case.model_copy(
        update={"assessment": case.assessment.model_copy(update={"covered": Decimal(5000)})}
    )
    with pytest.raises(Forbidden, match="over their authority"):
        decide_advance(dear, decision(dear, "1000.01"), RITA, at_agency())
    assert decide_advance(dear, decision(dear, "1000.01"), SVEN, at_agency()).advance.by == "sven"
    with pytest.raises(Forbidden):
        decide_advance(case, decision(case, "10.00"), TINA, at_agency())
    keyed = case.model_copy(update={"keyed_by": ("rita",)})
    with pytest.raises(Forbidden, match="keyed"):
        decide_advance(keyed, decision(keyed, "10.00"), RITA, at_agency())


def test_whom_no_advance_is_due():
    insurer = opened([("theft", "900.00")])
    with pytest.raises(RuleViolation, match="pays no advances"):
        ask_for_advance(insurer, AdvanceRequest(requested_on=TODAY), RITA, known())
    case = requested(applied())
    with pytest.raises(RuleViolation, match="already"):
        requested(case)
    tomorrow = AdvanceRequest(requested_on=TODAY + timedelta(days=1))
    with pytest.raises(RuleViolation, match="after today"):
        ask_for_advance(applied(), tomorrow, RITA, at_agency())


def insured(*lines: tuple[str, str], kinds: tuple[str, ...] = ()) -> CaseFileUpdated:
    return opened(list(lines), kinds=kinds)


def offer(case: CaseFileUpdated, amount: str | None = None) -> InterimPaymentOffer:
    return InterimPaymentOffer(
        sequence=case.sequence, amount=Decimal(amount) if amount else None, words="As promised."
    )


@pytest.mark.parametrize(
    ("lines", "kinds", "minimum"),
    [
        # Fire needs no document, glass an invoice; the deductible of 50 is shared pro rata
        ((("fire", "700.00"), ("glass", "300.00")), (), "665.00"),
        ((("fire", "700.00"), ("glass", "300.00")), ("invoice",), "950.00"),
        ((("glass", "300.00"),), (), "0"),
    ],
)
def test_the_minimum_is_what_has_no_open_question(lines, kinds, minimum):
    assert expected_minimum(insured(*lines, kinds=kinds)) == Decimal(minimum)


def test_after_a_month_a_person_is_prompted_once_with_the_minimum():
    case = with_interim_payment(insured(("fire", "700.00"), kinds=()), known())
    (prompt,) = case.prompts
    assert prompt.code == "interim_payment"
    assert prompt.facts == {
        "amount": f"{case.assessment.covered:.2f}",
        "currency": "EUR",
    }
    assert with_interim_payment(case, known()) is None
    settled = case.model_copy(update={"state": CaseState.DENIED, "prompts": ()})
    assert with_interim_payment(settled, known()) is None


def test_the_client_is_told_or_paid_and_the_prompt_is_done():
    case = with_interim_payment(insured(("fire", "700.00")), known(client=WITH_ACCOUNT))
    told = offer_interim_payment(case, offer(case), RITA, known(client=WITH_ACCOUNT))
    assert facts(told) == ["interim_payment", "prompt_done"]
    assert (told.prompts, told.advance) == ((), None)
    paid = offer_interim_payment(case, offer(case, "100.00"), RITA, known(client=WITH_ACCOUNT))
    assert paid.advance.amount == Decimal("100.00")
    assert [task.kind for task in paid.tasks] == [TaskKind.PAY]
    with pytest.raises(RuleViolation, match="made already"):
        offer_interim_payment(paid, offer(paid, "1.00"), RITA, known())
    with pytest.raises(RuleViolation, match="no more than what is expected"):
        offer_interim_payment(case, offer(case, "700.01"), RITA, known())


def test_only_an_insurer_s_client_may_demand_an_interim_payment():
    case = applied()
    with pytest.raises(RuleViolation, match="insurer"):
        offer_interim_payment(case, offer(case), RITA, at_agency())


def test_when_a_decision_really_arrived():
    case = applied()
    denied = decide(case, request(case, "deny", "not_insured"), RITA, at_agency(1))
    noted = note_receipt(
        denied, ReceiptOfDecision(received_on=date(2026, 6, 20)), RITA, at_agency(12)
    )
    assert noted.facts == (DecisionReceived(received_on=date(2026, 6, 20), by="rita"),)
    assert noted.state is CaseState.DENIED
    for day in (date(2026, 6, 10), date(2026, 6, 23)):
        with pytest.raises(RuleViolation, match="between 2026-06-11 and 2026-06-22"):
            note_receipt(denied, ReceiptOfDecision(received_on=day), RITA, at_agency(12))
    with pytest.raises(RuleViolation, match="no decision"):
        note_receipt(case, ReceiptOfDecision(received_on=TODAY), RITA, at_agency())
