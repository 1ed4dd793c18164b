"""A line names no benefit, or one that the programme does not have."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "unknown_benefit"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.REFER,)
REASON = "benefit_not_covered"
TEXT = {
    "de": "Position {line}: Die Leistung „{benefit}“ gehört nicht zum Programm.",
    "en": "Line {line}: the programme has no benefit “{benefit}”.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer every line whose benefit a person has to find."""
    if subject.programme is None:
        return
    for line in subject.claim.lines:
        if line.benefit not in subject.programme.benefits:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REFER,
                line_id=line.line_id,
                facts={"line": str(line.line_id), "benefit": line.benefit or "?"},
            )
