"""What contacts, returns and overdue clocks do to a case."""

from datetime import date
from decimal import Decimal

import pytest

from services.review.domain.case import (
    add_contact,
    continues,
    escalate_overdue,
    open_case,
    return_case,
)
from services.review.domain.decisions import decide
from shared.contract.assessment import ChecklistItem
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import (
    Channel,
    ClaimDetails,
    ClaimLine,
    Intent,
    Language,
    Sender,
)
from shared.contract.facts import Escalated, NoticeKind, NoticeRequested
from shared.errors import RuleViolation
from tests.unit.review.desk import (
    ADDRESS,
    CASE_ID,
    NOW,
    RECEIVED,
    SVEN,
    client,
    contact,
    facts,
    known,
    later,
    opened,
    request,
)
from tests.unit.review.scenarios import HOLDER

GLASS = [("glass", "200.00")]


def _reply(**changes: object):
    return contact(**{"contact_id": "contact-2", "kinds": (), **changes})


def test_a_clean_claim_is_approved_straight_through_in_one_case_file():
    case = opened(GLASS)
    assert case.state is CaseState.APPROVED
    assert case.sequence == 1
    told = ["opened", "receipt", "assessed", "decided", "decision", "task_requested"]
    assert facts(case) == told
    (decision,) = case.decisions
    assert decision.by == "system"
    assert decision.approved == Decimal("150.00")
    assert [line.approved for line in decision.lines] == [Decimal("150.00")]
    assert case.opened_at == RECEIVED
    assert case.updated_at == NOW
    assert (case.programme, case.programme_version) == ("household", "2020-01")


def test_what_is_missing_is_asked_for_at_once_with_one_deadline():
    case = opened([("bicycle_theft", "400.00"), ("bicycle_theft", None)], kinds=())
    assert case.state is CaseState.WAITING_FOR_CLIENT
    assert facts(case) == [
        "opened",
        "receipt",
        "assessed",
        "information_requested",
        "information_request",
    ]
    assert [(item.item, item.line_id) for item in case.checklist] == [
        ("amount", 2),
        ("document:invoice", None),
        ("document:police_report", None),
    ]
    assert case.answer_by == date(2026, 6, 24)


def test_a_deadline_is_no_weekend_and_no_public_holiday():
    # 14 days after 16 April 2027 is Friday 30 April; after 17 April Saturday 1 May, a holiday.
    friday = opened(GLASS, kinds=(), knowing=known(now=NOW.replace(year=2027, month=4, day=16)))
    holiday = opened(GLASS, kinds=(), knowing=known(now=NOW.replace(year=2027, month=4, day=17)))
    assert friday.answer_by == date(2027, 4, 30)
    assert holiday.answer_by == date(2027, 5, 3)


def test_a_claim_that_the_checks_reject_waits_for_a_person_and_is_never_denied_alone():
    case = opened(
        GLASS,
        knowing=known(
            policy=known().policy.model_copy(update={"cancelled_from": date(2026, 1, 1)})
        ),
    )
    assert case.state is CaseState.WAITING_FOR_PERSON
    assert facts(case) == ["opened", "receipt", "assessed"]
    assert case.decisions == ()


def test_the_answer_closes_the_checklist_and_the_claim_goes_through():
    waiting = opened(GLASS, kinds=())
    case = add_contact(waiting, _reply(kinds=("invoice",)), later())
    assert case.state is CaseState.APPROVED
    assert case.sequence == 2
    assert facts(case) == [
        "contact_added",
        "assessed",
        "information_received",
        "decided",
        "decision",
        "task_requested",
    ]
    assert case.checklist == (
        ChecklistItem(item="document:invoice", status="arrived", closed_by="contact-2"),
    )
    assert case.answer_by is None
    assert case.contact_ids == ("contact-1", "contact-2")


def test_an_answer_by_letter_leaves_the_confirmed_sender_confirmed():
    waiting = opened(GLASS, kinds=())
    answer = _reply(kinds=("invoice",), channel=Channel.LETTER, client_id=None)
    case = add_contact(waiting, answer, later())
    assert case.state is CaseState.APPROVED
    assert case.sender_client_id == HOLDER


def test_a_part_of_the_answer_keeps_the_case_waiting_without_asking_again():
    waiting = opened([("bicycle_theft", "400.00")], kinds=())
    case = add_contact(waiting, _reply(kinds=("invoice",)), later())
    assert case.state is CaseState.WAITING_FOR_CLIENT
    assert facts(case) == ["contact_added", "assessed"]
    assert case.answer_by == waiting.answer_by
    assert [item.status for item in case.checklist] == ["arrived", "open"]


def test_an_answer_that_brings_nothing_is_read_by_a_person():
    waiting = opened(GLASS, kinds=())
    case = add_contact(waiting, _reply(kinds=("photo",)), later())
    assert case.state is CaseState.WAITING_FOR_PERSON
    assert facts(case) == ["contact_added", "assessed", "information_received"]
    assert case.answer_by is None


def test_an_answer_that_shows_something_new_missing_asks_once_more():
    waiting = opened([(None, None)], kinds=())
    waiting = waiting.model_copy(update={"state": CaseState.WAITING_FOR_CLIENT})
    answer = _reply(
        claim=ClaimDetails(
            lines=(
                ClaimLine(
                    line_id=1, description="Fahrrad", benefit="bicycle_theft", amount="400.00"
                ),
            )
        )
    )
    case = add_contact(waiting, answer, later())
    assert case.state is CaseState.WAITING_FOR_CLIENT
    assert facts(case) == [
        "contact_added",
        "assessed",
        "information_requested",
        "information_request",
    ]
    assert [(item.item, item.status) for item in case.checklist] == [
        ("amount", "arrived"),
        ("document:invoice", "open"),
        ("document:police_report", "open"),
    ]


def test_an_unreadable_answer_waits_for_a_person():
    waiting = opened(GLASS, kinds=())
    answer = _reply(kinds=("invoice",), needs_person="the scan is unreadable")
    assert add_contact(waiting, answer, later()).state is CaseState.WAITING_FOR_PERSON


def test_a_contact_that_needs_a_person_never_goes_straight_through():
    case = opened(GLASS, needs_person="the scan is unreadable")
    assert case.state is CaseState.WAITING_FOR_PERSON


def test_a_claim_that_a_person_has_stays_with_them():
    waiting = opened([("glass", "900.00")])
    assert waiting.state is CaseState.WAITING_FOR_PERSON
    case = add_contact(waiting, _reply(), later())
    assert case.state is CaseState.WAITING_FOR_PERSON
    assert facts(case) == ["contact_added", "assessed"]


def test_a_decided_case_keeps_its_decision_and_gains_the_contact():
    decided = opened(GLASS)
    case = add_contact(decided, _reply(kinds=("photo",)), later())
    assert case.state is CaseState.APPROVED
    assert case.decisions == decided.decisions
    assert case.assessment == decided.assessment
    assert facts(case) == ["contact_added", "prompted"]
    assert len(case.documents) == len(decided.documents) + 1


def test_a_policy_number_that_arrives_later_finds_the_programme():
    mail = contact(GLASS)
    assert mail.claim is not None
    nameless = mail.model_copy(
        update={"claim": mail.claim.model_copy(update={"policy_number": None})}
    )
    waiting = open_case(nameless, CASE_ID, known(policy=None))
    assert waiting.state is CaseState.WAITING_FOR_CLIENT
    assert [item.item for item in waiting.checklist] == ["policy_number"]
    answer = _reply(claim=ClaimDetails(policy_number="HH-2024-000001"))
    case = add_contact(waiting, answer, later())
    assert case.state is CaseState.APPROVED
    assert case.policy_number == "HH-2024-000001"
    assert case.programme_version == "2020-01"


def test_an_answer_changes_no_bank_account_and_no_amount_that_nobody_asked_for():
    waiting = opened(GLASS, kinds=())
    answer = _reply(
        kinds=("invoice",),
        claim=ClaimDetails(
            policy_number="HH-2024-000099",
            date_of_loss=date(2026, 5, 1),
            unconfirmed_iban="DE89370400440532013000",
            lines=(ClaimLine(line_id=1, description="x", benefit="fire", amount="9000.00"),),
        ),
    )
    waiting = waiting.model_copy(
        update={
            "claim": waiting.claim.model_copy(update={"unconfirmed_iban": "DE02120300000000202051"})
        }
    )
    claim = add_contact(waiting, answer, later()).claim
    assert claim == waiting.claim


def test_an_invoice_number_that_arrives_later_is_noted():
    waiting = opened(GLASS, kinds=())
    answer = _reply(
        kinds=("invoice",),
        claim=ClaimDetails(
            lines=(ClaimLine(line_id=1, description="Rechnung", invoice_number="R-9"),)
        ),
    )
    claim = add_contact(waiting, answer, later()).claim
    assert claim is not None
    assert claim.lines[0].invoice_number == "R-9"
    assert claim.lines[0].amount == Decimal("200.00")


def test_a_day_of_loss_in_the_future_is_corrected_by_the_answer():
    mail = contact(GLASS)
    assert mail.claim is not None
    wrong = mail.model_copy(
        update={"claim": mail.claim.model_copy(update={"date_of_loss": date(2027, 6, 1)})}
    )
    waiting = open_case(wrong, CASE_ID, known())
    assert waiting.state is CaseState.WAITING_FOR_CLIENT
    answer = _reply(claim=ClaimDetails(date_of_loss=date(2026, 6, 2)))
    assert add_contact(waiting, answer, later()).state is CaseState.APPROVED


def test_lines_are_numbered_so_that_a_decision_names_exactly_one():
    mail = contact([("glass", "100.00"), ("fire", "100.00")])
    assert mail.claim is not None
    same = tuple(line.model_copy(update={"line_id": 1}) for line in mail.claim.lines)
    case = open_case(
        mail.model_copy(update={"claim": mail.claim.model_copy(update={"lines": same})}),
        CASE_ID,
        known(),
    )
    assert [line.line_id for line in case.decisions[0].lines] == [1, 2]


@pytest.mark.parametrize(
    ("intent", "kind", "notice"),
    [
        (Intent.COMPLAINT, CaseKind.COMPLAINT, "complaint_acknowledged"),
        (Intent.PAYMENT_DELAY, CaseKind.PAYMENT_DELAY, "receipt"),
        (Intent.PROCESSING_DELAY, CaseKind.PROCESSING_DELAY, "receipt"),
        (Intent.RENEWAL, CaseKind.RENEWAL, "receipt"),
        (Intent.ACCOUNT_CHANGE, CaseKind.ACCOUNT_CHANGE, "receipt"),
        (Intent.OTHER, CaseKind.OTHER, "receipt"),
        (Intent.REPLY, CaseKind.OTHER, "receipt"),
    ],
)
def test_a_service_request_is_opened_by_what_its_client_wants(
    intent: Intent, kind: CaseKind, notice: str
):
    case = open_case(contact(intent=intent), CASE_ID, known())
    assert case.kind is kind
    assert facts(case)[:2] == ["opened", notice]
    assert case.subject == "Schaden\n\nMeine Scheibe ist zerbrochen."
    assert case.assessment is None
    added = add_contact(case, _reply(), later())
    asks = ["prompted"] if case.state is CaseState.WAITING_FOR_DEPARTMENT else []
    assert (added.state, facts(added)) == (case.state, ["contact_added", *asks])


@pytest.mark.parametrize(
    ("intent", "kinds", "expected"),
    [
        (Intent.REPLY, (), True),
        (Intent.CLAIM, (), True),
        (Intent.OTHER, (), True),
        (Intent.COMPLAINT, (), False),
        (Intent.PAYMENT_DELAY, (), False),
        (Intent.PROCESSING_DELAY, ("original",), False),
        (Intent.PROCESSING_DELAY, ("original", "invoice"), True),
    ],
)
def test_a_quoted_claim_is_continued_or_a_request_is_opened(
    intent: Intent, kinds: tuple[str, ...], expected: bool
):
    waiting = opened(GLASS, kinds=())
    assert continues(waiting, contact(intent=intent, kinds=kinds)) is expected


def test_documents_in_a_complaint_about_a_decided_claim_do_not_reach_the_claim():
    assert not continues(opened(GLASS), contact(intent=Intent.COMPLAINT, kinds=("invoice",)))


def test_the_client_s_language_goes_before_the_contact_s():
    english = known(client=client(language=Language.ENGLISH))
    assert opened(GLASS, knowing=english).language is Language.ENGLISH
    unknown = open_case(contact(GLASS, language=Language.ENGLISH), CASE_ID, known(client=None))
    assert unknown.language is Language.ENGLISH


@pytest.mark.parametrize(
    ("authenticated", "client_known", "expected"),
    [
        (True, True, (ADDRESS, "other@mail.example")),
        (False, True, (ADDRESS,)),
        (True, False, ("other@mail.example",)),
        (False, False, ("other@mail.example",)),
    ],
)
def test_a_stranger_gets_no_foot_into_a_client_s_case(
    authenticated: bool, client_known: bool, expected: tuple[str, ...]
):
    sender = Sender(address="Other@mail.example", authenticated=authenticated)
    knowing = known() if client_known else known(client=None, policy=None)
    case = open_case(contact(GLASS, sender=sender, client_id=None), CASE_ID, knowing)
    assert case.correspondents == expected


def test_a_telephone_number_is_no_correspondent():
    sender = Sender(address="+49 30 1234567", authenticated=True)
    case = open_case(contact(GLASS, sender=sender, channel=Channel.PHONE), CASE_ID, known())
    assert case.correspondents == (ADDRESS,)


def test_who_keyed_a_contact_in_is_noted_once():
    case = opened([("glass", "900.00")], keyed_by="rita")
    case = add_contact(case, _reply(keyed_by="rita"), later())
    case = add_contact(case, _reply(contact_id="contact-3", keyed_by="robert"), later(2))
    assert case.keyed_by == ("rita", "robert")


def test_notice_ids_repeat_for_the_same_case_and_cause_only():
    def ids(case: CaseFileUpdated) -> list[str]:
        return [fact.notice_id for fact in case.facts if isinstance(fact, NoticeRequested)]

    first, again = opened(GLASS), opened(GLASS)
    other = open_case(contact(GLASS), "C-AAAA-AAAA-A", known())
    assert ids(first) == ids(again)
    assert not set(ids(first)) & set(ids(other))
    assert len(set(ids(first))) == 2


def test_an_overdue_case_goes_to_a_supervisor_once():
    waiting = opened([("glass", "900.00")])
    case = escalate_overdue(waiting, later())
    assert case is not None
    assert case.state is CaseState.ESCALATED
    assert case.facts == (Escalated(reason="overdue"),)
    assert case.sequence == 2
    assert escalate_overdue(case, later(2)) is None
    assert escalate_overdue(opened(GLASS), later()) is None


def test_a_supervisor_returns_an_escalated_case_with_an_instruction():
    escalated = escalate_overdue(opened([("glass", "900.00")]), later())
    assert escalated is not None
    case = return_case(escalated, "Bitte Gutachten anfordern", "sven", later(2))
    assert case.state is CaseState.WAITING_FOR_PERSON
    assert case.instruction == "Bitte Gutachten anfordern"
    assert facts(case) == ["returned"]
    with pytest.raises(RuleViolation):
        return_case(case, "noch einmal", "sven", later(3))


def test_a_contact_to_an_escalated_case_stays_with_the_supervisor():
    escalated = escalate_overdue(opened([("glass", "900.00")]), later())
    assert escalated is not None
    case = add_contact(escalated, _reply(), later(2))
    assert case.state is CaseState.ESCALATED
    decided = decide(case, request(case, "approve"), SVEN, later(3))
    assert decided.state is CaseState.APPROVED


def test_a_case_file_survives_its_own_json():
    case = add_contact(opened(GLASS, kinds=()), _reply(kinds=("invoice",)), later())
    assert CaseFileUpdated.model_validate_json(case.model_dump_json(exclude_none=True)) == case


def test_receipt_is_confirmed_to_somebody_unknown_too():
    stranger = open_case(contact(None, client_id=None), CASE_ID, known(client=None, policy=None))
    assert [fact.notice for fact in stranger.facts if isinstance(fact, NoticeRequested)] == [
        NoticeKind.RECEIPT
    ]
