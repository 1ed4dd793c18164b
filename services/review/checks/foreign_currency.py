"""The claim is in another currency than the policy."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "foreign_currency"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.REFER,)
REASON = None
TEXT = {
    "de": "Gefordert wird in {currency}, der Vertrag lautet auf {policy_currency}.",
    "en": "The claim is in {currency}, the policy in {policy_currency}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim whose amounts somebody has to convert."""
    if subject.policy is not None and subject.claim.currency != subject.policy.currency:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REFER,
            facts={
                "currency": subject.claim.currency,
                "policy_currency": subject.policy.currency,
            },
        )
