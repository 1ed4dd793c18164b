"""The bank account that the client wrote can't exist."""

from collections.abc import Iterator

from schwifty import IBAN

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "invalid_iban"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.ASK,)
REASON = "lacks_information"
TEXT = {
    "de": "Die angegebene IBAN ist ungültig.",
    "en": "The stated IBAN is not valid.",
}


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask for the bank account when the stated IBAN fails its check digits or its country's form.

    The number itself stays out of the facts: they are shown in lists and logs.
    """
    iban = subject.claim.unconfirmed_iban
    if iban and not IBAN(iban, allow_invalid=True).is_valid:
        yield Finding(code=CODE, group=GROUP, severity=Severity.ASK, facts={"item": "bank_account"})
