"""The client's total is not the sum of the lines."""

from collections.abc import Iterator

from services.review.domain.subject import NOTHING, ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "lines_do_not_add_up"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.REFER,)
REASON = "amount_not_proven"
TEXT = {
    "de": "Die Positionen ergeben {sum}, angegeben sind {stated}.",
    "en": "The lines add up to {sum}, the stated total is {stated}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim whose stated total differs from its lines; lines without amount are asked."""
    stated = subject.claim.stated_total
    if stated is None:
        return
    amounts = [line.amount for line in subject.claim.lines if line.amount is not None]
    if len(amounts) < len(subject.claim.lines) or not amounts:
        return
    total = sum(amounts, NOTHING)
    if total != stated:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REFER,
            facts={"sum": str(total), "stated": str(stated)},
        )
