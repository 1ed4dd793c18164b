"""Nobody said what happened."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "no_description"
GROUP = FindingGroup.MISSING_INFORMATION
SEVERITIES = (Severity.ASK,)
REASON = "lacks_information"
ITEM = "description"
TEXT = {
    "de": "Es fehlt eine Schilderung, was geschehen ist.",
    "en": "There is no description of what happened.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask what happened where the programme needs to know; the names of lines do not tell it."""
    programme = subject.programme
    if programme is None or not programme.description_required:
        return
    if not subject.claim.description.strip() and ITEM not in subject.waived:
        yield Finding(code=CODE, group=GROUP, severity=Severity.ASK, facts={"item": ITEM})
