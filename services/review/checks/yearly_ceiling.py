"""The rest of a benefit's yearly limit is smaller than what is claimed."""

from collections.abc import Iterable, Iterator

from services.review.domain.arithmetic import PricedLine, yearly_remainder
from services.review.domain.subject import ClaimUnderReview
from shared.contract.case_file import Finding, FindingGroup, Severity
from shared.programmes.models import ArithmeticStepName

CODE = "yearly_ceiling"
GROUP = FindingGroup.COVERAGE
SEVERITIES = (
    Severity.REDUCE,
    Severity.REJECT,
)
TEXT = {
    "de": "Position {line}: Vom Jahreslimit {limit} für {benefit} sind noch {remainder} frei.",
    "en": "Line {line}: {remainder} of the yearly limit {limit} for {benefit} is left.",
}


def check(subject: ClaimUnderReview, lines: Iterable[PricedLine]) -> Iterator[Finding]:
    """Say which lines were clipped to the remainder; with nothing left they are rejected."""
    for line in lines:
        benefit = subject.benefit(line.benefit)
        if not line.taken_by(ArithmeticStepName.YEARLY_CEILING):
            continue
        assert benefit is not None
        assert line.benefit is not None
        assert benefit.yearly_limit is not None
        remainder = yearly_remainder(subject, line.benefit, benefit.yearly_limit)
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REDUCE if remainder else Severity.REJECT,
            line_id=line.line_id,
            facts={
                "line": str(line.line_id),
                "benefit": line.benefit,
                "limit": str(benefit.yearly_limit),
                "remainder": str(remainder),
            },
        )
