"""A benefit's limit for one item took something away."""

from collections.abc import Iterable, Iterator

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
    for line in lines:
        step = line.step(STEP)
        if step is not None:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REDUCE,
                line_id=line.line_id,
                facts={
                    "line": str(line.line_id),
                    "benefit": line.benefit or "",
                    "limit": step.basis,
                    "taken": str(step.before - step.after),
                },
            )
