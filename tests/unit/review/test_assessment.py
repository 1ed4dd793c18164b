"""What the tables can't say: programmes with other terms than the shipped ones."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from services.review.domain.assessment import assess
from services.review.domain.case import open_case
from services.review.domain.known import Known
from services.review.domain.subject import PastClaim
from shared.contract.assessment import Recommendation, Severity
from shared.contract.contacts import ClaimDetails
from shared.programmes import Programmes
from shared.programmes.terms import Deductible
from tests.unit.review.desk import CASE_ID, NOW, contact, known, policy
from tests.unit.review.scenarios import PROGRAMMES, subject

HOUSEHOLD = PROGRAMMES.by_code["household"]


def test_a_benefit_limited_to_nothing_is_no_approval_of_nothing():
    terms = HOUSEHOLD.versions[-1]
    glass = terms.benefits["glass"].model_copy(update={"limit_per_claim": Decimal("0.00")})
    free = terms.model_copy(update={"benefits": {"glass": glass}, "deductible": Deductible()})
    assessment = assess(replace(subject({}), programme=free))
    assert assessment.covered == 0
    assert assessment.recommendation is Recommendation.DENY


def test_more_than_the_yearly_limit_was_used_leaves_nothing_and_rejects():
    used = subject({"past": [{"loss": "2026-02-01", "benefits": {"glass": "2500.00"}}]})
    (finding,) = assess(used).findings
    assert finding.severity is Severity.REJECT
    assert finding.facts["remainder"] == "0.00"


def test_part_of_the_yearly_limit_left_reduces():
    used = subject({"past": [{"loss": "2026-02-01", "benefits": {"glass": "1900.00"}}]})
    (finding,) = assess(used).findings
    assert finding.severity is Severity.REDUCE
    assert finding.facts["remainder"] == "100.00"


def test_the_terms_of_the_day_of_loss_hold_and_today_s_without_one():
    old = HOUSEHOLD.versions[-1]
    new = old.model_copy(update={"version": "2026-05", "valid_from": date(2026, 5, 1)})
    both = HOUSEHOLD.model_copy(update={"versions": (old, new)})
    known = Known(Programmes(PROGRAMMES.desk, {"household": both}), NOW, None, policy())
    assert known.programme_for(ClaimDetails(date_of_loss=date(2026, 4, 30))) is old
    assert known.programme_for(ClaimDetails(date_of_loss=date(2026, 5, 1))) is new
    assert known.programme_for(ClaimDetails()) is new


def test_the_deductible_before_the_limits_leaves_more():
    terms = HOUSEHOLD.versions[-1]
    first = terms.model_copy(update={"arithmetic": tuple(reversed(terms.arithmetic))})
    claim = subject({"lines": [["bicycle_theft", "1540.00"]]})
    assert assess(claim).covered == Decimal("1450.00")
    assert assess(replace(claim, programme=first)).covered == Decimal("1490.00")


@pytest.mark.parametrize(
    ("received", "late"), [((2026, 6, 14), False), ((2026, 6, 15), False), ((2026, 6, 16), True)]
)
def test_a_filing_period_that_ends_on_a_sunday_ends_on_monday(received, late):
    at = datetime(*received, 8, 15, tzinfo=UTC)
    told = contact([("glass", "200.00")], received_at=at)
    assert told.claim is not None
    claim = told.claim.model_copy(update={"date_of_loss": date(2025, 6, 14)})
    case = open_case(told.model_copy(update={"claim": claim}), CASE_ID, known(now=at))
    assert case.assessment is not None
    codes = [finding.code for finding in case.assessment.findings]
    assert codes == (["filing_period"] if late else [])


def test_what_was_approved_without_a_day_of_loss_uses_up_every_year():
    used = [PastClaim("C-1", None, {"glass": Decimal("1900.00")})]
    dated = replace(subject({"lines": [["glass", "300.00"]]}), past_claims=used)
    undated = replace(subject({"lines": [["glass", "300.00"]], "loss": ""}), past_claims=used)
    assert [str(assess(each).covered) for each in (dated, undated)] == ["50.00", "50.00"]
