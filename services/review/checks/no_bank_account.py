"""Nobody knows where to pay to."""

from collections.abc import Iterator

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "no_bank_account"
GROUP = FindingGroup.MISSING_INFORMATION
SEVERITIES = (Severity.ASK,)
REASON = "lacks_information"
ITEM = "bank_account"
TEXT = {
    "de": "Es ist kein Konto bestätigt und keines angegeben.",
    "en": "No account is confirmed and none was stated.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask for an account where the programme needs one, unless one is confirmed or was named.

    A named one is confirmed by `accounts` before anything is paid to it.
    """
    programme = subject.programme
    if programme is None or not programme.bank_account_required:
        return
    if subject.account_confirmed or subject.claim.unconfirmed_iban or ITEM in subject.waived:
        return
    yield Finding(code=CODE, group=GROUP, severity=Severity.ASK, facts={"item": ITEM})
