"""Who may decide what, and what a decision does to a case."""

from datetime import date
from decimal import Decimal

import pytest

from services.review.domain.case import add_contact
from services.review.domain.decisions import decide
from services.review.domain.known import Known
from services.review.domain.missing import WarningRequest, warn
from services.review.domain.requests import CloseRequest, close_request
from services.review.domain.subject import PastClaim
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.contacts import Intent
from shared.contract.decisions import DecidedLine
from shared.errors import Forbidden, RuleViolation, VersionConflict
from tests.unit.review.desk import (
    NOW,
    RITA,
    SVEN,
    client,
    contact,
    facts,
    known,
    later,
    opened,
    policy,
    refused,
    request,
    waiting,
)


def closing(case: CaseFileUpdated, comment: str = "") -> CloseRequest:
    return CloseRequest(sequence=case.sequence, comment=comment)


def amounts(*approved: str) -> tuple[DecidedLine, ...]:
    return tuple(
        DecidedLine(line_id=number, approved=Decimal(amount))
        for number, amount in enumerate(approved, 1)
    )


def test_a_full_approval_needs_no_reason_and_pays_what_was_assessed():
    case = waiting()
    decided = decide(case, request(case, "approve"), RITA, later())
    assert decided.state is CaseState.APPROVED
    assert decided.sequence == 2
    assert facts(decided) == ["decided", "decision", "task_requested"]
    (decision,) = decided.decisions
    assert (decision.by, decision.approved) == ("rita", Decimal("950.00"))
    assert decision.by_roles == ("representative",)
    assert decision.case_sequence == 1
    assert decision.lines == amounts("950.00")


def test_an_approval_in_part_needs_a_reason_and_pays_the_named_lines():
    case = waiting()
    decided = decide(
        case,
        request(case, "approve_in_part", "amount_not_proven", lines=amounts("400.00")),
        RITA,
        later(),
    )
    assert decided.state is CaseState.PARTLY_APPROVED
    assert decided.decisions[0].approved == Decimal("400.00")
    assert decided.decisions[0].reasons == ("amount_not_proven",)


def test_a_denial_pays_nothing():
    case = waiting()
    decided = decide(case, request(case, "deny", "not_necessary"), RITA, later())
    assert decided.state is CaseState.DENIED
    assert decided.decisions[0].approved == Decimal("0.00")
    assert decided.decisions[0].lines == amounts("0.00")


def test_a_line_that_is_not_named_is_not_paid():
    case = opened([("glass", "600.00"), ("fire", "300.00")])
    decided = decide(
        case,
        request(case, "approve_in_part", "not_necessary", lines=amounts("500.00")),
        RITA,
        later(),
    )
    assert decided.decisions[0].lines == amounts("500.00", "0.00")


@pytest.mark.parametrize("outcome", ["approve_in_part", "deny", "escalate"])
def test_everything_but_a_full_approval_needs_a_reason(outcome: str):
    lines = amounts("1.00") if outcome == "approve_in_part" else None
    refused(waiting(), "reason_missing", outcome, lines=lines)


@pytest.mark.parametrize("outcome", ["deny", "escalate"])
def test_a_reason_without_a_client_s_text_isrefused(outcome: str):
    refused(waiting(), "unknown_reason", outcome, "because")


def test_a_decision_on_an_older_case_file_is_a_conflict_that_tells_the_sequence():
    case = waiting()
    stale = request(case, "approve", sequence=case.sequence + 1)
    with pytest.raises(VersionConflict) as conflict:
        decide(case, stale, RITA, later())
    assert conflict.value.current == 1


def test_a_decided_case_is_not_decided_again():
    case = decide(waiting(), request(waiting(), "approve"), RITA, later())
    refused(case, "already_decided", "deny", "not_necessary", person=SVEN)


def test_approved_with_every_line_rejected_is_impossible():
    refused(waiting(), "nothing_approved", "approve", lines=amounts("0.00"))
    refused(waiting(), "nothing_approved", "approve_in_part", "not_necessary", lines=())


def test_a_denial_with_an_amount_isrefused():
    refused(waiting(), "denied_with_amount", "deny", "not_necessary", lines=amounts("1.00"))


def test_less_than_claimed_is_no_full_approval():
    refused(waiting(), "in_part", "approve", lines=amounts("949.99"))
    refused(waiting("1600.00", benefit="bicycle_theft"), "in_part", "approve")


def test_everything_is_no_approval_in_part():
    refused(waiting(), "in_full", "approve_in_part", "deductible", lines=amounts("950.00"))


def test_what_the_assessment_clipped_is_approved_in_part():
    case = waiting("1600.00", benefit="bicycle_theft")
    decided = decide(case, request(case, "approve_in_part", "limit_per_claim"), RITA, later())
    assert decided.decisions[0].approved == Decimal("1450.00")


@pytest.mark.parametrize("amount", ["-0.01", "1000.01"])
def test_a_line_is_paid_between_nothing_and_what_was_claimed(amount: str):
    refused(waiting(), "more_than_claimed", "approve", lines=amounts(amount))


@pytest.mark.parametrize(
    "lines",
    [
        (DecidedLine(line_id=2, approved=Decimal(1)),),
        (DecidedLine(line_id=1, approved=Decimal(1)), DecidedLine(line_id=1, approved=Decimal(2))),
    ],
)
def test_a_line_is_named_at_most_once_and_exists(lines: tuple[DecidedLine, ...]):
    refused(waiting(), "unknown_line", "approve_in_part", "not_necessary", lines=lines)


def test_nobody_approves_more_than_the_limit_per_claim():
    case = waiting("1600.00", benefit="bicycle_theft")
    refused(case, "over_limit", "approve_in_part", "limit_per_claim", lines=amounts("1500.01"))
    refused(case, "comment_missing", "approve_in_part", "limit_per_claim", lines=amounts("1500.00"))
    allowed = request(
        case, "approve_in_part", "limit_per_claim", lines=amounts("1500.00"), comment="Kulanz"
    )
    assert decide(case, allowed, RITA, later()).decisions[0].approved == Decimal("1500.00")


def test_what_other_claims_took_since_the_assessment_is_not_approved_again():
    case = waiting()
    other = PastClaim("C-OTHER", date(2026, 3, 1), {"glass": Decimal("1050.01")})
    refused(case, "over_ceiling", "approve", knowing=later(past_claims=[other]))
    less = PastClaim("C-OTHER", date(2026, 3, 1), {"glass": Decimal("1050.00")})
    decided = decide(case, request(case, "approve"), RITA, later(past_claims=[less]))
    assert decided.state is CaseState.APPROVED


def test_nothing_is_paid_before_the_policy_is_verified():
    case = waiting(knowing=known(policy=None, client=None))
    refused(
        case,
        "policy_unknown",
        "approve",
        lines=amounts("1000.00"),
        person=SVEN,
        knowing=later(policy=None),
    )
    denied = decide(case, request(case, "deny", "not_insured"), SVEN, later(policy=None))
    assert denied.state is CaseState.DENIED


def test_a_line_without_a_known_benefit_is_not_paid():
    case = opened([("glass", "100.00"), (None, "100.00")])
    refused(case, "unknown_benefit", "approve_in_part", "deductible", lines=amounts("1", "1"))


def test_foreign_amounts_are_not_paid_as_they_stand():
    mail = opened([("glass", "1000.00")])
    assert mail.claim is not None
    foreign = waiting().model_copy(
        update={"claim": mail.claim.model_copy(update={"currency": "USD"})}
    )
    refused(foreign, "foreign_currency", "approve")


def test_a_service_request_is_settled_and_not_decided():
    case = opened([], intent=Intent.PAYMENT_DELAY)
    refused(case, "no_claim", "approve")
    settled = close_request(case, closing(case, "Zahlung ist unterwegs"), RITA, later())
    assert settled.state is CaseState.CLOSED
    assert facts(settled)[0] == "closed"
    with pytest.raises(RuleViolation):
        close_request(settled, closing(settled, ""), RITA, later())


def test_a_service_request_can_be_escalated_and_is_then_a_supervisor_s():
    case = opened([], intent=Intent.OTHER)
    escalated = decide(case, request(case, "escalate", "further_examination"), RITA, later())
    assert escalated.state is CaseState.ESCALATED
    with pytest.raises(Forbidden):
        close_request(escalated, closing(escalated, ""), RITA, later())
    settled = close_request(escalated, closing(escalated, "beantwortet"), SVEN, later())
    assert settled.state is CaseState.CLOSED


def test_a_claim_is_not_settled_without_a_decision():
    case = waiting()
    with pytest.raises(RuleViolation):
        close_request(case, closing(case, ""), SVEN, later())


def asked_by_agency() -> CaseFileUpdated:
    """An agency's claim whose client was asked for an invoice."""
    case = opened([("heating_costs", "120.00")], kinds=(), knowing=at_agency(0))
    assert case.state is CaseState.WAITING_FOR_CLIENT
    return case


def at_agency(days: int) -> Known:
    account = client(confirmed_iban="DE89370400440532013000")
    return later(days, client=account, policy=policy(programme="heating-aid"))


@pytest.mark.parametrize("reason", ["lacks_information", "non_cooperation"])
def test_an_agency_refuses_for_lack_of_cooperation_only_after_a_warning_whose_time_is_over(
    reason: str,
):
    """SGB I section 66(3)."""
    case = asked_by_agency()
    refused(case, "warning_missing", "deny", reason, knowing=at_agency(30))
    warned = warn(case, WarningRequest(), RITA, at_agency(0))
    assert warned.warning is not None
    days = (warned.warning.deadline - NOW.date()).days
    refused(warned, "warning_missing", "deny", reason, knowing=at_agency(days))
    denied = decide(warned, request(warned, "deny", reason), RITA, at_agency(days + 1))
    assert denied.state is CaseState.DENIED


def test_an_agency_refuses_nobody_for_what_came_late():
    """SGB I section 66(1): only as long as the client did not make up for it."""
    warned = warn(asked_by_agency(), WarningRequest(), RITA, at_agency(0))
    answer = contact(contact_id="late", needs_person="a note in the margin")
    late = add_contact(warned, answer, at_agency(60))
    assert all(item.status != "open" for item in late.checklist)
    refused(late, "nothing_missing", "deny", "non_cooperation", knowing=at_agency(61))


def test_an_agency_refuses_for_another_reason_without_a_warning():
    case = asked_by_agency()
    denied = decide(case, request(case, "deny", "not_necessary"), RITA, at_agency(1))
    assert denied.state is CaseState.DENIED


def test_an_insurer_s_denial_needs_no_warning_of_its_own():
    case = opened([("glass", "200.00")], kinds=())
    denied = decide(case, request(case, "deny", "lacks_information"), RITA, later())
    assert denied.state is CaseState.DENIED
