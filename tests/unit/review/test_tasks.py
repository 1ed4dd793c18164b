"""A department task is one table: whatever is answered, how often and in whatever order."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.answers import take_answer
from services.review.domain.tasks import EFFECTS, OPEN, Effect, cancel_open, effect_of
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.contacts import Intent
from shared.contract.departments import Department, DepartmentTaskAnswered, TaskKind
from shared.errors import BadEvent
from tests.unit.review.desk import NOW, facts, later
from tests.unit.review.requests_desk import a_request, account_change, said, task_of

SAID = ("accepted", "question", "done", "refused", "returned")
STATUSES = ("requested", "accepted", "question", "done", "refused", "cancelled", "returned")


def test_every_answer_has_its_effect_in_every_status():
    assert set(EFFECTS) == set(STATUSES)
    assert all(set(row) == set(SAID) for row in EFFECTS.values())


@pytest.mark.parametrize("status", STATUSES)
def test_what_is_final_moves_only_to_what_was_done_or_came_back(status: str):
    if status in OPEN:
        return
    moving = {
        answer
        for answer, effect in EFFECTS[status].items()
        if effect in (Effect.MOVES, Effect.OVERRULES)
    }
    allowed = {"refused": {"done"}, "cancelled": {"done", "refused"}, "done": {"returned"}}
    assert moving == allowed.get(status, set())


@pytest.mark.parametrize(
    ("answers", "status", "state", "prompted"),
    [
        ("accepted", "accepted", "waiting_for_department", False),
        ("accepted accepted", "accepted", "waiting_for_department", False),
        ("question", "question", "waiting_for_person", True),
        ("refused", "refused", "waiting_for_person", True),
        ("done", "done", "waiting_for_person", True),
        ("accepted done", "done", "waiting_for_person", True),
        ("done done", "done", "waiting_for_person", True),
        ("done accepted", "done", "waiting_for_person", True),
        ("done refused", "done", "waiting_for_person", True),
        ("refused done", "done", "waiting_for_person", True),
        ("refused accepted", "refused", "waiting_for_person", True),
        ("question accepted done", "done", "waiting_for_person", True),
        ("returned", "requested", "waiting_for_department", True),
    ],
)
def test_a_request_follows_its_department(answers: str, status: str, state: str, prompted: bool):
    case = a_request(Intent.PAYMENT_DELAY)
    for answer in answers.split():
        case = said(case, answer)
    assert task_of(case).status == status
    assert case.state == state
    assert [prompt.code for prompt in case.prompts] == ["department_answer"] * prompted


@pytest.mark.parametrize("repeated", ["accepted", "question", "done", "refused"])
def test_an_answer_twice_changes_nothing(repeated: str):
    case = said(a_request(Intent.PAYMENT_DELAY), repeated, words="wie gesagt")
    assert said(case, repeated, words="wie gesagt") is case


def test_a_second_question_is_no_repeat_of_the_first():
    case = said(a_request(Intent.RENEWAL), "question", words="Ab wann?")
    again = said(case, "question", words="Zu welchem Tarif?")
    assert again.sequence == case.sequence + 1
    assert task_of(again).answer == "Zu welchem Tarif?"


def test_a_contradiction_is_noted_and_put_before_a_person():
    done = said(a_request(Intent.RENEWAL), "done", words="verlängert")
    assert facts(done) == ["task_answered", "prompted"]
    refused = said(done, "refused", words="doch nicht")
    assert facts(refused) == ["task_answered"]  # the prompt stands already
    assert (task_of(refused).status, task_of(refused).answer) == ("done", "doch nicht")


@pytest.mark.parametrize("late", ["accepted", "question", "done", "refused"])
def test_an_answer_after_the_cancelling_never_opens_the_task_again(late: str):
    case = cancel_open(a_request(Intent.RENEWAL), reason="nicht mehr nötig")
    late_case = said(case, late)
    assert task_of(late_case).status == {"done": "done", "refused": "refused"}.get(
        late, "cancelled"
    )
    asks = [prompt.code for prompt in late_case.prompts]
    assert asks == (["department_answer"] if late == "done" else [])


def test_nobody_answers_for_another_department_or_without_a_task():
    case = a_request(Intent.PAYMENT_DELAY)
    answer = DepartmentTaskAnswered(
        task_id=task_of(case).task_id,
        case_id=case.case_id,
        department=Department.ACCOUNTS,
        status="done",
        at=NOW,
    )
    with pytest.raises(BadEvent):
        take_answer(case, answer, later())
    other = answer.model_copy(update={"department": Department.PAYMENTS, "task_id": "another"})
    with pytest.raises(BadEvent):
        take_answer(case, other, later())


def test_only_a_payment_comes_back():
    task = task_of(a_request(Intent.RENEWAL)).model_copy(update={"status": "done"})
    assert effect_of(task, "returned", "") is Effect.CONTRADICTS
    paid = task.model_copy(update={"kind": TaskKind.PAY})
    assert effect_of(paid, "returned", "") is Effect.OVERRULES


def test_a_task_is_due_by_the_desk_s_days_and_never_on_a_holiday():
    # Wednesday 10 June 2026 and seven days.
    assert task_of(account_change()).due_on == date(2026, 6, 17)
    # Three days are Saturday 13 June: the Monday after it.
    assert task_of(a_request(Intent.PAYMENT_DELAY)).due_on == date(2026, 6, 15)


@given(st.lists(st.sampled_from([*SAID, "cancel"]), max_size=8))
def test_whatever_is_answered_the_case_stays_whole(answers: list[str]):
    case = account_change()
    for answer in answers:
        before = case
        if answer == "cancel":
            case = cancel_open(case, reason="nicht mehr nötig")
        else:
            case = said(case, answer)
        _is_whole(before, case)


def _is_whole(before: CaseFileUpdated, after: CaseFileUpdated) -> None:
    was, now = task_of(before), task_of(after)
    assert len(after.tasks) == 1
    assert after.sequence - before.sequence in (0, 1)
    if was.status == "done":
        assert now.status == "done"
    if was.status not in OPEN:
        assert now.status not in OPEN
    if before.state is CaseState.CLOSED:
        assert after.state is CaseState.CLOSED
    if now.status in OPEN - {"question"} and was.status == now.status:
        assert after.state is before.state


def test_the_page_for_departments_shows_the_table():
    named = {
        Effect.MOVES: "moves",
        Effect.OVERRULES: "overrules",
        Effect.CONTRADICTS: "contradicts",
        Effect.CHANGES_NOTHING: "nothing",
    }
    page = (Path(__file__).parents[3] / "docs" / "departments.md").read_text(encoding="utf-8")
    order = ("accepted", "question", "done", "refused", "returned")
    for status, effects in EFFECTS.items():
        assert f"| {status} | {' | '.join(named[effects[each]] for each in order)} |" in page
