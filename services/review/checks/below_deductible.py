"""The deductible is as large as what is covered, or larger."""

from collections.abc import Iterable, Iterator

from services.review.domain.priced import PricedLine
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes.terms import ArithmeticStepName

CODE = "below_deductible"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REJECT,)
REASON = "deductible"
STEP = ArithmeticStepName.DEDUCTIBLE
TEXT = {
    "de": "Die Selbstbeteiligung von {deductible} zehrt die Erstattung auf.",
    "en": "The deductible of {deductible} uses up the payment.",
}


def check(subject: ClaimUnderReview, lines: Iterable[PricedLine]) -> Iterator[Finding]:
    """Reject a claim of which the deductible leaves nothing."""
    basis = None
    for line in lines:
        if line.covered:
            return
        step = line.step(STEP)
        basis = step.basis if step else basis
    if basis is not None:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REJECT,
            facts={"deductible": basis},
        )
