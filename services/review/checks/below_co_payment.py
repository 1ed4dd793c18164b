"""The client's co-payment is as large as what is covered of a line, or larger."""

from collections.abc import Iterator, Sequence

from services.review.domain.priced import PricedLine
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes.terms import ArithmeticStepName

CODE = "below_co_payment"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (
    Severity.NOTE,
    Severity.REJECT,
)
REASON = "co_payment"
STEP = ArithmeticStepName.CO_PAYMENT
TEXT = {
    "de": "Position {line}: Der Eigenanteil ({basis}) zehrt die Erstattung auf.",
    "en": "Line {line}: The co-payment ({basis}) uses up the payment.",
}


def check(subject: ClaimUnderReview, lines: Sequence[PricedLine]) -> Iterator[Finding]:
    """Name lines of which the co-payment leaves nothing; with no other left they are rejected."""
    severity = Severity.NOTE if any(line.covered for line in lines) else Severity.REJECT
    for line in lines:
        step = line.step(STEP)
        if step is not None and not step.after:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=severity,
                line_id=line.line_id,
                facts={"line": str(line.line_id), "basis": step.basis},
            )
