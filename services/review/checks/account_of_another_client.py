"""The bank account that the claim names is known as another client's."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "account_of_another_client"
GROUP = FindingGroup.SUSPICION
SEVERITIES = (Severity.REFER,)
REASON = None
TEXT = {
    "de": "Das angegebene Konto ist als Konto eines anderen Kunden bekannt.",
    "en": "The stated account is known as another client's.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim whose account another client has, or named in a claim of their own.

    Whose it is stays out of the facts; the policy's own people may share one (see
    `services/review/domain/accounts.py`).
    """
    if subject.account_of_others:
        yield Finding(code=CODE, group=GROUP, severity=Severity.REFER)
