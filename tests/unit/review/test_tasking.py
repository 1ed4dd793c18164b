"""Department tasks that people set, explain and take back."""

from typing import Any

import pytest

from services.review.domain.case import add_contact
from services.review.domain.tasking import (
    TaskByHand,
    TaskCancel,
    TaskReply,
    cancel_task,
    reply,
    set_task,
)
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.contacts import Intent, UnconfirmedDetails
from shared.contract.departments import Department, TaskKind
from shared.errors import NotFound, RuleViolation, VersionConflict
from tests.unit.review.desk import (
    CASE_ID,
    RITA,
    SVEN,
    contact,
    facts,
    later,
)
from tests.unit.review.requests_desk import (
    a_request,
    account_change,
    said,
    task_of,
)


def by_hand(case: CaseFileUpdated, kind: TaskKind, **fields: Any) -> CaseFileUpdated:
    request = TaskByHand(sequence=case.sequence, kind=kind, **fields)
    return set_task(case, request, RITA, later())


def test_later_details_are_what_accounts_is_asked_about():
    case = account_change(unconfirmed_details=None)
    details = UnconfirmedDetails(postal_address="Neue Gasse 7")
    case = add_contact(
        case,
        contact(contact_id="contact-2", case_id=CASE_ID, unconfirmed_details=details),
        later(),
    )
    case = by_hand(case, TaskKind.CHANGE_ACCOUNT_DATA)
    assert task_of(case).details.unconfirmed_address == "Neue Gasse 7"
    assert case.state is CaseState.WAITING_FOR_DEPARTMENT


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        (TaskKind.RENEW, {"department": Department.PAYMENTS}, "other_department"),
        (TaskKind.RENEW, {"due_on": "2026-06-10"}, "due_in_the_past"),
        (TaskKind.CHANGE_ACCOUNT_DATA, {}, "nothing_to_change"),
        (TaskKind.ANSWER_COMPLAINT, {}, "nothing_asked"),
        (TaskKind.PAY, {}, "nothing_owed"),
    ],
)
def test_a_task_by_hand_has_its_department_and_its_sense(
    kind: TaskKind, fields: dict[str, Any], code: str
):
    with pytest.raises(RuleViolation) as refused:
        by_hand(a_request(Intent.OTHER), kind, **fields)
    assert refused.value.code == code


def test_a_question_is_answered_with_the_same_task():
    case = said(a_request(Intent.RENEWAL), "question", words="Ab wann?")
    task = task_of(case)
    request = TaskReply(sequence=case.sequence, words="Ab dem 1. Juli.")
    after = reply(case, task.task_id, request, RITA, later())
    assert facts(after) == ["task_requested", "prompt_done"]
    assert (task_of(after).task_id, task_of(after).status) == (task.task_id, "requested")
    assert task_of(after).details.words == "Ab dem 1. Juli."
    assert after.state is CaseState.WAITING_FOR_DEPARTMENT
    again = TaskReply(sequence=after.sequence, words="noch etwas")
    with pytest.raises(RuleViolation):
        reply(after, task.task_id, again, RITA, later())


def test_a_task_is_taken_back_once():
    case = a_request(Intent.RENEWAL)
    task_id = task_of(case).task_id
    after = cancel_task(case, task_id, TaskCancel(sequence=case.sequence), RITA, later())
    assert (task_of(after).status, after.state) == ("cancelled", CaseState.WAITING_FOR_PERSON)
    with pytest.raises(RuleViolation):
        cancel_task(after, task_id, TaskCancel(sequence=after.sequence), RITA, later())
    with pytest.raises(NotFound):
        cancel_task(after, "another", TaskCancel(sequence=after.sequence), RITA, later())
    again = by_hand(after, TaskKind.RENEW)
    assert task_of(again).task_id != task_id


def test_what_was_read_before_the_last_change_is_refused():
    case = a_request(Intent.RENEWAL)
    stale = TaskByHand(sequence=case.sequence + 1, kind=TaskKind.RENEW)
    with pytest.raises(VersionConflict):
        set_task(case, stale, SVEN, later())
