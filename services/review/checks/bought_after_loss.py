"""A thing of which the current value counts was bought after the loss."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "bought_after_loss"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.REFER,)
REASON = "amount_not_proven"
TEXT = {
    "de": "Position {line}: gekauft am {bought_on}, also nach dem Schadentag {date_of_loss}.",
    "en": "Line {line}: bought on {bought_on}, after the day of loss {date_of_loss}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer lines whose age nobody can tell: what was lost was there already."""
    day = subject.claim.date_of_loss
    if day is None:
        return
    for line in subject.claim.lines:
        if line.bought_on is None or line.bought_on <= day:
            continue
        benefit = subject.benefit(line.benefit)
        if benefit is not None and benefit.valuation == "current":
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REFER,
                line_id=line.line_id,
                facts={
                    "line": str(line.line_id),
                    "bought_on": line.bought_on.isoformat(),
                    "date_of_loss": day.isoformat(),
                },
            )
