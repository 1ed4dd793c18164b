"""An invoice number was already claimed in another case."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview, invoice_key
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
    """Refer lines whose invoice number stands in an earlier claim, however it is spelled."""
    lines = subject.claim.lines
    if not subject.past_claims:
        return
    keys = {number: invoice_key(number) for line in lines if (number := line.invoice_number)}
    numbers = set(keys.values())
    for past in subject.past_claims:
        if numbers.isdisjoint(past.invoice_numbers):
            continue
        for line in lines:
            number = line.invoice_number
            if number and keys[number] in past.invoice_numbers:
                yield Finding(
                    code=CODE,
                    group=GROUP,
                    severity=Severity.REFER,
                    line_id=line.line_id,
                    facts={
                        "line": str(line.line_id),
                        "invoice_number": number,
                        "case_id": past.case_id,
                    },
                )
