"""The checklist: asked once, closed by what arrives, never reopened by itself."""

from services.review.checks import no_date_of_loss, required_document_missing
from services.review.domain.checklist import brought_up_to_date, waived
from shared.contract.assessment import ChecklistItem, Finding, Severity


def _question(item: str, line_id: int | None = None) -> Finding:
    return Finding(
        code=required_document_missing.CODE,
        group=no_date_of_loss.GROUP,
        severity=Severity.ASK,
        line_id=line_id,
        facts={"item": item},
    )


def test_a_document_that_two_lines_need_is_asked_for_once():
    questions = [_question("document:invoice", 1), _question("document:invoice", 2)]
    checklist = brought_up_to_date((), questions, contact_id="c1")
    assert checklist.items == (ChecklistItem(item="document:invoice"),)
    assert checklist.newly_open
    assert not checklist.newly_closed


def test_amounts_are_asked_for_line_by_line():
    checklist = brought_up_to_date(
        (), [_question("amount", 2), _question("amount", 1)], contact_id="c1"
    )
    assert [item.line_id for item in checklist.items] == [1, 2]


def test_what_is_still_missing_stays_open_and_is_not_new():
    items = (ChecklistItem(item="date_of_loss"),)
    checklist = brought_up_to_date(items, [_question("date_of_loss")], contact_id="c2")
    assert checklist.items == items
    assert checklist.is_open
    assert not checklist.newly_open
    assert not checklist.newly_closed


def test_what_arrived_and_is_missing_again_is_a_new_item():
    arrived = ChecklistItem(item="date_of_loss", status="arrived", closed_by="c2")
    checklist = brought_up_to_date((arrived,), [_question("date_of_loss")], contact_id="c3")
    assert checklist.items == (arrived, ChecklistItem(item="date_of_loss"))
    assert checklist.newly_open


def test_what_was_waived_is_not_asked_for_again():
    item = ChecklistItem(item="date_of_loss", status="waived", closed_by="rita")
    checklist = brought_up_to_date((item,), [_question("date_of_loss")], contact_id="c3")
    assert checklist.items == (item,)
    assert not checklist.newly_open
    assert not checklist.is_open
    assert waived(checklist.items) == {"date_of_loss"}
