"""The bank account that the client wrote can't exist."""

import string
from collections.abc import Iterator
from functools import lru_cache

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from schwifty.registry import IBANSpec, get_iban_spec

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

_VALUES = {ord(sign): str(value) for value, sign in enumerate(string.ascii_uppercase, 10)}
"""What a letter counts in the check digits (ISO 13616)."""
_LEAST, _MOST = "02", "98"
"""Check digits are between these; what has others was not computed."""


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask for the bank account when the stated IBAN fails its check digits or its country's form.

    The number itself stays out of the facts: they are shown in lists and logs.
    """
    iban = subject.claim.unconfirmed_iban
    if iban and not (_is_plain_and_valid(iban) or IBAN(iban, allow_invalid=True).is_valid):
        yield Finding(code=CODE, group=GROUP, severity=Severity.ASK, facts={"item": "bank_account"})


def _is_plain_and_valid(written: str) -> bool:
    """Is it a valid IBAN, in capitals, with or without blanks? A tenth of what schwifty costs."""
    iban = written.replace(" ", "")
    spec = _spec(iban[:2])
    if spec is None or len(iban) != spec.iban_length or not (iban.isascii() and iban.isalnum()):
        return False
    if not (_LEAST <= iban[2:4] <= _MOST and iban.isupper() and spec.regex.match(iban[4:])):
        return False
    return int((iban[4:] + iban[:4]).translate(_VALUES)) % 97 == 1


@lru_cache(maxsize=512)
def _spec(country: str) -> IBANSpec | None:
    try:
        return get_iban_spec(country)
    except SchwiftyException:
        return None
