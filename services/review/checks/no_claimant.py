"""Nobody said for whom it is claimed: the holder is not insured, or two have the name."""

from collections.abc import Iterator

from services.review.domain.insured import claimed_for, is_named, several_fit
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "no_claimant"
GROUP = FindingGroup.MISSING_INFORMATION
SEVERITIES = (Severity.ASK,)
REASON = "lacks_information"
ITEM = "claimant"
TEXT = {
    "de": "Es ist nicht gesagt, für welche versicherte Person beantragt wird ({insured}).",
    "en": "It is not said for which of the insured ({insured}) it is claimed.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask for whom it is claimed if it can't be for the holder, or may be for two of one name."""
    version = subject.version
    if version is None or not version.insured_persons:
        return
    if ITEM in subject.waived:
        return
    named = is_named(subject.claim.claimant)
    if several_fit(subject) if named else claimed_for(subject) is None:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.ASK,
            facts={"item": ITEM, "insured": str(len(version.insured_persons))},
        )
