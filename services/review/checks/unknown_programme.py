"""The policy's programme has no terms for the day of loss."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "unknown_programme"
GROUP = FindingGroup.POLICY
SEVERITIES = (Severity.REFER,)
REASON = None
TEXT = {
    "de": "Für das Programm {programme} gibt es an diesem Tag keine Bedingungen.",
    "en": "Programme {programme} has no terms for that day.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim whose programme the desk can't look up."""
    if subject.policy is not None and subject.programme is None:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REFER,
            facts={"programme": subject.policy.programme},
        )
