"""What a new assessment says otherwise than the one before, for the person who has the case."""

from collections.abc import Iterator
from decimal import Decimal

from services.review.domain.subject import NOTHING
from shared.contract.assessment import Assessment, AssessmentChange


def assessment_changes(before: Assessment, after: Assessment) -> tuple[AssessmentChange, ...]:
    """Findings that are new or gone, amounts per line and in all, and the recommendation.

    A finding is told by its code, its line and its severity; what it saw may change unsaid.
    """
    return tuple(_changes(before, after))


def _changes(before: Assessment, after: Assessment) -> Iterator[AssessmentChange]:
    old = dict.fromkeys((each.code, each.line_id, each.severity) for each in before.findings)
    new = dict.fromkeys((each.code, each.line_id, each.severity) for each in after.findings)
    for code, line_id, severity in old:
        if (code, line_id, severity) not in new:
            yield AssessmentChange(what="finding_gone", code=code, line_id=line_id, before=severity)
    for code, line_id, severity in new:
        if (code, line_id, severity) not in old:
            yield AssessmentChange(what="finding_new", code=code, line_id=line_id, after=severity)
    covered = {line.line_id: line.covered for line in before.lines}
    for line in after.lines:
        yield from _amount(covered.get(line.line_id, NOTHING), line.covered, line.line_id)
    yield from _amount(before.covered, after.covered)
    if before.recommendation is not after.recommendation:
        yield AssessmentChange(
            what="recommendation", before=before.recommendation, after=after.recommendation
        )


def _amount(
    before: Decimal, after: Decimal, line_id: int | None = None
) -> Iterator[AssessmentChange]:
    if before != after:
        yield AssessmentChange(
            what="covered", line_id=line_id, before=f"{before:.2f}", after=f"{after:.2f}"
        )
