"""The loss happened during the benefit's waiting period."""

from collections.abc import Iterator
from datetime import timedelta

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes import ProgrammeVersion
from shared.programmes.prepared import prepared

CODE = "waiting_period"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REJECT,)
REASON = "waiting_period"
TEXT = {
    "de": "Position {line}: {benefit} ist erst ab {covered_from} versichert.",
    "en": "Line {line}: {benefit} is covered only from {covered_from}.",
}


@prepared
def _periods(programme: ProgrammeVersion) -> dict[str, timedelta]:
    return {
        code: timedelta(days=benefit.waiting_period_days)
        for code, benefit in programme.benefits.items()
        if benefit.waiting_period_days
    }


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject lines whose benefit was not covered yet; the policy's first day is day one."""
    day, start, programme = subject.claim.date_of_loss, subject.policy_start, subject.programme
    if day is None or start is None or programme is None:
        return
    periods = _periods(programme)
    if not periods or not start <= day < start + max(periods.values()):
        return
    for line in subject.claim.lines:
        period = periods.get(line.benefit or "")
        if period is None:
            continue
        covered_from = start + period
        if day < covered_from:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REJECT,
                line_id=line.line_id,
                facts={
                    "line": str(line.line_id),
                    "benefit": line.benefit or "",
                    "covered_from": covered_from.isoformat(),
                },
            )
