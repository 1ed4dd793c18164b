"""What is owed is paid once, to a confirmed account, and never more than was decided."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.decisions import decide
from services.review.domain.known import Known
from services.review.domain.payments import (
    PAYMENT,
    PAYMENT_STEPS,
    awaits_account,
    left_to_instruct,
    owed,
    with_payment,
)
from services.review.domain.reopening import ReopenRequest, WithdrawRequest, reopen, withdraw
from services.review.domain.tasking import TaskByHand, TaskCancel, cancel_task, set_task
from services.review.domain.tasks import open_tasks
from services.review.domain.transitions import changed
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.decisions import Advance
from shared.contract.departments import TaskKind
from shared.errors import RuleViolation
from tests.unit.review.desk import NOW, RITA, SVEN, client, facts, known, opened, request
from tests.unit.review.requests_desk import IBAN, confirmed, said, task_of
from tests.unit.review.scenarios import HOLDER

GLASS = [("glass", "230.00")]
"""180.00 after the deductible."""
NOTHING = Decimal(0)


def approved(knowing: Known | None = None) -> CaseFileUpdated:
    return opened(GLASS, knowing=knowing or confirmed())


def on_day(days: int) -> Known:
    return confirmed(now=NOW + timedelta(days=days))


def reopened(case: CaseFileUpdated) -> CaseFileUpdated:
    asked = ReopenRequest(sequence=case.sequence, reason="error", comment="neu zu prüfen")
    return reopen(case, asked, SVEN, on_day(1))


def approved_again(case: CaseFileUpdated, amount: str) -> CaseFileUpdated:
    outcome = "approve" if amount == "180.00" else "approve_in_part"
    lines = [{"line_id": 1, "approved": amount}]
    wanted = request(case, outcome, *(["deductible"] * (outcome != "approve")), lines=lines)
    return decide(case, wanted, SVEN, on_day(2))


def paid_out(case: CaseFileUpdated) -> list[tuple[str, Decimal | None]]:
    return [(task.status, task.amount) for task in case.tasks if task.kind is TaskKind.PAY]


def test_an_approved_claim_is_paid_to_the_confirmed_account():
    case = approved()
    task = task_of(case)
    assert case.state is CaseState.APPROVED
    assert (task.kind, task.department, task.amount) == (TaskKind.PAY, "payments", 180)
    assert (task.details.iban, task.details.client_id) == (IBAN, HOLDER)
    assert task.reference == case.case_id
    assert facts(case)[-1] == "task_requested"


def test_the_account_that_a_claim_names_is_asked_for_and_never_paid_to():
    case = approved(known())
    task = task_of(case)
    assert task.kind is TaskKind.CONFIRM_ACCOUNT
    assert task.details.iban is None
    assert paid_out(case) == []
    assert awaits_account(case)
    done = said(case, "done", knowing=known())  # the department says so, the record does not
    assert paid_out(done) == []
    record = with_payment(changed(done, NOW, ()), confirmed())
    assert paid_out(record) == [("requested", Decimal("180.00"))]
    assert not awaits_account(record)


def test_the_answer_finds_a_record_that_has_the_account_already():
    case = said(approved(known()), "done", knowing=confirmed())
    assert facts(case) == ["task_answered", "task_requested"]
    assert task_of(case).details.iban == IBAN


def test_somebody_else_s_account_pays_nobody():
    sender = client(client_id="K-OTHER", confirmed_iban="DE02120300000000202051")
    case = with_payment(
        approved(known()).model_copy(update={"tasks": (), "facts": ()}),
        known(client=sender, holder=client()),
    )
    assert task_of(case).kind is TaskKind.CONFIRM_ACCOUNT
    holder = known(client=sender, holder=client(confirmed_iban=IBAN))
    case = with_payment(approved(known()).model_copy(update={"tasks": ()}), holder)
    assert task_of(case).details.iban == IBAN


def test_a_decision_is_paid_once_however_often_it_is_looked_at():
    case = approved()
    assert with_payment(case, confirmed()) is case
    done = said(case, "done", knowing=on_day(1))
    assert facts(done) == ["task_answered", "paid"]
    assert done.paid == 180
    again = said(done, "done", knowing=on_day(1))
    assert again is done
    assert with_payment(done, confirmed()) is done


def test_a_payment_moves_no_claim_from_its_decision():
    case = approved()
    for answer in ("accepted", "question", "done", "returned"):
        case = said(case, answer, knowing=on_day(1))
        assert case.state is CaseState.APPROVED


def test_money_that_came_back_is_owed_again_and_a_person_looks():
    case = said(said(approved(), "done", knowing=on_day(1)), "returned", knowing=on_day(1))
    assert (case.paid, task_of(case).status) == (NOTHING, "returned")
    assert [prompt.code for prompt in case.prompts] == ["department_answer"]
    assert len(case.tasks) == 1  # nobody pays again by himself
    wanted = TaskByHand(sequence=case.sequence, kind=TaskKind.PAY)
    paid = set_task(case, wanted, RITA, on_day(2))
    assert paid_out(paid) == [("returned", Decimal("180.00")), ("requested", Decimal("180.00"))]
    with pytest.raises(RuleViolation):
        set_task(paid, wanted.model_copy(update={"sequence": paid.sequence}), RITA, on_day(2))


def test_a_payment_is_taken_back_with_its_decision_only():
    case = approved()
    wanted = TaskCancel(sequence=case.sequence)
    with pytest.raises(RuleViolation) as refused:
        cancel_task(case, task_of(case).task_id, wanted, RITA, on_day(1))
    assert refused.value.code == "by_withdrawal"
    taken = WithdrawRequest(sequence=case.sequence, comment="vertan")
    withdrawn = withdraw(case, taken, SVEN, on_day(1))
    assert facts(withdrawn) == ["withdrawn", "task_cancelled"]


def test_nothing_is_paid_anew_before_payments_says_what_became_of_the_old():
    case = approved_again(reopened(approved()), "150.00")
    assert paid_out(case) == [("cancelled", Decimal("180.00"))]
    (old,) = case.tasks
    not_done = said(case, "refused", task=old, knowing=on_day(3))
    assert paid_out(not_done) == [
        ("refused", Decimal("180.00")),
        ("requested", Decimal("150.00")),
    ]
    assert not_done.prompts == ()
    too_late = said(case, "done", task=old, knowing=on_day(3))
    assert paid_out(too_late) == [("done", Decimal("180.00"))]
    assert {prompt.code for prompt in too_late.prompts} == {"department_answer", "overpaid"}


def test_more_is_paid_as_the_difference():
    case = said(approved(), "done", knowing=on_day(1))
    less = case.decisions[-1].model_copy(update={"decision_id": "later", "approved": 230})
    case = case.model_copy(update={"decisions": (*case.decisions, less)})
    assert task_of(with_payment(case, confirmed())).amount == 50


def test_an_advance_is_paid_and_counts_towards_the_decision():
    case = opened(GLASS, ())
    advance = Advance(
        requested_on=NOW.date(), status="granted", amount=Decimal("100.00"), by="rita"
    )
    case = with_payment(case.model_copy(update={"advance": advance}), confirmed())
    assert paid_out(case) == [("requested", Decimal("100.00"))]
    case = said(case, "done", knowing=on_day(1))
    decision = approved().decisions[-1]
    case = case.model_copy(update={"state": CaseState.APPROVED, "decisions": (decision,)})
    assert task_of(with_payment(case, confirmed())).amount == 80


def test_a_refused_payment_is_a_person_s():
    case = said(approved(), "refused", words="Konto erloschen", knowing=on_day(1))
    assert (case.state, len(case.tasks)) == (CaseState.APPROVED, 1)
    assert [prompt.code for prompt in case.prompts] == ["department_answer"]


_ACTS = ("accepted", "done", "refused", "question", "returned", "reopen", "decide", "again", "look")


@given(st.lists(st.tuples(st.sampled_from(_ACTS), st.integers(0, 5)), max_size=12))
def test_never_more_is_on_its_way_than_was_decided(acts: list[tuple[str, int]]):
    case = approved()
    for act, which in acts:
        case = _after(case, act, which)
        done = [task.amount or NOTHING for task in case.tasks if task.status == "done"]
        underway = [task.amount or NOTHING for task in open_tasks(case, PAYMENT)]
        highest = max(decision.approved for decision in case.decisions)
        paid = case.paid or NOTHING
        assert paid == sum(done, NOTHING)
        # Only what was called back or refused, and is said to be done all the same, goes over it.
        assert paid + sum(underway, NOTHING) <= max(highest, paid)
        told = any(prompt.code == "overpaid" for prompt in case.prompts)
        assert paid <= owed(case) or case.state is CaseState.WAITING_FOR_PERSON or told
        assert left_to_instruct(case) <= owed(case)
        assert len({task.task_id for task in case.tasks}) == len(case.tasks)
        assert {task.kind for task in case.tasks} <= set(PAYMENT_STEPS)


def _after(case: CaseFileUpdated, act: str, which: int) -> CaseFileUpdated:
    if act == "look":
        return with_payment(case, confirmed())
    if act == "again":
        try:
            wanted = TaskByHand(sequence=case.sequence, kind=TaskKind.PAY)
            return set_task(case, wanted, RITA, on_day(1))
        except RuleViolation:
            return case
    if act == "reopen":
        return reopened(case) if case.state is not CaseState.WAITING_FOR_PERSON else case
    if act == "decide":
        waits = case.state is CaseState.WAITING_FOR_PERSON
        return approved_again(case, ("180.00", "120.00")[which % 2]) if waits else case
    task = case.tasks[which % len(case.tasks)]
    return said(case, act, task=task, knowing=on_day(1))
