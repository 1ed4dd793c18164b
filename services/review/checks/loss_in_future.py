"""The day of loss lies after today."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "loss_in_future"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.ASK,)
REASON = "lacks_information"
TEXT = {
    "de": "Der Schadentag {date_of_loss} liegt in der Zukunft.",
    "en": "The day of loss {date_of_loss} lies in the future.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask for the day of loss when the stated one has not come yet."""
    day = subject.claim.date_of_loss
    if day is not None and day > subject.today:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.ASK,
            facts={"item": "date_of_loss", "date_of_loss": day.isoformat()},
        )
