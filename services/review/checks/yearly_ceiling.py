"""The rest of a benefit's yearly limit is smaller than what is claimed."""

from collections.abc import Iterable, Iterator

from services.review.checks.check import clipped
from services.review.domain.ceilings import yearly_remainder
from services.review.domain.priced import PricedLine
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes.terms import ArithmeticStepName

CODE = "yearly_ceiling"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (
    Severity.REDUCE,
    Severity.REJECT,
)
REASON = "yearly_maximum"
STEP = ArithmeticStepName.YEARLY_CEILING
TEXT = {
    "de": "Position {line}: Vom Jahreslimit {limit} für {benefit} sind noch {remainder} frei.",
    "en": "Line {line}: {remainder} of the yearly limit {limit} for {benefit} is left.",
}


def check(subject: ClaimUnderReview, lines: Iterable[PricedLine]) -> Iterator[Finding]:
    """Say which lines were clipped to the remainder; with nothing left they are rejected."""
    programme, policy, day = subject.programme, subject.policy, subject.claim.date_of_loss
    assert programme is not None
    assert policy is not None
    return clipped(
        CODE,
        STEP,
        lines,
        lambda benefit: yearly_remainder(programme, policy, subject.past_claims, benefit, day),
    )
