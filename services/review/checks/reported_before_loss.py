"""The claim came in before the day of loss, which has passed since."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "reported_before_loss"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.REFER,)
REASON = None
TEXT = {
    "de": "Gemeldet am {reported_on}, also vor dem Schadentag {date_of_loss}.",
    "en": "Reported on {reported_on}, before the day of loss {date_of_loss}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim that was reported before its loss; the future is another check's."""
    day = subject.claim.date_of_loss
    if day is not None and subject.reported_on < day <= subject.today:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REFER,
            facts={
                "date_of_loss": day.isoformat(),
                "reported_on": subject.reported_on.isoformat(),
            },
        )
