"""A decision is immutable; a case is opened again, or a decision taken back until it is paid."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.review.domain.case import add_contact
from services.review.domain.decisions import decide
from services.review.domain.ledger import Ledger
from services.review.domain.missing import WarningRequest, warn
from services.review.domain.reopening import ReopenRequest, WithdrawRequest, reopen, withdraw
from services.review.domain.requests import CloseRequest, close_request
from services.review.domain.subject import PastClaim
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.contacts import Intent
from shared.contract.departments import TaskKind
from shared.contract.facts import ObjectionReceived, Reopened, TaskCancelled, Withdrawn
from shared.errors import Forbidden, RuleViolation, VersionConflict
from tests.unit.review.desk import (
    AUDITOR,
    RITA,
    SENTA,
    SVEN,
    TINA,
    Somebody,
    client,
    contact,
    facts,
    later,
    opened,
    policy,
    request,
)

NUMBER = "HH-2024-000001"


def decided(
    outcome: str = "approve", *reasons: str, amount: str = "1000.00", person: Somebody = RITA
) -> CaseFileUpdated:
    case = opened([("glass", amount)])
    return decide(case, request(case, outcome, *reasons), person, later())


def asked(case: CaseFileUpdated, reason: str = "new_facts", **rest: Any) -> ReopenRequest:
    return ReopenRequest.model_validate(
        {"sequence": case.sequence, "reason": reason, "comment": "neue Rechnung", **rest}
    )


def taking_back(case: CaseFileUpdated) -> WithdrawRequest:
    return WithdrawRequest(sequence=case.sequence, comment="vertan")


def reserved(case: CaseFileUpdated) -> Decimal:
    """What the policy's ledger holds for the case."""
    (claim,) = Ledger(NUMBER).with_case(case).others("C-OTHER")
    return sum(claim.benefits.values(), Decimal(0))


def paid(case: CaseFileUpdated) -> CaseFileUpdated:
    """The case after the payments department paid."""
    tasks = tuple(
        task.model_copy(update={"kind": TaskKind.PAY, "status": "done"}) for task in case.tasks
    )
    assert tasks
    return case.model_copy(update={"tasks": tasks, "paid": case.decisions[-1].approved})


def test_a_reopened_case_keeps_its_decision_frees_the_ceiling_and_waits_for_a_person():
    case = decided()
    assert reserved(case) == Decimal("950.00")
    after = reopen(case, asked(case), RITA, later(2))
    assert after.state is CaseState.WAITING_FOR_PERSON
    assert after.decisions == case.decisions
    assert after.facts[0] == Reopened(reason="new_facts", by="rita", comment="neue Rechnung")
    assert "assessed" in facts(after)
    assert after.sequence == case.sequence + 1
    assert reserved(after) == 0
    again = decide(after, request(after, "deny", "not_necessary"), RITA, later(3))
    assert again.state is CaseState.DENIED
    assert [each.outcome.value for each in again.decisions] == ["approve", "deny"]
    assert again.decisions[0] == case.decisions[0]


def test_a_reopened_claim_is_assessed_with_what_is_known_now():
    case = decided()
    other = PastClaim("C-OTHER", date(2026, 3, 1), {"glass": Decimal("1800.00")})
    after = reopen(case, asked(case), RITA, later(2, past_claims=[other]))
    assert after.assessment is not None
    assert after.assessment.covered == Decimal("150.00")
    assert [each.what for each in after.changes if each.line_id is None][-1] == "recommendation"


def test_documents_that_came_after_the_decision_close_what_was_asked_for():
    asking = opened([("glass", "200.00")], kinds=())
    case = decide(asking, request(asking, "deny", "lacks_information"), RITA, later())
    late = add_contact(case, contact(contact_id="contact-2", kinds=("invoice",)), later(2))
    assert [item.status for item in late.checklist] == ["open"]
    after = reopen(late, asked(late), RITA, later(3))
    assert [(item.status, item.closed_by) for item in after.checklist] == [("arrived", "contact-2")]
    assert after.prompts == ()


def test_a_payment_on_its_way_is_called_back():
    for case in (decided(), decide_with_account()):
        assert case.tasks
        for after in (
            reopen(case, asked(case), RITA, later(2)),
            withdraw(case, taking_back(case), RITA, later(2)),
        ):
            assert {task.status for task in after.tasks} == {"cancelled"}
            assert any(isinstance(fact, TaskCancelled) for fact in after.facts)


def decide_with_account() -> CaseFileUpdated:
    """A decision whose payment is instructed at once: the client's account is confirmed."""
    case = opened([("glass", "1000.00")])
    knowing = later(client=client(confirmed_iban="DE89370400440532013000"))
    case = decide(case, request(case, "approve"), RITA, knowing)
    assert [task.kind for task in case.tasks] == [TaskKind.PAY]
    return case


@pytest.mark.parametrize("reason", ["error", "payment_returned", "policy_corrected"])
def test_each_reason_stands_in_the_case(reason: str):
    case = decided()
    after = reopen(case, asked(case, reason), SVEN, later(2))
    assert after.reopened is not None
    assert (after.reopened.reason, after.reopened.by) == (reason, "sven")
    assert after.reopened.at == later(2).now


def test_a_closed_service_request_is_opened_again():
    case = opened([], intent=Intent.OTHER)
    settled = close_request(case, CloseRequest(sequence=1, comment="erledigt"), RITA, later())
    assert settled.state is CaseState.CLOSED
    after = reopen(settled, asked(settled), RITA, later(2))
    assert after.state is CaseState.WAITING_FOR_PERSON
    assert facts(after) == ["reopened"]


def test_what_is_open_is_not_opened():
    case = opened([("glass", "1000.00")])
    with pytest.raises(RuleViolation) as refusal:
        reopen(case, asked(case), RITA, later())
    assert refusal.value.code == "not_settled"


@pytest.mark.parametrize("person", [AUDITOR, TINA])
def test_who_may_not_work_alone_opens_and_takes_back_nothing(person: Somebody):
    case = decided()
    with pytest.raises(Forbidden):
        reopen(case, asked(case), person, later(2))
    with pytest.raises(Forbidden):
        withdraw(case, taking_back(case), person, later(2))


def test_on_an_older_case_file_nothing_is_opened_or_taken_back():
    case = decided()
    with pytest.raises(VersionConflict):
        reopen(case, asked(case, sequence=1), RITA, later(2))
    with pytest.raises(VersionConflict):
        withdraw(case, WithdrawRequest(sequence=1, comment="vertan"), RITA, later(2))


def objection(case: CaseFileUpdated, day: date | None = None) -> ReopenRequest:
    return asked(case, "objection", received_on=day or later(2).now.date())


def test_an_objection_is_decided_by_somebody_else():
    case = decided("deny", "not_necessary")
    after = reopen(case, objection(case), RITA, later(2))
    received = ObjectionReceived(received_on=later(2).now.date(), by="rita")
    assert received in after.facts
    for outcome in ("approve", "deny"):
        with pytest.raises(Forbidden) as refusal:
            decide(after, request(after, outcome, "not_necessary"), RITA, later(3))
        assert refusal.value.code == "objection"
    handed_on = decide(after, request(after, "escalate", "further_examination"), RITA, later(3))
    assert handed_on.state is CaseState.ESCALATED
    assert decide(after, request(after, "approve"), SENTA, later(3)).state is CaseState.APPROVED


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (None, "received_on_missing"),
        (later(1).now.date() - timedelta(days=1), "received_on"),
        (later(2).now.date() + timedelta(days=1), "received_on"),
    ],
)
def test_an_objection_came_in_between_the_decision_and_today(day: date | None, code: str):
    case = decided("deny", "not_necessary")
    with pytest.raises(RuleViolation) as refusal:
        reopen(case, asked(case, "objection", received_on=day), RITA, later(2))
    assert refusal.value.code == code


@pytest.mark.parametrize("days", [1, 2])
def test_the_day_of_the_decision_and_today_are_days_of_an_objection(days: int):
    case = decided("deny", "not_necessary")
    after = reopen(case, objection(case, later(days).now.date()), RITA, later(2))
    assert after.reopened is not None
    assert after.reopened.received_on == later(days).now.date()


def test_only_an_objection_has_its_day():
    case = decided()
    with pytest.raises(RuleViolation) as refusal:
        reopen(case, asked(case, "error", received_on=later(2).now.date()), RITA, later(2))
    assert refusal.value.code == "no_objection"


def test_a_decision_is_taken_back_as_long_as_it_is_not_paid():
    case = decided()
    after = withdraw(case, taking_back(case), RITA, later(2))
    assert after.state is CaseState.WAITING_FOR_PERSON
    assert after.decisions == case.decisions
    assert after.facts[0] == Withdrawn(
        decision_id=case.decisions[-1].decision_id, by="rita", comment="vertan"
    )
    assert reserved(after) == 0
    with pytest.raises(RuleViolation) as refusal:
        withdraw(paid(case), taking_back(case), RITA, later(2))
    assert refusal.value.code == "paid"


def test_who_could_not_have_decided_takes_nothing_back():
    big = decided(amount="900.00", person=SVEN)
    assert withdraw(big, taking_back(big), RITA, later(2)).state is CaseState.WAITING_FOR_PERSON
    case = opened([("fire", "3000.00")])
    case = decide(case, request(case, "approve"), SENTA, later())
    with pytest.raises(Forbidden) as refusal:
        withdraw(case, taking_back(case), RITA, later(2))
    assert refusal.value.code == "over_authority"
    keyed = opened([("glass", "1000.00")], keyed_by="rita")
    keyed = decide(keyed, request(keyed, "approve"), SENTA, later())
    with pytest.raises(Forbidden) as refusal:
        withdraw(keyed, taking_back(keyed), RITA, later(2))
    assert refusal.value.code == "keyed_in"


def test_there_is_nothing_to_take_back_before_the_decision():
    case = opened([("glass", "1000.00")])
    with pytest.raises(RuleViolation) as refusal:
        withdraw(case, taking_back(case), RITA, later())
    assert refusal.value.code == "not_decided"


def test_what_a_person_denied_is_never_approved_without_a_person():
    agency = {
        "policy": policy(programme="heating-aid"),
        "client": client(confirmed_iban="DE89370400440532013000"),
    }
    asking = opened([("heating_costs", "120.00")], kinds=(), knowing=later(0, **agency))
    denied = decide(asking, request(asking, "deny", "not_necessary"), RITA, later(1, **agency))
    again = reopen(denied, asked(denied), RITA, later(2, **agency))
    warned = warn(again, WarningRequest(), RITA, later(2, **agency))
    assert warned.state is CaseState.WAITING_FOR_CLIENT
    invoice = contact(contact_id="contact-2", kinds=("invoice",))
    answered = add_contact(warned, invoice, later(3, **agency))
    assert answered.assessment is not None
    assert answered.assessment.straight_through
    assert answered.state is CaseState.WAITING_FOR_PERSON
