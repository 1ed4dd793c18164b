"""A share of decisions, always the same ones, is looked at by a second person."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from services.review.domain.case import open_case
from services.review.domain.decisions import decide
from services.review.domain.quality import QualityRequest, is_drawn, review
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.facts import PromptDone, QualityReviewDrawn, QualityReviewed
from shared.errors import Forbidden, RuleViolation, VersionConflict
from shared.ids import derived_case_id
from tests.unit.review.desk import (
    RITA,
    SENTA,
    SVEN,
    TINA,
    Somebody,
    contact,
    facts,
    known,
    later,
    opened,
    request,
)

SHARE = Decimal("0.05")
DRAWN = next(i for n in range(1000) if is_drawn(i := derived_case_id("drawn", str(n)), SHARE))
PASSED = QualityRequest(result="passed")


def decided(person: Somebody = RITA, **changes: object) -> CaseFileUpdated:
    case = open_case(contact([("glass", "1000.00")], **changes), DRAWN, known())
    return decide(case, request(case, "approve"), person, later())


def test_nothing_is_drawn_from_no_share_and_everything_from_the_whole():
    ids = [derived_case_id("case", str(number)) for number in range(1000)]
    assert not any(is_drawn(each, Decimal(0)) for each in ids)
    assert all(is_drawn(each, Decimal(1)) for each in ids)


def test_a_share_of_all_cases_is_drawn_and_a_larger_share_holds_the_smaller():
    ids = [derived_case_id("case", str(number)) for number in range(20_000)]
    small = {each for each in ids if is_drawn(each, SHARE)}
    large = {each for each in ids if is_drawn(each, Decimal("0.2"))}
    assert len(small) == pytest.approx(1000, abs=150)
    assert len(large) == pytest.approx(4000, abs=300)
    assert small < large


def test_a_drawn_decision_asks_a_second_person_to_look():
    case = decided()
    assert case.state is CaseState.APPROVED
    decision_id = case.decisions[-1].decision_id
    assert QualityReviewDrawn(decision_id=decision_id) in case.facts
    assert case.quality_review is not None
    assert (case.quality_review.result, case.quality_review.decision_id) == ("open", decision_id)
    assert [prompt.code for prompt in case.prompts] == ["quality_review"]


def test_what_the_system_approves_is_drawn_as_well():
    case = open_case(contact([("glass", "200.00")]), DRAWN, known())
    assert case.state is CaseState.APPROVED
    assert "quality_review_drawn" in facts(case)
    assert review(case, PASSED, SENTA, later()).quality_review is not None


def test_what_is_not_drawn_is_not_reviewed():
    case = opened([("glass", "200.00")])
    assert "quality_review_drawn" not in facts(case)
    with pytest.raises(RuleViolation) as refusal:
        review(case, PASSED, SVEN, later())
    assert refusal.value.code == "not_drawn"


@pytest.mark.parametrize("result", ["passed", "failed"])
def test_the_result_is_written_down_and_the_decision_stays(result: str):
    case = decided()
    wish = QualityRequest.model_validate({"result": result, "comment": "Grund fehlt"})
    after = review(case, wish, SENTA, later(2))
    assert after.quality_review is not None
    assert (after.quality_review.result, after.quality_review.by) == (result, "senta")
    assert after.quality_review.at == later(2).now
    assert after.quality_review.comment == "Grund fehlt"
    decision_id = case.decisions[-1].decision_id
    assert after.facts == (
        QualityReviewed.model_validate(
            {"decision_id": decision_id, "result": result, "by": "senta"}
        ),
        PromptDone(prompt="quality_review", by="senta"),
    )
    assert (after.state, after.decisions, after.prompts) == (case.state, case.decisions, ())
    with pytest.raises(RuleViolation) as refusal:
        review(after, PASSED, SVEN, later(3))
    assert refusal.value.code == "not_drawn"


def test_a_failed_review_says_what_is_wrong():
    with pytest.raises(ValidationError):
        QualityRequest(result="failed", comment=" ")


@pytest.mark.parametrize("person", [RITA, TINA])
def test_a_representative_and_a_trainee_review_nothing(person: Somebody):
    with pytest.raises(Forbidden):
        review(decided(SVEN), PASSED, person, later(2))


def test_nobody_reviews_what_they_decided_proposed_or_keyed_in():
    with pytest.raises(Forbidden) as refusal:
        review(decided(SENTA), PASSED, SENTA, later(2))
    assert refusal.value.code == "involved"
    with pytest.raises(Forbidden):
        review(decided(keyed_by="senta"), PASSED, SENTA, later(2))
    proposing = decided().model_copy(
        update={
            "decisions": tuple(
                each.model_copy(update={"proposed_by": "senta"}) for each in decided().decisions
            )
        }
    )
    with pytest.raises(Forbidden):
        review(proposing, PASSED, SENTA, later(2))
    assert review(proposing, PASSED, SVEN, later(2)).quality_review is not None


def test_on_an_older_case_file_nothing_is_reviewed():
    with pytest.raises(VersionConflict):
        review(decided(), QualityRequest(result="passed", sequence=1), SVEN, later(2))
