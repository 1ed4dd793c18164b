"""What departments answer, and the payments that wait for what one of them confirms."""

from collections.abc import Sequence
from functools import partial

import structlog

from services.review import payments_store, store
from services.review.app import App
from services.review.domain.answers import take_answer
from services.review.domain.known import Known
from services.review.domain.payments import PAYMENT_STEPS, awaits_account, with_payment
from services.review.domain.tasks import find
from services.review.domain.transitions import changed
from services.review.knowing import Knowledge
from services.review.publication import publish
from shared.contract.case_file import CaseFileUpdated
from shared.contract.catalogue import ANSWERS
from shared.contract.departments import Department, DepartmentTaskAnswered
from shared.contract.reference import ClientChanged
from shared.errors import BadEvent
from shared.messaging.envelope import Event
from shared.messaging.processing import UnitOfWork
from shared.programmes import Programmes

log = structlog.get_logger(__name__)


def register(app: App) -> None:
    """Subscribe review to every department's answers."""
    for department, topic in ANSWERS.items():
        app.service.subscribe(topic, partial(take_answers, app.programmes, department))


async def take_answers(
    programmes: Programmes, department: Department, work: UnitOfWork, events: Sequence[Event]
) -> None:
    """Let each answer move its task and its case.

    Args:
        programmes: The desk's rules and texts.
        department: Whose topic the answers came over: nobody answers for another department.
        work: The transaction.
        events: The answers, in order within each case.

    Raises:
        BadEvent: An answer names another department, no case, or no task of its department; the
            rest of its batch counts.
    """
    answers = [event.body for event in events if isinstance(event.body, DepartmentTaskAnswered)]
    for answer in answers:
        if answer.department is not department:
            message = f"{department} answered for {answer.department}"
            raise BadEvent(message)
    wanted = {answer.case_id for answer in answers}
    cases = await store.load_cases(work.connection, wanted, lock=True)
    knowledge = await _knowledge(work, programmes, cases, answers)
    stored: list[store.StoredCase] = []
    for answer in answers:
        case = cases.get(answer.case_id)
        if case is None:
            message = f"there is no case {answer.case_id}"
            raise BadEvent(message)
        known = knowledge.known(case) if knowledge else Known(programmes, work.now)
        after = take_answer(case, answer, known)
        if after is None:
            log.info("a department's answer says nothing new", case_id=case.case_id)
            continue
        cases[case.case_id] = after
        stored.append(publish(work, case, after))
    await store.save_cases(work.connection, stored, {})


async def pay_confirmed(programmes: Programmes, work: UnitOfWork, events: Sequence[Event]) -> None:
    """Pay what waited for the account of a client, now that it is confirmed.

    Args:
        programmes: The desk's rules.
        work: The transaction in which the clients were stored.
        events: The clients as client administration told them just now.
    """
    clients = [event.body for event in events if isinstance(event.body, ClientChanged)]
    confirmed = {client.client_id for client in clients if client.confirmed_iban}
    waiting = await payments_store.cases_awaiting(work.connection, confirmed)
    if not waiting:
        return
    cases = await store.load_cases(work.connection, waiting, lock=True)
    knowledge = await Knowledge.of(work.connection, programmes, work.now, cases.values(), {})
    stored: list[store.StoredCase] = []
    for case in cases.values():
        after = with_payment(changed(case, work.now, ()), knowledge.known(case))
        if after.facts:
            stored.append(publish(work, case, after))
            cases[case.case_id] = after
    await store.save_cases(work.connection, stored, {})
    settled = {case.case_id for case in cases.values() if not awaits_account(case)}
    await payments_store.forget_awaiting(work.connection, settled)


async def _knowledge(
    work: UnitOfWork,
    programmes: Programmes,
    cases: dict[str, CaseFileUpdated],
    answers: Sequence[DepartmentTaskAnswered],
) -> Knowledge | None:
    """What payments rest on, if any of the answers is about one."""
    concerned = [
        case
        for answer in answers
        if (case := cases.get(answer.case_id)) is not None
        and (task := find(case, answer.task_id)) is not None
        and task.kind in PAYMENT_STEPS
    ]
    if not concerned:
        return None
    return await Knowledge.of(work.connection, programmes, work.now, list(cases.values()), {})
