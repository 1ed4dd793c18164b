"""What a new assessment says otherwise than the one before, for the person who has the case."""

from collections.abc import Iterator
from decimal import Decimal

from services.review.domain.subject import NOTHING
from shared.contract.assessment import Assessment, AssessmentChange, Finding


def assessment_changes(before: Assessment, after: Assessment) -> tuple[AssessmentChange, ...]:
    """Findings that are new or gone, amounts per line and in all, and the recommendation.

    A finding is told by its code, its line, its severity and the item that it asks for; what else
    it saw may change unsaid.
    """
    return tuple(_changes(before, after))


def _changes(before: Assessment, after: Assessment) -> Iterator[AssessmentChange]:
    old, new = dict.fromkeys(map(_key, before.findings)), dict.fromkeys(map(_key, after.findings))
    for key in old:
        if key not in new:
            yield AssessmentChange(what="finding_gone", code=key[0], line_id=key[1], before=key[2])
    for key in new:
        if key not in old:
            yield AssessmentChange(what="finding_new", code=key[0], line_id=key[1], after=key[2])
    covered = {line.line_id: line.covered for line in before.lines}
    for line in after.lines:
        yield from _amount(covered.get(line.line_id, NOTHING), line.covered, line.line_id)
    yield from _amount(before.covered, after.covered)
    if before.recommendation is not after.recommendation:
        yield AssessmentChange(
            what="recommendation", before=before.recommendation, after=after.recommendation
        )


def _key(finding: Finding) -> tuple[str, int | None, str]:
    """A finding's code, its line, and its severity with the item that it asks for, if it does."""
    item = finding.facts.get("item")
    said = f"{finding.severity.value} {item}" if item else finding.severity.value
    return finding.code, finding.line_id, said


def _amount(
    before: Decimal, after: Decimal, line_id: int | None = None
) -> Iterator[AssessmentChange]:
    if before != after:
        yield AssessmentChange(
            what="covered", line_id=line_id, before=f"{before:.2f}", after=f"{after:.2f}"
        )
