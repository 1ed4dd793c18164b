"""A thing's current value is paid, and nobody knows how old it was."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes import ProgrammeVersion
from shared.programmes.prepared import prepared

CODE = "no_purchase_date"
GROUP = FindingGroup.MISSING_INFORMATION
SEVERITIES = (Severity.ASK, Severity.REFER)
REASON = "lacks_information"
ITEM = "purchase_date"
TEXT = {
    "de": "Position {line}: Für den Zeitwert fehlt der Tag des Kaufs.",
    "en": "Line {line}: the current value needs the day of purchase.",
}


@prepared
def _valued(programme: ProgrammeVersion) -> frozenset[str]:
    """The benefits that pay a current value."""
    return frozenset(
        code for code, benefit in programme.benefits.items() if benefit.valuation == "current"
    )


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask when things were bought; a person values what nobody is asked about any more."""
    if subject.programme is None:
        return
    valued = _valued(subject.programme)
    if not valued:
        return
    for line in subject.claim.lines:
        if line.bought_on is None and line.benefit in valued:
            waived = ITEM in subject.waived
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REFER if waived else Severity.ASK,
                line_id=line.line_id,
                facts={"item": ITEM, "line": str(line.line_id)},
            )
