"""The claim's currency does not exist."""

from collections.abc import Iterator
from typing import Final

from iso4217 import Currency

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity

CODE = "unknown_currency"
GROUP = FindingGroup.PROCESSING_ERROR
SEVERITIES = (Severity.REFER,)
REASON = None
TEXT = {
    "de": "Eine Währung {currency} gibt es nicht.",
    "en": "There is no currency {currency}.",
}
CURRENCIES: Final = frozenset(currency.code for currency in Currency)
"""The codes of ISO 4217."""


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Refer a claim in a currency that ISO 4217 does not have: somebody mistyped it."""
    currency = subject.claim.currency
    if currency not in CURRENCIES:
        yield Finding(code=CODE, group=GROUP, severity=Severity.REFER, facts={"currency": currency})
