"""A benefit's limit for one claim took something away."""

from collections.abc import Iterable, Iterator

from services.review.checks.check import reduced
from services.review.domain.priced import PricedLine
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes.terms import ArithmeticStepName

CODE = "limit_per_claim"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REDUCE,)
REASON = "limit_per_claim"
STEP = ArithmeticStepName.LIMIT_PER_CLAIM
TEXT = {
    "de": "Position {line}: {benefit} ist je Schaden auf {limit} begrenzt; {taken} entfallen.",
    "en": "Line {line}: {benefit} is limited to {limit} per claim; {taken} is not covered.",
}


def check(subject: ClaimUnderReview, lines: Iterable[PricedLine]) -> Iterator[Finding]:
    """Say on which lines the limit per claim was reached."""
    return reduced(CODE, STEP, lines, basis_as="limit")
