"""The loop of what is missing: reminder, warning, over to a person; and what people do in it."""

from datetime import date, timedelta

import pytest

from services.review.domain.case import add_contact, escalate_overdue, return_case
from services.review.domain.decisions import decide
from services.review.domain.known import Known
from services.review.domain.missing import WarningRequest, deadline_passed, reminded, warn
from services.review.domain.waivers import ReceiptRequest, receive
from shared.contract.assessment import AssessmentChange
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.facts import AnswerOverdue, AnswerReminded, ConsequencesWarned, NoticeRequested
from shared.errors import Forbidden, RuleViolation, VersionConflict
from tests.unit.review.desk import (
    AUDITOR,
    NOW,
    RITA,
    SVEN,
    client,
    contact,
    facts,
    known,
    opened,
    policy,
    request,
)

DEADLINE = date(2026, 6, 24)
AFTER_IT = timedelta(days=14, hours=16)
AGENCY = policy(programme="heating-aid")
HOLDER_WITH_ACCOUNT = client(confirmed_iban="DE89370400440532013000")


def at_agency(later: timedelta = timedelta()) -> Known:
    return known(policy=AGENCY, client=HOLDER_WITH_ACCOUNT, now=NOW + later)


def at_insurer(later: timedelta = timedelta()) -> Known:
    return known(now=NOW + later)


def asked_by_agency() -> CaseFileUpdated:
    case = opened([("heating_costs", "120.00")], kinds=(), knowing=at_agency())
    assert (case.state, case.answer_by) == (CaseState.WAITING_FOR_CLIENT, DEADLINE)
    return case


def asked_by_insurer() -> CaseFileUpdated:
    case = opened([("bicycle_theft", "900.00")], kinds=(), knowing=at_insurer())
    assert (case.state, case.answer_by) == (CaseState.WAITING_FOR_CLIENT, DEADLINE)
    return case


def reply(*kinds: str) -> object:
    return contact(kinds=kinds, contact_id="contact-2")


def notice(case: CaseFileUpdated) -> NoticeRequested:
    (found,) = [fact for fact in case.facts if isinstance(fact, NoticeRequested)]
    return found


def test_the_client_is_reminded_and_the_case_waits_on():
    before = asked_by_insurer()
    case = reminded(before, DEADLINE, at_insurer(timedelta(days=10)))
    assert facts(case) == ["answer_reminded", "reminder"]
    assert case.facts[0] == AnswerReminded(deadline=DEADLINE)
    assert (case.state, case.answer_by, case.sequence) == (before.state, DEADLINE, 2)


def test_a_deadline_is_reminded_of_once_however_often_it_is_told():
    once = reminded(asked_by_insurer(), DEADLINE, at_insurer(timedelta(days=10)))
    twice = reminded(once, DEADLINE, at_insurer(timedelta(days=10)))
    assert notice(once).notice_id == notice(twice).notice_id


def no_more_waiting() -> list[CaseFileUpdated]:
    answered = add_contact(asked_by_insurer(), reply("invoice", "police_report"), at_insurer())
    assert answered.state is not CaseState.WAITING_FOR_CLIENT
    escalated = escalate_overdue(asked_by_insurer(), at_insurer())
    asked = asked_by_insurer()
    decided = decide(asked, request(asked, "deny", "lacks_information"), SVEN, at_insurer())
    returned = return_case(escalated, "Please call.", "sven", at_insurer())
    return [answered, escalated, decided, returned]


@pytest.mark.parametrize("case", no_more_waiting(), ids=lambda case: case.state.value)
def test_who_does_not_wait_any_more_is_left_alone(case: CaseFileUpdated):
    assert reminded(case, DEADLINE, at_insurer(AFTER_IT)) is None
    assert deadline_passed(case, DEADLINE, at_insurer(AFTER_IT)) is None


def test_the_end_of_an_earlier_request_s_time_means_nothing():
    later = asked_by_insurer().model_copy(update={"answer_by": DEADLINE + timedelta(days=7)})
    assert reminded(later, DEADLINE, at_insurer(AFTER_IT)) is None
    assert deadline_passed(later, DEADLINE, at_insurer(AFTER_IT)) is None


def test_an_insurer_s_request_carries_the_warning_and_after_the_deadline_a_person_has_the_case():
    asked = asked_by_insurer()
    assert asked.warning.law == "VVG §28(4)"
    assert (asked.warning.warned_on, asked.warning.deadline) == (NOW.date(), DEADLINE)
    assert asked.warning.notice_id in {
        fact.notice_id for fact in asked.facts if isinstance(fact, NoticeRequested)
    }
    case = deadline_passed(asked, DEADLINE, at_insurer(AFTER_IT))
    assert case.facts == (AnswerOverdue(deadline=DEADLINE),)
    assert (case.state, case.answer_by) == (CaseState.WAITING_FOR_PERSON, None)
    assert case.warning == asked.warning
    assert case.decisions == ()


def test_an_agency_warns_in_writing_first_and_then_a_person_has_the_case():
    asked = asked_by_agency()
    assert asked.warning is None
    warned = deadline_passed(asked, DEADLINE, at_agency(AFTER_IT))
    assert facts(warned) == ["consequences_warned", "consequences_warning"]
    # Thursday, 9 July: 14 days after the 25th of June
    assert warned.facts[0] == ConsequencesWarned(deadline=date(2026, 7, 9), by="system")
    assert (warned.state, warned.answer_by) == (CaseState.WAITING_FOR_CLIENT, date(2026, 7, 9))
    assert warned.warning.model_dump() == {
        "law": "SGB I §66(3)",
        "warned_on": date(2026, 6, 25),
        "deadline": date(2026, 7, 9),
        "notice_id": notice(warned).notice_id,
    }
    assert deadline_passed(warned, DEADLINE, at_agency(AFTER_IT)) is None
    over = deadline_passed(warned, date(2026, 7, 9), at_agency(2 * AFTER_IT))
    assert over.facts == (AnswerOverdue(deadline=date(2026, 7, 9)),)
    assert over.state is CaseState.WAITING_FOR_PERSON
    assert over.warning == warned.warning


def test_without_a_known_programme_silence_brings_the_case_to_a_person():
    unknown = asked_by_agency().model_copy(update={"programme": None, "programme_version": None})
    case = deadline_passed(unknown, DEADLINE, at_agency(AFTER_IT))
    assert case.state is CaseState.WAITING_FOR_PERSON


def test_a_late_answer_goes_on_with_the_case():
    over = deadline_passed(asked_by_insurer(), DEADLINE, at_insurer(AFTER_IT))
    case = add_contact(over, reply("invoice", "police_report"), at_insurer(AFTER_IT))
    assert case.state is CaseState.WAITING_FOR_PERSON
    assert {item.status for item in case.checklist} == {"arrived"}
    assert case.changes
    decided = decide(case, request(case, "approve"), RITA, at_insurer(AFTER_IT))
    assert decided.state is CaseState.APPROVED


def test_an_answer_to_the_warning_goes_through_as_ever():
    warned = deadline_passed(asked_by_agency(), DEADLINE, at_agency(AFTER_IT))
    case = add_contact(warned, reply("invoice"), at_agency(AFTER_IT))
    assert case.state is CaseState.APPROVED


def test_a_new_request_needs_a_warning_of_its_own():
    warned = deadline_passed(asked_by_agency(), DEADLINE, at_agency(AFTER_IT))
    no_amount = warned.claim.model_copy(
        update={
            "lines": (warned.claim.lines[0].model_copy(update={"amount": None}),),
        }
    )
    again = add_contact(
        warned.model_copy(update={"claim": no_amount}), reply(), at_agency(AFTER_IT)
    )
    assert "information_requested" in facts(again)
    assert again.warning is None


@pytest.mark.parametrize("state", [CaseState.WAITING_FOR_CLIENT, CaseState.WAITING_FOR_PERSON])
def test_a_person_warns_earlier(state: CaseState):
    asked = asked_by_agency().model_copy(update={"state": state})
    case = warn(asked, WarningRequest(), RITA, at_agency(timedelta(days=2)))
    assert case.facts[0] == ConsequencesWarned(deadline=date(2026, 6, 26), by="rita")
    assert (case.state, case.answer_by) == (CaseState.WAITING_FOR_CLIENT, date(2026, 6, 26))
    with pytest.raises(RuleViolation, match="was warned on 2026-06-12"):
        warn(case, WarningRequest(), RITA, at_agency(timedelta(days=3)))
    back = WarningRequest(again_because="the letter came back")
    again = warn(case, back, RITA, at_agency(timedelta(days=9)))
    assert again.warning
    assert (again.warning.warned_on, again.answer_by) == (date(2026, 6, 19), date(2026, 7, 3))


def test_who_may_not_warn_and_what_needs_no_warning():
    asked = asked_by_agency()
    with pytest.raises(Forbidden):
        warn(asked, WarningRequest(), AUDITOR, at_agency())
    with pytest.raises(VersionConflict):
        warn(asked, WarningRequest(sequence=7), RITA, at_agency())
    with pytest.raises(RuleViolation, match="knows no warning"):
        warn(asked_by_insurer(), WarningRequest(), RITA, at_insurer())
    complete = asked.model_copy(update={"checklist": ()})
    with pytest.raises(RuleViolation, match="asked for nothing"):
        warn(complete, WarningRequest(), RITA, at_agency())
    escalated = escalate_overdue(asked, at_agency())
    with pytest.raises(RuleViolation, match="asked for nothing"):
        warn(escalated, WarningRequest(), SVEN, at_agency())


NOTE = ReceiptRequest(note="the police faxed it")


def test_what_came_by_another_way_is_not_asked_for_again():
    before = asked_by_insurer()
    case = receive(before, "document:police_report", NOTE, RITA, at_insurer())
    invoice, report = case.checklist
    assert (report.status, report.closed_by, report.reason) == ("arrived", "rita", NOTE.note)
    assert (invoice.status, case.state) == ("open", CaseState.WAITING_FOR_CLIENT)
    assert facts(case) == ["item_received"]
    after = add_contact(case, reply("invoice"), at_insurer(timedelta(days=1)))
    assert after.state is not CaseState.WAITING_FOR_CLIENT
    assert [item.status for item in after.checklist] == ["arrived", "arrived"]
    assert "required_document_missing" not in {each.code for each in after.assessment.findings}


def test_when_the_last_item_came_a_person_has_the_case():
    case = asked_by_insurer()
    for item in ("document:police_report", "document:invoice"):
        case = receive(case, item, NOTE, RITA, at_insurer())
    assert facts(case) == ["item_received", "information_received"]
    assert (case.state, case.answer_by) == (CaseState.WAITING_FOR_PERSON, None)
    with pytest.raises(RuleViolation, match="nothing called"):
        receive(case, "document:invoice", NOTE, RITA, at_insurer())


def test_a_new_assessment_shows_what_changed():
    asked = asked_by_insurer()
    assert asked.changes == ()
    partly = add_contact(asked, reply("invoice"), at_insurer(timedelta(days=1)))
    assert partly.changes == (
        AssessmentChange(
            what="finding_gone",
            code="required_document_missing",
            line_id=1,
            before="ask document:invoice",
        ),
    )
    whole = add_contact(partly, reply("police_report"), at_insurer(timedelta(days=2)))
    assert [(each.what, each.before, each.after) for each in whole.changes] == [
        ("finding_gone", "ask document:police_report", ""),
        ("recommendation", "ask_client", "approve"),
    ]
