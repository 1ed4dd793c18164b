"""A benefit's limit for one claim took something away."""

from collections.abc import Iterable, Iterator

from services.review.domain.arithmetic import PricedLine
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes.terms import ArithmeticStepName

CODE = "limit_per_claim"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REDUCE,)
REASON = "limit_per_claim"
TEXT = {
    "de": "Position {line}: {benefit} ist je Schaden auf {limit} begrenzt; {taken} entfallen.",
    "en": "Line {line}: {benefit} is limited to {limit} per claim; {taken} is not covered.",
}


def check(subject: ClaimUnderReview, lines: Iterable[PricedLine]) -> Iterator[Finding]:
    """Say on which lines the limit per claim was reached."""
    for line in lines:
        taken = line.taken_by(ArithmeticStepName.LIMIT_PER_CLAIM)
        benefit = subject.benefit(line.benefit) if taken else None
        if benefit is not None:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REDUCE,
                line_id=line.line_id,
                facts={
                    "line": str(line.line_id),
                    "benefit": line.benefit or "",
                    "limit": str(benefit.limit_per_claim),
                    "taken": str(taken),
                },
            )
