"""No policy is known and none was named."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "no_policy_number"
GROUP = FindingGroup.MISSING_INFORMATION
SEVERITIES = (Severity.ASK,)
REASON = "lacks_information"
TEXT = {
    "de": "Es ist keine Vertragsnummer angegeben.",
    "en": "No policy number was given.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask for the policy number."""
    if subject.policy is None and subject.claim.policy_number is None:
        yield Finding(
            code=CODE, group=GROUP, severity=Severity.ASK, facts={"item": "policy_number"}
        )
