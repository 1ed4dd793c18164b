"""A later premium was unpaid at the loss, and the reminder's time limit over (VVG §38)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "later_premium_unpaid"
GROUP = FindingGroup.POLICY
SEVERITIES = (Severity.REJECT,)
REASON = "later_premium_unpaid"
TEXT = {
    "de": "Der Beitrag vom {due_on} war am {date_of_loss} unbezahlt; die Mahnfrist endete am "
    "{period_ends_on}.",
    "en": "The premium due on {due_on} was unpaid on {date_of_loss}; the reminder's time limit "
    "ended on {period_ends_on}.",
}
_LEAST_PERIOD: Final = timedelta(weeks=2)
"""§38(1): a shorter time limit makes the reminder void. It begins the day after the reminder
arrived and ends with the same weekday (BGB §187(1), §188(2))."""


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Reject a loss after a reminder's time limit while its premium was unpaid (VVG §38(2)).

    The last day to pay is what policy administration says; a payment on the day of loss counts as
    in time. A person decides: the reminder must have named
    the amounts and the consequences, too.
    """
    policy, programme, day = subject.policy, subject.programme, subject.claim.date_of_loss
    if policy is None or not policy.premium_reminders or day is None:
        return
    if programme is None or programme.kind != "insurer":
        return
    for reminder in policy.premium_reminders:
        if reminder.period_ends_on - reminder.reminded_on < _LEAST_PERIOD:
            continue
        unpaid = reminder.paid_on is None or reminder.paid_on > day
        if unpaid and day > reminder.period_ends_on:
            yield Finding(
                code=CODE,
                group=GROUP,
                severity=Severity.REJECT,
                facts={
                    "date_of_loss": day.isoformat(),
                    "due_on": reminder.due_on.isoformat(),
                    "period_ends_on": reminder.period_ends_on.isoformat(),
                },
            )
