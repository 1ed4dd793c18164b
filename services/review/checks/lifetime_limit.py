"""The rest of a benefit's limit for the policy's whole life is smaller than what is claimed."""

from collections.abc import Iterable, Iterator

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
    for line in lines:
        if line.step(STEP) is None:
            continue
        assert programme is not None
        assert line.benefit is not None
        remainder = lifetime_remainder(programme, subject.past_claims, line.benefit)
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
