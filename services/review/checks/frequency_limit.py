"""The benefit was paid as often as the programme allows in this period."""

from collections.abc import Iterator
from datetime import date, timedelta

from services.review.domain.ceilings import benefit_year
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes import ProgrammeVersion
from shared.programmes.prepared import prepared
from shared.programmes.terms import FrequencyLimit

CODE = "frequency_limit"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REJECT,)
REASON = "frequency"
TEXT = {
    "de": "Position {line}: {benefit} ist {claims} mal vereinbart; gezahlt wurde im Zeitraum ab "
    "{since} schon {paid} mal.",
    "en": "Line {line}: {benefit} is due {claims} times; since {since} it was paid {paid} times "
    "already.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject lines of a benefit that was approved often enough in the period of the loss.

    A claim of which nothing was approved, or that is still open, has used nothing.
    """
    day, programme = subject.claim.date_of_loss, subject.programme
    if day is None or programme is None or not subject.past_claims:
        return
    limits = _limits(programme)
    if not limits:
        return
    for line in subject.claim.lines:
        limit = limits.get(line.benefit or "")
        if limit is None or line.benefit is None:
            continue
        first, last = _period(subject, limit, day)
        paid = sum(
            1
            for past in subject.past_claims
            if past.date_of_loss is not None
            and first <= past.date_of_loss <= last
            and past.benefits.get(line.benefit)
        )
        if paid >= limit.claims:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REJECT,
                line_id=line.line_id,
                facts={
                    "line": str(line.line_id),
                    "benefit": line.benefit,
                    "claims": str(limit.claims),
                    "paid": str(paid),
                    "since": first.isoformat(),
                },
            )


@prepared
def _limits(programme: ProgrammeVersion) -> dict[str, FrequencyLimit]:
    return {
        code: benefit.frequency
        for code, benefit in programme.benefits.items()
        if benefit.frequency is not None
    }


def _period(subject: ClaimUnderReview, limit: FrequencyLimit, day: date) -> tuple[date, date]:
    """The first and the last day of the period that a loss lies in."""
    if limit.within_days is not None:
        return day - timedelta(days=limit.within_days - 1), day
    assert subject.programme is not None
    assert subject.policy is not None
    first, next_first = benefit_year(subject.programme, subject.policy, day)
    return first, next_first - timedelta(days=1)
