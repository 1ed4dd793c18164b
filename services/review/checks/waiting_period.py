"""The loss happened during the benefit's waiting period."""

from collections.abc import Iterator
from datetime import timedelta

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "waiting_period"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REJECT,)
REASON = "waiting_period"
TEXT = {
    "de": "Position {line}: {benefit} ist erst ab {covered_from} versichert.",
    "en": "Line {line}: {benefit} is covered only from {covered_from}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject lines whose benefit was not covered yet; the policy's first day is day one."""
    day, start = subject.claim.date_of_loss, subject.policy_start
    if day is None or start is None or day < start:
        return
    for line in subject.claim.lines:
        benefit = subject.benefit(line.benefit)
        if benefit is None or not benefit.waiting_period_days:
            continue
        covered_from = start + timedelta(days=benefit.waiting_period_days)
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
