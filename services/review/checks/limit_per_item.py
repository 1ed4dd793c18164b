"""A benefit's limit for one item took something away."""

from collections.abc import Iterable, Iterator

from services.review.checks.check import reduced
from services.review.domain.priced import PricedLine
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes.terms import ArithmeticStepName

CODE = "limit_per_item"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REDUCE,)
REASON = "limit_per_item"
STEP = ArithmeticStepName.LIMIT_PER_ITEM
TEXT = {
    "de": "Position {line}: {benefit} ist je Gegenstand auf {limit} begrenzt; {taken} entfallen.",
    "en": "Line {line}: {benefit} is limited to {limit} per item; {taken} is not covered.",
}


def check(subject: ClaimUnderReview, lines: Iterable[PricedLine]) -> Iterator[Finding]:
    """Say on which lines the limit per item was reached."""
    return reduced(CODE, STEP, lines, basis_as="limit")
