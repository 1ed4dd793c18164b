"""The claim has no lines, or a line has no amount."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "no_amount"
GROUP = FindingGroup.MISSING_INFORMATION
SEVERITIES = (Severity.ASK,)
REASON = "lacks_information"
TEXT = {
    "de": "Position {line}: Der Betrag fehlt.",
    "en": "Line {line}: the amount is missing.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask for every missing amount."""
    if not subject.claim.lines:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.ASK,
            facts={"item": "amount", "line": "-"},
        )
    for line in subject.claim.lines:
        if line.amount is None:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.ASK,
                line_id=line.line_id,
                facts={"item": "amount", "line": str(line.line_id)},
            )
