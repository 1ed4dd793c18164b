"""The day of loss is missing."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "no_date_of_loss"
GROUP = FindingGroup.MISSING_INFORMATION
SEVERITIES = (Severity.ASK,)
REASON = "lacks_information"
TEXT = {
    "de": "Der Schadentag fehlt.",
    "en": "The day of loss is missing.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask for the day of loss."""
    if subject.claim.date_of_loss is None:
        yield Finding(code=CODE, group=GROUP, severity=Severity.ASK, facts={"item": "date_of_loss"})
