"""Waivers: who may go on without what is missing, and what an open checklist forbids."""

import pytest

from services.review.domain.case import add_contact
from services.review.domain.decisions import decide
from services.review.domain.waivers import WaiverRequest, waive
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.facts import ItemWaived
from shared.errors import Forbidden, RuleViolation, VersionConflict
from tests.unit.review.desk import (
    AUDITOR,
    RITA,
    SVEN,
    TINA,
    contact,
    facts,
    known,
    later,
    opened,
    request,
)

INVOICE = "document:invoice"
WHY = "the craftsman went out of business"


def asked() -> CaseFileUpdated:
    """Waits for an invoice and a police report."""
    case = opened([("bicycle_theft", "900.00")], kinds=())
    assert [(item.item, item.status) for item in case.checklist] == [
        (INVOICE, "open"),
        ("document:police_report", "open"),
    ]
    return case


def waived(case: CaseFileUpdated, *items: str) -> CaseFileUpdated:
    for item in items:
        case = waive(case, item, WaiverRequest(reason=WHY), RITA, later())
    return case


def test_nothing_is_approved_while_the_checklist_is_open():
    with pytest.raises(RuleViolation, match=r"still missing: document:invoice, document:police"):
        decide(asked(), request(asked(), "approve"), RITA, later())


@pytest.mark.parametrize("outcome", ["deny", "escalate"])
def test_what_pays_nothing_needs_no_complete_checklist(outcome: str):
    case = asked()
    after = decide(case, request(case, outcome, "lacks_information"), SVEN, later())
    assert after.sequence == case.sequence + 1


def test_a_waiver_names_item_person_and_reason():
    before = asked()
    case = waived(before, INVOICE)
    item, other = case.checklist
    assert (item.status, item.closed_by, item.reason) == ("waived", RITA.subject, WHY)
    assert other.status == "open"
    assert case.facts == (ItemWaived(item=INVOICE, line_id=None, by=RITA.subject),)
    assert case.sequence == before.sequence + 1
    assert case.state is CaseState.WAITING_FOR_CLIENT
    assert case.answer_by == before.answer_by


def test_the_last_waiver_hands_the_case_to_a_person_who_may_approve_then():
    case = waived(asked(), INVOICE, "document:police_report")
    assert case.state is CaseState.WAITING_FOR_PERSON
    assert case.answer_by is None
    assert facts(case) == ["item_waived", "information_received"]
    approved = decide(case, request(case, "approve"), RITA, later())
    assert approved.state is CaseState.APPROVED


def test_what_was_waived_is_not_asked_for_again():
    case = waived(asked(), INVOICE)
    after = add_contact(case, contact(kinds=("police_report",)), later())
    assert [item.status for item in after.checklist] == ["waived", "arrived"]
    assert "information_request" not in facts(after)


def test_only_the_named_line_is_waived():
    case = opened([("glass", None), ("glass", None)])
    amounts = [item for item in case.checklist if item.item == "amount"]
    assert [item.line_id for item in amounts] == [1, 2]
    after = waive(case, "amount", WaiverRequest(reason=WHY, line_id=2), RITA, later())
    assert [item.status for item in after.checklist if item.item == "amount"] == ["open", "waived"]


@pytest.mark.parametrize("item", ["document:photo", "", "document:invoice "])
def test_only_what_is_open_can_be_waived(item: str):
    with pytest.raises(RuleViolation, match="nothing called"):
        waived(asked(), item)
    with pytest.raises(RuleViolation, match="nothing called"):
        waived(asked(), INVOICE, INVOICE)


@pytest.mark.parametrize("person", [TINA, AUDITOR])
def test_who_may_not_decide_may_not_waive(person):
    with pytest.raises(Forbidden):
        waive(asked(), INVOICE, WaiverRequest(reason=WHY), person, known())


def test_on_an_escalated_case_only_a_supervisor_waives():
    case = decide(asked(), request(asked(), "escalate", "lacks_information"), RITA, later())
    with pytest.raises(Forbidden):
        waived(case, INVOICE)
    after = waive(case, INVOICE, WaiverRequest(reason=WHY), SVEN, later())
    assert after.state is CaseState.ESCALATED


def test_a_waiver_on_another_version_of_the_case_is_refused():
    with pytest.raises(VersionConflict):
        waive(asked(), INVOICE, WaiverRequest(reason=WHY, sequence=7), RITA, later())


def test_a_decided_case_has_nothing_to_waive():
    case = waived(asked(), INVOICE, "document:police_report")
    decided = decide(case, request(case, "approve"), RITA, later())
    with pytest.raises(RuleViolation, match="decided"):
        waived(decided, INVOICE)
