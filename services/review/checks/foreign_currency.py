"""The claim is in another currency than the policy or its programme's terms."""

from collections.abc import Iterator

from services.review.checks.unknown_currency import CURRENCIES
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "foreign_currency"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.REFER,)
REASON = None
TEXT = {
    "de": "Gefordert wird in {currency}, Vertrag und Bedingungen lauten auf {policy_currency}.",
    "en": "The claim is in {currency}, the policy and its terms are in {policy_currency}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim whose amounts somebody has to convert before any limit can be held to them."""
    currency, policy = subject.claim.currency, subject.policy
    if policy is None or currency not in CURRENCIES:
        return
    terms = subject.programme.currency if subject.programme is not None else policy.currency
    if currency != policy.currency or currency != terms:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REFER,
            facts={
                "currency": currency,
                "policy_currency": " / ".join(dict.fromkeys((policy.currency, terms))),
            },
        )
