"""The register of complaints, and cases that turn out to be something else."""

from typing import Any

import pytest

from services.review.domain.complaints import ComplaintRequest, examine, reported
from services.review.domain.kinds import KindRequest, change_kind
from services.review.domain.requests import close_request
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import Intent
from shared.contract.departments import TaskKind
from shared.errors import RuleViolation
from tests.unit.review.desk import (
    RITA,
    facts,
    later,
    opened,
)
from tests.unit.review.requests_desk import (
    OTHER_CASE,
    a_request,
    closing,
    task_of,
)


def noted(case: CaseFileUpdated, **fields: Any) -> CaseFileUpdated:
    return examine(case, ComplaintRequest(sequence=case.sequence, **fields), RITA, later())


def rekinded(case: CaseFileUpdated, kind: CaseKind) -> CaseFileUpdated:
    return change_kind(case, KindRequest(sequence=case.sequence, kind=kind), RITA, later())


def test_a_complaint_stands_in_the_register_from_the_first_moment():
    case = a_request(Intent.COMPLAINT, case_id=OTHER_CASE)
    assert case.complaint is not None
    entry = case.complaint.model_dump(mode="json", exclude_none=True)
    assert entry == {
        "category": "other",
        "result": "open",
        "received_on": "2026-06-10",
        "about_case": OTHER_CASE,
    }


def test_a_complaint_is_closed_with_its_result_and_the_day_of_its_answer():
    case = a_request(Intent.COMPLAINT)
    with pytest.raises(RuleViolation) as refused:
        close_request(case, closing(case, message="Das tut uns leid."), RITA, later())
    assert refused.value.code == "result_missing"
    case = noted(case, category="communication", result="partly_upheld")
    assert facts(case) == []
    after = close_request(case, closing(case, message="Das tut uns leid."), RITA, later())
    assert facts(after) == ["closed", "complaint_answered"]
    assert after.complaint is not None
    assert after.complaint.answered_on is not None
    assert after.complaint.answered_on.isoformat() == "2026-06-11"
    assert (after.complaint.category, after.complaint.result) == ("communication", "partly_upheld")


def test_a_complaint_is_corrected_until_it_was_reported():
    case = noted(a_request(Intent.COMPLAINT), result="rejected")
    case = close_request(case, closing(case), RITA, later())
    case = noted(case, result="upheld")
    assert case.complaint is not None
    assert (case.state, case.complaint.result) == (CaseState.CLOSED, "upheld")
    case = reported(case, 2026, "sven", later()) or case
    assert facts(case) == ["complaint_reported"]
    assert reported(case, 2026, "sven", later()) is None
    with pytest.raises(RuleViolation) as refused:
        noted(case, result="rejected")
    assert refused.value.code == "reported"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "nothing_stated"),
        ({"category": "weather"}, "unknown_category"),
        ({"about_case": "C-2345-6789-D"}, "no_case_number"),
        ({"about_case": "=HYPERLINK()"}, "no_case_number"),
    ],
)
def test_the_register_takes_only_what_it_knows(fields: dict[str, Any], code: str):
    with pytest.raises(RuleViolation) as refused:
        noted(a_request(Intent.COMPLAINT), **fields)
    assert refused.value.code == code


def test_only_a_complaint_has_an_entry_to_note():
    with pytest.raises(RuleViolation) as refused:
        noted(a_request(Intent.RENEWAL), result="upheld")
    assert refused.value.code == "no_complaint"


def test_a_misread_complaint_gets_its_entry_and_its_acknowledgement():
    case = rekinded(a_request(Intent.RENEWAL), CaseKind.COMPLAINT)
    assert case.complaint is not None
    assert (case.kind, case.state) == (CaseKind.COMPLAINT, CaseState.WAITING_FOR_PERSON)
    assert facts(case) == ["kind_changed", "task_cancelled", "complaint_acknowledged"]


def test_what_was_no_complaint_keeps_its_entry_as_withdrawn():
    case = rekinded(a_request(Intent.COMPLAINT), CaseKind.RENEWAL)
    assert case.complaint is not None
    assert case.complaint.result == "withdrawn"
    assert (case.state, task_of(case).kind) == (CaseState.WAITING_FOR_DEPARTMENT, TaskKind.RENEW)


def test_what_was_a_claim_after_all_is_assessed_and_its_client_asked():
    case = opened([("glass", "100.00")], ("invoice",), intent=Intent.OTHER)
    after = rekinded(case, CaseKind.CLAIM)
    assert after.assessment is not None
    assert after.claim is not None
    assert [line.benefit for line in after.claim.lines] == ["glass"]
    assert after.state is CaseState.WAITING_FOR_PERSON  # nobody approves by naming a kind
    assert facts(after) == ["kind_changed", "assessed"]
    bare = rekinded(opened([], (), claim=None, intent=Intent.OTHER), CaseKind.CLAIM)
    assert bare.state is CaseState.WAITING_FOR_CLIENT
    assert facts(bare)[-2:] == ["information_requested", "information_request"]


def test_a_claim_that_was_none_waits_no_longer_for_its_client():
    case = opened([("glass", "100.00")], ())
    assert case.state is CaseState.WAITING_FOR_CLIENT
    after = rekinded(case, CaseKind.PAYMENT_DELAY)
    assert (after.state, after.answer_by) == (CaseState.WAITING_FOR_DEPARTMENT, None)


def test_a_decided_claim_keeps_its_kind():
    case = opened([("glass", "100.00")])
    with pytest.raises(RuleViolation):
        rekinded(case, CaseKind.RENEWAL)
    with pytest.raises(RuleViolation) as refused:
        rekinded(a_request(Intent.RENEWAL), CaseKind.RENEWAL)
    assert refused.value.code == "same_kind"
