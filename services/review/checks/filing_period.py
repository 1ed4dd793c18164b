"""The claim came in after the programme's filing period."""

from collections.abc import Iterator
from datetime import timedelta

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "filing_period"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REJECT,)
REASON = "filing_period"
TEXT = {
    "de": "Die Meldefrist endete am {last_day}, gemeldet wurde am {reported_on}.",
    "en": "The filing period ended on {last_day}; the claim came on {reported_on}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject a claim that came in later than the programme allows; its last day still counts.

    A period that ends on a Saturday, Sunday or public holiday ends on the next working day (BGB
    §193, SGB X §26(3)).
    """
    day, programme = subject.claim.date_of_loss, subject.programme
    if day is None or programme is None or programme.filing_period_days is None:
        return
    last_day = day + timedelta(days=programme.filing_period_days)
    if (subject.filed_on or subject.reported_on) > last_day:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REJECT,
            facts={
                "last_day": last_day.isoformat(),
                "reported_on": subject.reported_on.isoformat(),
            },
        )
