"""The claim is higher than the policy's sum insured on the day of loss."""

from collections.abc import Iterator

from services.review.domain.subject import NOTHING, ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "over_sum_insured"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REFER,)
REASON = "sum_insured"
TEXT = {
    "de": "Gefordert werden {claimed}, versichert sind {sum_insured}.",
    "en": "{claimed} is claimed, the sum insured is {sum_insured}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim that the sum insured of its day does not reach."""
    if subject.version is None or subject.version.sum_insured is None:
        return
    sum_insured = subject.version.sum_insured
    claimed = sum((line.amount or NOTHING for line in subject.claim.lines), NOTHING)
    if claimed > sum_insured:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REFER,
            facts={"claimed": str(claimed), "sum_insured": str(sum_insured)},
        )
