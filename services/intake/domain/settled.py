"""Which of several amounts is the expense: what was paid instead of its estimate, own things."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from services.intake.domain.mentions import Item

_ESTIMATE = re.compile(
    r"\b(?:kosten(?:vor)?anschl[aä]ge?s?|kostenschätzung|voranschlag|geschätzt|schätzung|angebot"
    r"|(?:cost )?estimate[ds]?|quote[ds]?|quotation)\b",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"\b(?:be|ge)zahlt\b|\bpaid\b|\b(?:end|schluss)rechnung\b|\bfinal (?:bill|invoice)\b",
    re.IGNORECASE,
)
_PAID_ALONE = re.compile(
    r"(?:(?:(?:be|ge)zahlt|paid|endrechnung|schlussrechnung|final (?:bill|invoice)|ich|wir|habe[n]?"
    r"|wurden?|hat|dann|davon|dafür|aber|tatsächlich|letztlich|schließlich|am ende|nur|die|der|das"
    r"|über|war|lautet|auf|es|sind|ist|i|we|have|has|had|was|were|then|but|actually|finally"
    r"|in the end|only|the|it|is|and|und|for it)\b\W*)+",
    re.IGNORECASE,
)
_LEADS = re.compile(r"^(?:der|die|das|ein|the|an?|laut|lt|für|for|über|of)\b\.?\s*", re.IGNORECASE)
_OWN_THING = re.compile(
    r"(?:my|our|an?|another|mein\w*|unser\w*|eine?n?)\s"
    r"(?!(?:new|neu|ersatz|same|gleich|vergleichbar|similar|gebraucht|used|replace|claim|anspruch"
    r"|forderung|zeitwert|wert|value|schaden|damage|loss|repa|kosten|costs?|price|preis))"
    r"(\w{3,})",
    re.IGNORECASE,
)
_PRICE_IS_ITS_WORTH: Final = 0.5


def settled(items: Sequence[Item], told: Sequence[Item] = ()) -> list[Item]:
    """The items without an estimate for which the text says what was paid in the end.

    Args:
        items: The expenses found so far.
        told: Amounts in the sentences beside them, where the payment may stand, too.
    """
    estimates = [item for item in items if _ESTIMATE.search(item.description)]
    paid = [item for item in (*items, *told) if _is_paid(item)]
    if len(estimates) != 1 or len(paid) != 1:
        return list(items)
    (estimate,), (payment,) = estimates, paid
    what = ""
    if estimate.named:
        what = _LEADS.sub("", _ESTIMATE.sub("", _LEADS.sub("", estimate.description)).strip(" :,-"))
    kept = replace(payment, description=what)
    return [kept if item is estimate else item for item in items if item is not payment]


def own_things(now: Sequence[Item], then: Sequence[Item], told: str) -> list[Item]:
    """The amounts of today, with the prices of other things than those that they are for.

    "My laptop (bought for 1,499 USD) was stolen and my phone worth 899 USD too": two things. The
    price of the first is all that is said about its worth, so it is less sure.
    """
    if not now or not all(_is_of_its_own(item, told) for item in now):
        return list(now)
    prices = [
        replace(
            item,
            description=item.description.partition("(")[0].strip() or item.description,
            confidence=_PRICE_IS_ITS_WORTH,
        )
        for item in then
    ]
    return sorted([*now, *prices], key=lambda item: item.amount.start)


def unexplained(said: Sequence[Item], taken: Collection[Decimal]) -> tuple[Item, ...]:
    """The amounts that were read but are neither an expense nor a total."""
    return tuple(item for item in said if item.amount.amount not in taken)


def _is_paid(item: Item) -> bool:
    return bool(_PAID.search(item.description) and _PAID_ALONE.fullmatch(item.description))


def _is_of_its_own(item: Item, told: str) -> bool:
    match = _OWN_THING.match(item.description)
    return match is not None and len(re.findall(rf"\b{re.escape(match[1])}\b", told)) == 1
