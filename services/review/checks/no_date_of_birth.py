"""The cover depends on somebody's age, and their date of birth is not known."""

from collections.abc import Iterator

from services.review.domain.insured import (
    asks_for_age,
    benefits_claimed,
    benefits_that,
    claimed_for,
)
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes import Benefit

CODE = "no_date_of_birth"
GROUP = FindingGroup.MISSING_INFORMATION
SEVERITIES = (Severity.ASK, Severity.REFER)
REASON = "lacks_information"
ITEM = "date_of_birth"
TEXT = {
    "de": "Position {line}: {benefit} hängt vom Alter ab; das Geburtsdatum ist nicht bekannt.",
    "en": "Line {line}: {benefit} depends on the age; the date of birth is not known.",
}


@benefits_that
def _by_age(benefit: Benefit) -> bool:
    ages = (benefit.min_age, benefit.max_age, benefit.max_child_age)
    return any(age is not None for age in ages)


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask for the date of birth, once; a person judges the age if nobody is asked any more."""
    if subject.version is None:
        return
    for line_id, code, benefit in benefits_claimed(subject, _by_age):
        person = claimed_for(subject)
        if person is None or person.date_of_birth is not None:
            return
        if asks_for_age(benefit, person):
            waived = ITEM in subject.waived
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REFER if waived else Severity.ASK,
                facts={"item": ITEM, "line": str(line_id), "benefit": code},
            )
            return
