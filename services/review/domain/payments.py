"""What a case owes its client, and the payment that is instructed for it: once, and nowhere else.

Only the payments department says what was paid. A payment goes to the account that the client's
record calls confirmed; without one the accounts department is asked first, and the payment follows
when the record has it. An account in a contact is never paid to.
"""

from decimal import Decimal
from typing import Final

from services.review.domain.known import Known
from services.review.domain.prompts import PromptCode, with_prompt
from services.review.domain.subject import NOTHING
from services.review.domain.tasks import (
    cancel_open,
    due_on,
    find,
    new_task,
    open_tasks,
    with_task,
)
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED, CaseState
from shared.contract.departments import Department, DepartmentTask, TaskDetails, TaskKind
from shared.contract.facts import Fact, Paid
from shared.contract.reference import ClientChanged

PAYMENT: Final = (TaskKind.PAY,)
PAYMENT_STEPS: Final = (TaskKind.PAY, TaskKind.CONFIRM_ACCOUNT)
"""What a decision sets going: to be cancelled with it."""

_PAYING: Final = frozenset({CaseState.APPROVED, CaseState.PARTLY_APPROVED})


def owed(case: CaseFileUpdated) -> Decimal:
    """What the client shall have got in all by now: as decided, else the advance granted."""
    if case.state in _PAYING and case.decisions:
        return case.decisions[-1].approved
    if case.advance is not None and case.advance.status == "granted":
        return case.advance.amount or NOTHING
    return NOTHING


def left_to_instruct(case: CaseFileUpdated) -> Decimal:
    """What is owed and neither paid nor on its way; below zero if more than that is.

    A payment that was cancelled may have been made all the same: until its department says, nothing
    is instructed in its place.
    """
    if any(task.kind is TaskKind.PAY and task.status == "cancelled" for task in case.tasks):
        return NOTHING
    on_its_way = sum((task.amount or NOTHING for task in open_tasks(case, PAYMENT)), NOTHING)
    return owed(case) - (case.paid or NOTHING) - on_its_way


def with_payment(case: CaseFileUpdated, known: Known, *, again: bool = False) -> CaseFileUpdated:
    """The case with what pays its client: a payment, or first the question for the account.

    Args:
        case: The case after a change that may owe the client money.
        known: The policy, its holder, the instant.
        again: A person wants it paid once more after a payment that was refused or came back;
            without that each decision is paid once.
    """
    amount = left_to_instruct(case)
    if amount < NOTHING:
        return _too_much(case, known)
    if amount == NOTHING:
        return case
    payee = known.payee
    if payee is not None and payee.confirmed_iban:
        return with_task(case, _payment(case, amount, payee, known, again=again))
    if open_tasks(case, (TaskKind.CONFIRM_ACCOUNT,)):
        return case
    cause = f"{_cause(case)} {case.sequence}" if again else _cause(case)
    details = account_details(case, known)
    return with_task(case, new_task(case, TaskKind.CONFIRM_ACCOUNT, cause, known, details))


def awaits_account(case: CaseFileUpdated) -> bool:
    """Does the payment wait until the client's record has a confirmed account?"""
    asked = any(task.kind is TaskKind.CONFIRM_ACCOUNT for task in case.tasks)
    return asked and left_to_instruct(case) > NOTHING


def account_details(case: CaseFileUpdated, known: Known) -> TaskDetails:
    """What `accounts` needs to confirm a bank account by another way."""
    payee = known.payee
    return TaskDetails(
        client_id=known.policy.holder_client_id if known.policy else None,
        name=payee.name if payee else "",
        policy_number=case.policy_number,
        unconfirmed_iban=case.claim.unconfirmed_iban if case.claim else None,
    )


def noted(before: DepartmentTask, now: DepartmentTask) -> tuple[list[Fact], Decimal]:
    """What a payment's answer means in money: the facts, and by how much more was paid.

    Args:
        before: The task before the answer.
        now: The task after it.
    """
    amount = now.amount or NOTHING
    if now.kind is not TaskKind.PAY or before.status == now.status:
        return [], NOTHING
    if now.status == "done":
        return [Paid(task_id=now.task_id, amount=amount)], amount
    if now.status == "returned" and before.status == "done":
        return [], -amount
    return [], NOTHING


def _too_much(case: CaseFileUpdated, known: Known) -> CaseFileUpdated:
    """More is paid or on its way than is owed: what is on its way is called back."""
    case = cancel_open(case, PAYMENT, reason="more than is owed")
    excess = (case.paid or NOTHING) - owed(case)
    if excess <= NOTHING or case.state not in DECIDED:
        return case
    return with_prompt(case, PromptCode.OVERPAID, known.now, amount=str(excess))


def _payment(
    case: CaseFileUpdated, amount: Decimal, payee: ClientChanged, known: Known, *, again: bool
) -> DepartmentTask:
    """The payment of the decision; its id says of which, so that a repeat has the same one."""
    task_id = f"pay-{_cause(case)}"
    while again and find(case, task_id) is not None:
        task_id += "+"
    details = TaskDetails(
        client_id=payee.client_id,
        name=payee.name,
        policy_number=case.policy_number,
        iban=payee.confirmed_iban,
    )
    return DepartmentTask(
        task_id=task_id,
        department=Department.PAYMENTS,
        kind=TaskKind.PAY,
        requested_at=known.now,
        due_on=due_on(TaskKind.PAY, known),
        amount=amount,
        reference=case.case_id,
        details=details,
    )


def _cause(case: CaseFileUpdated) -> str:
    """The decision that owes the money, or the advance."""
    if case.state in _PAYING and case.decisions:
        return case.decisions[-1].decision_id
    return f"advance-{case.case_id}"
