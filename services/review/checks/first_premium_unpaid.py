"""The first premium was not paid when the loss happened (VVG §37)."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "first_premium_unpaid"
GROUP = FindingGroup.POLICY
SEVERITIES = (Severity.REJECT,)
REASON = "first_premium_unpaid"
TEXT = {
    "de": "Der erste Beitrag war am {date_of_loss} nicht gezahlt (gezahlt: {paid_on}).",
    "en": "The first premium was unpaid on {date_of_loss} (paid: {paid_on}).",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject a loss before the first premium of an insurer's policy was paid (VVG §37(2)).

    A person decides: the insurer is free only if the client was told so and was at fault.
    """
    policy, programme, day = subject.policy, subject.programme, subject.claim.date_of_loss
    if policy is None or day is None or programme is None or programme.kind != "insurer":
        return
    paid_on = policy.first_premium_paid_on
    if paid_on is None or day < paid_on:
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.REJECT,
            facts={
                "date_of_loss": day.isoformat(),
                "paid_on": paid_on.isoformat() if paid_on else "-",
            },
        )
