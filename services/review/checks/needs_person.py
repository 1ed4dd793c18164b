"""Intake found that a person must look first."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "needs_person"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.REFER,)
REASON = None
TEXT = {
    "de": "Der Eingang braucht einen Menschen: {reason}",
    "en": "The contact needs a person: {reason}",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer what intake could not read or understand."""
    if subject.needs_person is not None:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REFER,
            facts={"reason": subject.needs_person},
        )
