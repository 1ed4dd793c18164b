"""The rest of a benefit's limit for the policy's whole life is smaller than what is claimed."""

from collections.abc import Iterable, Iterator

from services.review.checks.check import clipped
from services.review.domain.ceilings import lifetime_remainder
from services.review.domain.priced import PricedLine
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes.terms import ArithmeticStepName

CODE = "lifetime_limit"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (
    Severity.REDUCE,
    Severity.REJECT,
)
REASON = "lifetime_maximum"
STEP = ArithmeticStepName.LIFETIME_LIMIT
TEXT = {
    "de": "Position {line}: Vom Gesamtlimit {limit} für {benefit} sind noch {remainder} frei.",
    "en": "Line {line}: {remainder} of the lifetime limit {limit} for {benefit} is left.",
}


def check(subject: ClaimUnderReview, lines: Iterable[PricedLine]) -> Iterator[Finding]:
    """Say which lines were clipped to the remainder; with nothing left they are rejected."""
    programme = subject.programme
    assert programme is not None
    return clipped(
        CODE,
        STEP,
        lines,
        lambda benefit: lifetime_remainder(programme, subject.past_claims, benefit),
    )
