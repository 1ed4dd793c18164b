"""The policy number that was named is not known."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "unknown_policy"
GROUP = FindingGroup.POLICY
SEVERITIES = (Severity.REFER,)
REASON = "not_insured"
TEXT = {
    "de": "Der Vertrag {policy_number} ist nicht bekannt.",
    "en": "Policy {policy_number} is not known.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim on a policy that nobody knows; a person finds the right one."""
    number = subject.claim.policy_number
    if subject.policy is None and number is not None:
        yield Finding(
            code=CODE, group=GROUP, severity=Severity.REFER, facts={"policy_number": number}
        )
