"""The claim is in another currency than the policy."""

from collections.abc import Iterator

from services.review.checks.unknown_currency import CURRENCIES
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
    currency, policy = subject.claim.currency, subject.policy
    if policy is not None and currency != policy.currency and currency in CURRENCIES:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REFER,
            facts={"currency": currency, "policy_currency": policy.currency},
        )
