"""The sum insured is below the insured value: the claim is paid in proportion (VVG §75)."""

from collections.abc import Iterable, Iterator

from services.review.domain.priced import PricedLine
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes.terms import ArithmeticStepName

CODE = "underinsurance"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REDUCE,)
REASON = "underinsurance"
STEP = ArithmeticStepName.UNDERINSURANCE
TEXT = {
    "de": "Unterversicherung: versichert sind {sum_insured} bei einem Wert von {insured_value}.",
    "en": "Underinsurance: {sum_insured} is insured of a value of {insured_value}.",
}


def check(subject: ClaimUnderReview, lines: Iterable[PricedLine]) -> Iterator[Finding]:
    """Say that the sum insured of the day of loss did not reach the value."""
    version = subject.pricing_version()
    if version is not None and any(line.step(STEP) for line in lines):
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REDUCE,
            facts={
                "sum_insured": str(version.sum_insured),
                "insured_value": str(version.insured_value),
            },
        )
