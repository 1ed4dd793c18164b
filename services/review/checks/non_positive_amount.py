"""A line's amount is zero or negative."""

from collections.abc import Iterator

from services.review.domain.subject import NOTHING, ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "non_positive_amount"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.ASK,)
REASON = "lacks_information"
TEXT = {
    "de": "Position {line}: Der Betrag {amount} ist nicht größer als null.",
    "en": "Line {line}: the amount {amount} is not above zero.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask for the amount of every line that claims nothing or less."""
    for line in subject.claim.lines:
        if line.amount is not None and line.amount <= NOTHING:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.ASK,
                line_id=line.line_id,
                facts={"item": "amount", "line": str(line.line_id), "amount": str(line.amount)},
            )
