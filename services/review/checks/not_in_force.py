"""The policy was not in force on the day of loss."""

from collections.abc import Iterator

from services.review.checks.check import IN_FACTS
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "not_in_force"
GROUP = FindingGroup.POLICY
SEVERITIES = (Severity.REJECT,)
REASON = IN_FACTS
TEXT = {
    "de": "Der Vertrag {policy_number} galt am {date_of_loss} nicht ({why}).",
    "en": "Policy {policy_number} was not in force on {date_of_loss} ({why}).",
}


_REASONS = {"before_coverage": "before_coverage"}
_OTHERWISE = "after_coverage"


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject a loss before the policy's first day, after its last, or after a cancellation.

    The version of the day of loss counts, never the latest.
    """
    policy, day = subject.policy, subject.claim.date_of_loss
    if policy is None or day is None:
        return
    if policy.cancelled_from is not None and day >= policy.cancelled_from:
        why = "cancelled"
    elif subject.version is not None:
        return
    elif all(day < version.valid_from for version in policy.versions):
        why = "before_coverage"
    elif any(day < version.valid_from for version in policy.versions):
        why = "between_versions"
    else:
        why = "after_coverage"
    yield Finding(
        code=CODE,
        group=GROUP,
        severity=Severity.REJECT,
        facts={
            "policy_number": policy.policy_number,
            "date_of_loss": day.isoformat(),
            "why": why,
            IN_FACTS: _REASONS.get(why, _OTHERWISE),
        },
    )
