"""A thing's current value is paid, and nobody knows how old it was."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "no_purchase_date"
GROUP = FindingGroup.MISSING_INFORMATION
SEVERITIES = (Severity.ASK, Severity.REFER)
REASON = "lacks_information"
ITEM = "purchase_date"
TEXT = {
    "de": "Position {line}: Für den Zeitwert fehlt der Tag des Kaufs.",
    "en": "Line {line}: the current value needs the day of purchase.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask when things were bought; a person values what nobody is asked about any more."""
    for line in subject.claim.lines:
        if line.bought_on is not None:
            continue
        benefit = subject.benefit(line.benefit)
        if benefit is not None and benefit.valuation == "current":
            waived = ITEM in subject.waived
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REFER if waived else Severity.ASK,
                line_id=line.line_id,
                facts={"item": ITEM, "line": str(line.line_id)},
            )
