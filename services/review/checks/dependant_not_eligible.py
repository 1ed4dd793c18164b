"""The benefit is not for relatives like the one for whom it is claimed."""

from collections.abc import Iterator
from datetime import date

from services.review.domain.insured import age_on, benefits_claimed, benefits_that, claimed_for
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.contract.reference import InsuredPerson
from shared.programmes import Benefit

CODE = "dependant_not_eligible"
GROUP = FindingGroup.POLICY
SEVERITIES = (Severity.REJECT,)
REASON = "dependant_not_eligible"
TEXT = {
    "de": "Position {line}: {benefit} gilt nicht für diese Person ({relation}, Alter: {age}).",
    "en": "Line {line}: {benefit} is not for this person ({relation}, age: {age}).",
}


@benefits_that
def _for_some(benefit: Benefit) -> bool:
    return benefit.relations is not None or benefit.max_child_age is not None


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject lines for a relation that the benefit leaves out, or a child that is too old.

    The age on the day of loss counts.
    """
    day, person = subject.claim.date_of_loss, None
    if day is None or subject.version is None:
        return
    for line_id, code, benefit in benefits_claimed(subject, _for_some):
        person = person or claimed_for(subject)
        if person is None:
            return
        if not _eligible(benefit, person, day):
            born_on = person.date_of_birth
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REJECT,
                line_id=line_id,
                facts={
                    "line": str(line_id),
                    "benefit": code,
                    "relation": person.relation,
                    "age": str(age_on(day, born_on)) if born_on else "?",
                },
            )


def _eligible(benefit: Benefit, person: InsuredPerson, day: date) -> bool:
    if benefit.relations is not None and person.relation not in benefit.relations:
        return False
    if person.relation != "child" or benefit.max_child_age is None:
        return True
    born_on = person.date_of_birth
    return born_on is None or 0 <= age_on(day, born_on) <= benefit.max_child_age
