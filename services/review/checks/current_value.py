"""A used thing is covered at its current value, which is below the price of a new one."""

from collections.abc import Iterable, Iterator

from services.review.checks.check import reduced
from services.review.domain.priced import PricedLine
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes.terms import ArithmeticStepName

CODE = "current_value"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REDUCE,)
REASON = "current_value"
STEP = ArithmeticStepName.CURRENT_VALUE
TEXT = {
    "de": "Position {line}: Für {benefit} gilt der Zeitwert (Monate: {basis}); {taken} entfallen.",
    "en": "Line {line}: {benefit} has its current value (months: {basis}); {taken} is not covered.",
}


def check(subject: ClaimUnderReview, lines: Iterable[PricedLine]) -> Iterator[Finding]:
    """Say which lines are covered at less than the price of a new thing."""
    return reduced(CODE, STEP, lines, basis_as="basis")
