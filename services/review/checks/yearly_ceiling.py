"""The rest of a benefit's yearly limit is smaller than what is claimed."""

from collections.abc import Iterable, Iterator

from services.review.domain.arithmetic import PricedLine, benefit_remainder
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
TEXT = {
    "de": "Position {line}: Vom Jahreslimit {limit} für {benefit} sind noch {remainder} frei.",
    "en": "Line {line}: {remainder} of the yearly limit {limit} for {benefit} is left.",
}


def check(subject: ClaimUnderReview, lines: Iterable[PricedLine]) -> Iterator[Finding]:
    """Say which lines were clipped to the remainder; with nothing left they are rejected."""
    programme, policy, day = subject.programme, subject.policy, subject.claim.date_of_loss
    for line in lines:
        if not line.taken_by(ArithmeticStepName.YEARLY_CEILING):
            continue
        assert programme is not None
        assert policy is not None
        assert line.benefit is not None
        remainder = benefit_remainder(programme, policy, subject.past_claims, line.benefit, day)
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REDUCE if remainder else Severity.REJECT,
            line_id=line.line_id,
            facts={
                "line": str(line.line_id),
                "benefit": line.benefit,
                "limit": str(programme.benefits[line.benefit].yearly_limit),
                "remainder": str(remainder),
            },
        )
