"""The benefit does not cover people of this age."""

from collections.abc import Iterator

from services.review.domain.insured import age_on, benefits_claimed, benefits_that, claimed_for
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes import Benefit

CODE = "age_limit"
GROUP = FindingGroup.POLICY
SEVERITIES = (Severity.REJECT,)
REASON = "age_limit"
TEXT = {
    "de": "Position {line}: {benefit} gilt für das Alter {min_age} bis {max_age}, nicht für {age}.",
    "en": "Line {line}: {benefit} covers ages {min_age} to {max_age}, not {age}.",
}


@benefits_that
def _with_ages(benefit: Benefit) -> bool:
    return benefit.min_age is not None or benefit.max_age is not None


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject lines for somebody younger or older on the day of loss than the benefit covers.

    Who was not born yet is too young for every benefit.
    """
    day = subject.claim.date_of_loss
    if day is None or subject.version is None:
        return
    for line_id, code, benefit in benefits_claimed(subject, _with_ages):
        least, most = benefit.min_age, benefit.max_age
        person = claimed_for(subject)
        if person is None or person.date_of_birth is None:
            return
        age = age_on(day, person.date_of_birth)
        if age < (least or 0) or (most is not None and age > most):
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REJECT,
                line_id=line_id,
                facts={
                    "line": str(line_id),
                    "benefit": code,
                    "age": str(age),
                    "min_age": "0" if least is None else str(least),
                    "max_age": "-" if most is None else str(most),
                },
            )
