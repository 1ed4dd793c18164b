"""An invoice number was already claimed in another case."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "same_invoice_twice"
GROUP = FindingGroup.SUSPICION
SEVERITIES = (Severity.REFER,)
REASON = "duplicate"
TEXT = {
    "de": "Position {line}: Die Rechnung {invoice_number} wurde schon in {case_id} eingereicht.",
    "en": "Line {line}: invoice {invoice_number} was already claimed in {case_id}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer lines whose invoice number stands in an earlier claim on the policy."""
    lines = subject.claim.lines
    numbers = {line.invoice_number for line in lines}
    for past in subject.past_claims:
        if numbers.isdisjoint(past.invoice_numbers):
            continue
        for line in lines:
            if line.invoice_number is not None and line.invoice_number in past.invoice_numbers:
                yield Finding(
                    code=CODE,
                    group=GROUP,
                    severity=Severity.REFER,
                    line_id=line.line_id,
                    facts={
                        "line": str(line.line_id),
                        "invoice_number": line.invoice_number,
                        "case_id": past.case_id,
                    },
                )
