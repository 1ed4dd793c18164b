"""The policy had unusually many claims before this loss."""

from collections.abc import Iterator
from datetime import timedelta

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "unusually_many_claims"
GROUP = FindingGroup.SUSPICION
SEVERITIES = (Severity.REFER,)
REASON = None
TEXT = {
    "de": "{claims} weitere Schäden in den {within_days} Tagen vor diesem.",
    "en": "{claims} further claims in the {within_days} days before this loss.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim on a policy with as many earlier losses as the programme calls unusual."""
    day, programme = subject.claim.date_of_loss, subject.programme
    if day is None or programme is None or programme.many_claims is None:
        return
    unusual = programme.many_claims
    if len(subject.past_claims) < unusual.claims:
        return
    first = day - timedelta(days=unusual.within_days)
    claims = sum(
        1
        for past in subject.past_claims
        if past.date_of_loss is not None and first <= past.date_of_loss <= day
    )
    if claims >= unusual.claims:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REFER,
            facts={"claims": str(claims), "within_days": str(unusual.within_days)},
        )
