"""The same loss was already claimed on this policy."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "already_claimed"
GROUP = FindingGroup.SUSPICION
SEVERITIES = (Severity.REFER,)
REASON = "duplicate"
TEXT = {
    "de": "Der Schaden vom {date_of_loss} ({benefit}) wurde schon in {case_id} gemeldet.",
    "en": "The loss of {date_of_loss} ({benefit}) was already claimed in {case_id}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim with the day of loss and a benefit of an earlier one on the same policy."""
    day = subject.claim.date_of_loss
    if day is None:
        return
    for past in subject.past_claims:
        if past.date_of_loss != day:
            continue
        claimed = {line.benefit for line in subject.claim.lines}
        same = sorted(past.benefits.keys() & claimed)
        if same:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REFER,
                facts={
                    "case_id": past.case_id,
                    "date_of_loss": day.isoformat(),
                    "benefit": ", ".join(same),
                },
            )
