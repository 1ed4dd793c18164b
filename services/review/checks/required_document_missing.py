"""A benefit needs a document that has not arrived."""

from collections.abc import Iterator
from decimal import Decimal

from services.review.domain.subject import NOTHING, ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.contract.contacts import DocumentKind

CODE = "required_document_missing"
GROUP = FindingGroup.MISSING_INFORMATION
SEVERITIES = (Severity.ASK,)
REASON = "lacks_information"
TEXT = {
    "de": "Position {line}: Für {benefit} fehlt das Dokument {document}.",
    "en": "Line {line}: {benefit} needs the document {document}.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask for every document that a line's benefit requires, for an amount like this."""
    arrived: set[DocumentKind] | None = None
    claimed: dict[str, Decimal] | None = None
    for line in subject.claim.lines:
        benefit = subject.benefit(line.benefit)
        if benefit is None or not benefit.required_documents:
            continue
        if arrived is None:
            arrived = {document.kind for document in subject.documents}
        for required in benefit.required_documents:
            kind = required.kind
            if kind in arrived:
                continue
            if required.from_amount:
                claimed = _claimed(subject) if claimed is None else claimed
                if claimed[line.benefit or ""] < required.from_amount:
                    continue
            item = f"document:{kind.value}"
            if item in subject.waived:
                continue
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.ASK,
                line_id=line.line_id,
                facts={
                    "item": item,
                    "line": str(line.line_id),
                    "benefit": line.benefit or "",
                    "document": kind.value,
                },
            )


def _claimed(subject: ClaimUnderReview) -> dict[str, Decimal]:
    """What the lines of each benefit come to together."""
    claimed: dict[str, Decimal] = {}
    for line in subject.claim.lines:
        code = line.benefit or ""
        claimed[code] = claimed.get(code, NOTHING) + max(line.amount or NOTHING, NOTHING)
    return claimed
