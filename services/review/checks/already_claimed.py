"""The same loss was already claimed on this policy."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "already_claimed"
GROUP = FindingGroup.SUSPICION
SEVERITIES = (Severity.REFER,)
REASON = "duplicate"
TEXT = {
    "de": "Der Schaden vom {date_of_loss} wurde schon in {case_id} gemeldet.",
    "en": "The loss of {date_of_loss} was already claimed in {case_id}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim with the day of loss of an earlier one on the same policy.

    Whatever it was for: one loss told twice may be called theft once and glass the next time.
    """
    day = subject.claim.date_of_loss
    if day is None:
        return
    for past in subject.past_claims:
        if past.date_of_loss == day:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REFER,
                facts={"case_id": past.case_id, "date_of_loss": day.isoformat()},
            )
