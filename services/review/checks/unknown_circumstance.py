"""The claim names a circumstance that the programme does not have."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "unknown_circumstance"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.REFER,)
REASON = None
TEXT = {
    "de": "Der Umstand „{circumstance}“ gehört nicht zum Programm.",
    "en": "The programme has no circumstance “{circumstance}”.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim with a circumstance that a mistyped code may hide from the exclusions."""
    programme, stated = subject.programme, subject.claim.circumstances
    if not stated or programme is None:
        return
    known = programme.circumstances()
    for code in stated:
        if code not in known:
            yield Finding(
                code=CODE, group=GROUP, severity=Severity.REFER, facts={"circumstance": code}
            )
