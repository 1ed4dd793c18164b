"""The rest of a benefit's yearly limit is smaller than what is claimed."""

from collections.abc import Iterable, Iterator

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
    for line in lines:
        if line.step(STEP) is None:
            continue
        assert programme is not None
        assert policy is not None
        assert line.benefit is not None
        remainder = yearly_remainder(programme, policy, subject.past_claims, line.benefit, day)
        assert remainder is not None
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REDUCE if remainder.left else Severity.REJECT,
            line_id=line.line_id,
            facts={
                "line": str(line.line_id),
                "benefit": line.benefit,
                "limit": str(remainder.limit),
                "remainder": str(remainder.left),
            },
        )
