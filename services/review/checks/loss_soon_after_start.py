"""The loss happened within a few days of the policy's start."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "loss_soon_after_start"
GROUP = FindingGroup.SUSPICION
SEVERITIES = (Severity.REFER,)
REASON = None
TEXT = {
    "de": "Schaden {days} Tage nach Vertragsbeginn ({policy_start}).",
    "en": "Loss {days} days after the policy began ({policy_start}).",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer an early loss; the programme says how many days after the start count as early."""
    day, start, programme = subject.claim.date_of_loss, subject.policy_start, subject.programme
    if day is None or start is None or programme is None:
        return
    days = (day - start).days
    if 0 <= days <= programme.early_loss_days:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REFER,
            facts={"days": str(days), "policy_start": start.isoformat()},
        )
