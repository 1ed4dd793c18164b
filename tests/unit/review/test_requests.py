"""Service requests: what the desk does at once, and how each comes to its end."""

from typing import Any

import pytest

from services.review.domain.case import add_contact
from services.review.domain.complaints import ComplaintRequest, examine
from services.review.domain.kinds import KindRequest, change_kind
from services.review.domain.messages import MessageRequest, tell_client
from services.review.domain.passing_on import pass_on
from services.review.domain.requests import close_request
from services.review.domain.subject import PastClaim
from services.review.domain.tasking import (
    TaskByHand,
    set_task,
)
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import ContactPassedOn, Handover, Intent, UnconfirmedDetails
from shared.contract.departments import TaskKind
from shared.contract.facts import NoticeKind, NoticeRequested
from shared.errors import Forbidden, RuleViolation
from tests.unit.review.desk import (
    AUDITOR,
    CASE_ID,
    NOW,
    RITA,
    TINA,
    client,
    contact,
    facts,
    known,
    later,
    opened,
)
from tests.unit.review.requests_desk import (
    IBAN,
    OTHER_CASE,
    a_request,
    account_change,
    closing,
    said,
    task_of,
    with_account,
)


def words_to_client(case: CaseFileUpdated) -> list[tuple[str, str]]:
    return [
        (fact.notice.value, fact.words) for fact in case.facts if isinstance(fact, NoticeRequested)
    ]


@pytest.mark.parametrize(
    ("intent", "task", "department", "state"),
    [
        (Intent.PAYMENT_DELAY, "trace_payment", "payments", "waiting_for_department"),
        (Intent.RENEWAL, "renew", "renewals", "waiting_for_department"),
        (Intent.ACCOUNT_CHANGE, "change_account_data", "accounts", "waiting_for_department"),
        (Intent.PROCESSING_DELAY, None, None, "waiting_for_person"),
        (Intent.COMPLAINT, None, None, "waiting_for_person"),
        (Intent.OTHER, None, None, "waiting_for_person"),
    ],
)
def test_each_kind_begins_in_its_own_way(
    intent: Intent, task: str | None, department: str | None, state: str
):
    case = a_request(intent)
    assert case.state == state
    assert [(each.kind, each.department) for each in case.tasks] == (
        [(task, department)] if task else []
    )
    assert ("task_requested" in facts(case)) == (task is not None)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},  # somebody wrote, nobody knows who
        {"needs_person": "a file could not be read"},
        {"unconfirmed_details": None},  # nothing that accounts could change
    ],
)
def test_what_is_not_certain_is_a_person_s_first(changes: dict[str, Any]):
    case = account_change(**changes)
    assert (case.state, case.tasks) == (CaseState.WAITING_FOR_PERSON, ())


def test_accounts_learns_the_unconfirmed_details_and_nothing_else():
    details = UnconfirmedDetails(
        phone_numbers=("+4930123",),
        postal_address="Neue Gasse 7",
        email_address="neu@client.example",
    )
    case = account_change(unconfirmed_details=details, claim=with_account())
    told = task_of(case).details
    assert told.unconfirmed_iban == IBAN
    assert told.iban is None
    assert told.unconfirmed_address == "Neue Gasse 7"
    assert told.unconfirmed_email == "neu@client.example"
    assert told.unconfirmed_phone_numbers == ("+4930123",)
    assert told.words == ""


def test_payments_learns_which_claim_it_is_about_and_nothing_of_the_letter():
    case = a_request(Intent.PAYMENT_DELAY, case_id=OTHER_CASE)
    task = task_of(case)
    assert (case.about_case, task.reference) == (OTHER_CASE, OTHER_CASE)
    assert (task.details.words, task.details.unconfirmed_iban) == ("", None)


def test_a_delay_of_ours_is_about_the_client_s_open_claim():
    claims = [
        PastClaim("C-OPEN", None, {}, is_open=True),
        PastClaim("C-DONE", None, {}),
    ]
    case = opened([], claim=None, intent=Intent.PROCESSING_DELAY, knowing=known(past_claims=claims))
    assert case.about_case == "C-OPEN"
    (prompt,) = case.prompts
    assert (prompt.code, prompt.facts) == ("processing_delay", {"about_case": "C-OPEN"})
    two = [*claims, PastClaim("C-OPEN-2", None, {}, is_open=True)]
    unsure = opened([], claim=None, intent=Intent.PROCESSING_DELAY, knowing=known(past_claims=two))
    assert unsure.about_case is None


def test_a_confirmed_change_of_data_settles_itself_and_tells_the_client():
    case = said(said(account_change(), "accepted"), "done")
    assert case.state is CaseState.CLOSED
    assert facts(case) == ["task_answered", "closed", "request_answered"]
    assert words_to_client(case) == [
        ("request_answered", "Die Änderung Ihrer Daten ist bestätigt und eingetragen.")
    ]
    assert case.prompts == ()


def test_no_other_request_settles_itself():
    for intent in (Intent.PAYMENT_DELAY, Intent.RENEWAL):
        case = said(a_request(intent), "done")
        assert case.state is CaseState.WAITING_FOR_PERSON
        assert words_to_client(case) == []


def test_a_person_closes_with_an_answer_to_the_client_and_cancels_what_is_open():
    case = a_request(Intent.RENEWAL)
    after = close_request(case, closing(case, message="Ihr Vertrag läuft weiter."), RITA, later())
    assert facts(after) == ["closed", "request_answered", "task_cancelled"]
    assert words_to_client(after) == [("request_answered", "Ihr Vertrag läuft weiter.")]
    assert (after.state, task_of(after).status) == (CaseState.CLOSED, "cancelled")


def test_a_person_closes_without_a_word_to_the_client():
    case = a_request(Intent.OTHER)
    after = close_request(case, closing(case, comment="telefonisch geklärt"), RITA, later())
    assert facts(after) == ["closed"]


def test_closing_ends_what_a_person_was_asked_to_look_at():
    case = said(a_request(Intent.PAYMENT_DELAY), "done")
    after = close_request(case, closing(case), RITA, later())
    assert facts(after) == ["closed", "prompt_done"]
    assert after.prompts == ()


def test_a_late_answer_leaves_a_settled_request_settled():
    case = a_request(Intent.RENEWAL)
    case = close_request(case, closing(case), RITA, later())
    after = said(case, "done")
    assert after.state is CaseState.CLOSED
    assert [prompt.code for prompt in after.prompts] == ["department_answer"]


def test_who_writes_while_a_department_works_is_heard():
    letter = contact(contact_id="contact-2", case_id=CASE_ID)
    case = add_contact(account_change(), letter, later())
    assert case.state is CaseState.WAITING_FOR_DEPARTMENT
    (prompt,) = case.prompts
    assert (prompt.code, prompt.facts) == ("contact_during_task", {"contact_id": "contact-2"})


def test_an_apology_is_the_person_s_and_ends_its_prompt():
    case = a_request(Intent.PROCESSING_DELAY)
    request = MessageRequest(
        sequence=case.sequence, notice=NoticeKind.DELAY_APOLOGY, words="Es fehlte ein Gutachten."
    )
    after = tell_client(case, request, RITA, later())
    assert words_to_client(after) == [("delay_apology", "Es fehlte ein Gutachten.")]
    assert (after.prompts, after.state) == ((), CaseState.WAITING_FOR_PERSON)
    news = MessageRequest(sequence=after.sequence, notice=NoticeKind.DEPARTMENT_NEWS)
    with pytest.raises(RuleViolation) as refused:
        tell_client(after, news, RITA, later())
    assert refused.value.code == "no_news"


@pytest.mark.parametrize("person", [TINA, AUDITOR])
def test_who_may_not_work_alone_does_none_of_it(person: Any):
    case = a_request(Intent.COMPLAINT)
    number = case.sequence
    acts = [
        lambda: close_request(case, closing(case), person, later()),
        lambda: examine(case, ComplaintRequest(sequence=number, result="upheld"), person, later()),
        lambda: change_kind(
            case, KindRequest(sequence=number, kind=CaseKind.OTHER), person, later()
        ),
        lambda: set_task(case, TaskByHand(sequence=number, kind=TaskKind.RENEW), person, later()),
        lambda: tell_client(
            case,
            MessageRequest(sequence=number, notice=NoticeKind.DELAY_APOLOGY),
            person,
            later(),
        ),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()


def test_an_unknown_client_has_no_task():
    case = opened([], claim=None, intent=Intent.RENEWAL, knowing=known(client=None, policy=None))
    assert case.tasks == ()
    assert client().client_id == case.sender_client_id


def test_what_is_passed_on_is_no_department_s_any_more():
    handover = Handover(body="health_insurance", by="rita", at=NOW)
    passed = ContactPassedOn(contact_id="contact-1", received_at=NOW, handover=handover)
    case = pass_on(a_request(Intent.RENEWAL), passed, later())
    assert facts(case) == ["passed_on", "passed_on", "closed", "task_cancelled"]
    assert (case.state, task_of(case).status) == (CaseState.CLOSED, "cancelled")
