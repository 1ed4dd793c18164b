"""Two lines of the claim claim the same."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "same_line_twice"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.REFER,)
REASON = "duplicate"
TEXT = {
    "de": "Position {line} wiederholt Position {first}.",
    "en": "Line {line} repeats line {first}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a line with the same words, benefit, amount and invoice number as an earlier one."""
    lines = subject.claim.lines
    if len(lines) < 2:
        return
    seen: dict[tuple[object, ...], int] = {}
    for line in lines:
        if line.amount is None:
            continue
        words = line.description.casefold().strip()
        first = seen.setdefault(
            (words, line.benefit, line.amount, line.invoice_number), line.line_id
        )
        if first != line.line_id:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REFER,
                line_id=line.line_id,
                facts={"line": str(line.line_id), "first": str(first)},
            )
