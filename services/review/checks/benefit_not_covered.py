"""The policy does not include the line's benefit."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "benefit_not_covered"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (Severity.REJECT,)
REASON = "benefit_not_covered"
TEXT = {
    "de": "Position {line}: {benefit} ist im Vertrag nicht enthalten.",
    "en": "Line {line}: the policy does not include {benefit}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject lines whose benefit the policy did not include then; an empty list means all."""
    version = subject.version
    if version is None or not version.benefits:
        return
    for line in subject.claim.lines:
        if line.benefit not in version.benefits and subject.benefit(line.benefit) is not None:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REJECT,
                line_id=line.line_id,
                facts={"line": str(line.line_id), "benefit": line.benefit or ""},
            )
