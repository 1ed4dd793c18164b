"""Two lines of the claim claim the same."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.contract.contacts import ClaimLine

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
    seen: dict[tuple[object, ...], list[ClaimLine]] = {}
    for line in lines:
        if line.amount is None:
            continue
        words = line.description.casefold().strip()
        key = (words, line.benefit, line.invoice_number)
        if key not in seen:
            seen[key] = [line]
            continue
        first = next((each.line_id for each in seen[key] if each.amount == line.amount), None)
        seen[key].append(line)
        if first is not None:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REFER,
                line_id=line.line_id,
                facts={"line": str(line.line_id), "first": str(first)},
            )
