"""Amounts of money in German and English text: `1.234,56 €`, `EUR 1,234.56`, `450 Euro`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

_NUMBER = (
    r"(?:[1-9]\d{0,2}(?:[.\s]?\d{3}){0,3}(?:\s[.,]\d\d|[.,]\s0\d)(?!\d)"  # 450 ,00: OCR
    r"|[1-9]\d{0,2}(?:[.\s'’]\d{3}){1,3}(?:,\d{1,2})?(?![.]?\d)"  # 1.234,56  1 234,56  1'234
    r"|[1-9]\d{0,2}(?:,\d{3}){1,3}(?:\.\d{1,2})?(?!,?\d)"  # 1,234.56
    r"|[1-9]\d{0,2}(?:['’\s]\d{3}){1,3}\.\d{1,2}(?!\d)"  # 1'234.56
    r"|\d{1,9}(?:[.,]\d{1,2})?(?![.,]?\d))"  # 450  450,5  450.00
)
_NAMES: Final = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "$": "USD", "usd": "USD", "us-dollar": "USD", "dollar": "USD", "dollars": "USD",
    "£": "GBP", "gbp": "GBP", "pfund": "GBP", "pounds": "GBP",
    "chf": "CHF", "sfr": "CHF", "fr": "CHF", "franken": "CHF", "francs": "CHF",
    "zł": "PLN", "zloty": "PLN", "złoty": "PLN", "kč": "CZK", "¥": "JPY",
}  # fmt: skip
_CODES: Final = (
    "AUD", "BGN", "CAD", "CNY", "CZK", "DKK", "HKD", "HUF", "INR", "JPY", "NOK", "PLN", "RON",
    "SEK", "TRY", "UAH", "ZAR",
)  # fmt: skip
"""Only in capitals: "Sek." are seconds, and "try" is a word."""
_CURRENCY = (
    r"€|\$|£|¥|(?:eur|euros?|usd|us-dollar|dollars?|gbp|pounds|pfund|chf|sfr|franken|francs|zł"
    rf"|zloty|złoty|kč|(?-i:Fr|{'|'.join(_CODES)}))(?![a-zäöüß])"
)
_PER_UNIT = (
    r"(?!\s?/\s?(?:kwh|std|stunde|h\b|m²|m2|qm|stk|stück|monat|tag|hour|day|month|unit|km|liter"
    r"|l\b|kg|pc))"
)
"""A price per hour or kilowatt-hour is no expense; what it comes to stands elsewhere."""
_DASHES = r"(?:[,.]\s?(?:--|-|–|—)+)?"  # 450,- €
_MONEY = re.compile(
    rf"(?<![\w.,])(?P<sign>[-−]\s?)?"
    rf"(?:(?P<before>{_CURRENCY})\.?:?\s{{0,2}}(?P<minus>[-−])?(?P<first>{_NUMBER}){_DASHES}"
    rf"|(?P<second>{_NUMBER}){_DASHES}\s{{0,2}}(?P<after>{_CURRENCY})){_PER_UNIT}",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?<![\w.,/+-])(?P<sign>[-−])?(?P<number>{_NUMBER})(?P<dashes>,\s?(?:--|-|–)+)?\s*$"
)
_DIGIT = re.compile(r"\d")
_LAST_SIGNS: Final = frozenset("0123456789-–")
_CENTS = re.compile(r"[.,]\d{2}$")
_SPACED_CENTS = re.compile(r"(?:\s[.,]|[.,]\s)(?=\d\d$)")
_WHOLE = r"\d{1,3}(?:\.\d{3})*"
_SPLIT_CENTS = re.compile(
    rf"(?<![\w.,])(?:(?P<before>(?:{_CURRENCY})\s{{0,2}}{_WHOLE}),\s(?P<cents>\d\d)(?=\s*$)"
    rf"|(?P<whole>{_WHOLE}),\s(?P<after>\d\d\s{{0,2}}(?:{_CURRENCY})))",
    re.IGNORECASE | re.MULTILINE,
)
_THOUSANDS = re.compile(r"[.,'’\s](?=\d{3}(?:\D|$))")
_LONGEST_LINE: Final = 200
_LARGEST: Final = Decimal(10**9)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as it stands in a text.

    Attributes:
        amount: With two decimals; negative only where the text says so.
        currency: ISO 4217 code.
        start: Where it begins in the text.
        end: Where it ends.
    """

    amount: Decimal
    currency: str
    start: int
    end: int


def joined_cents(scanned: str) -> str:
    """The same text without the space that reading a picture puts in: `450, 50 EUR`.

    In what people type themselves, the comma may end the item before.
    """
    return _SPLIT_CENTS.sub(
        lambda m: f"{m['before'] or m['whole']},{m['cents'] or m['after']}", scanned
    )


def find_money(text: str) -> tuple[Money, ...]:
    """Every amount with a currency, in order."""
    return _of_line(text) if len(text) <= _LONGEST_LINE else tuple(_all(text))


@lru_cache(maxsize=1024)
def _of_line(line: str) -> tuple[Money, ...]:
    """Remembered, as a line is looked at several times: as an amount, a cell, a row, an item."""
    return tuple(_all(line)) if _DIGIT.search(line) else ()


def amount_at_end(line: str, currency: str = "EUR") -> Money | None:
    """An amount with cents but without a currency at the end of a line, as in a table."""
    match = _BARE.search(line) if line.rstrip()[-1:] in _LAST_SIGNS else None
    if match is None or not (match["dashes"] or _CENTS.search(match["number"])):
        return None
    amount = _decimal(match["number"])
    if amount is None:
        return None
    return Money(-amount if match["sign"] else amount, currency, match.start(), match.end())


def _all(text: str) -> Iterator[Money]:
    for match in _MONEY.finditer(text):
        amount = _decimal(match["first"] or match["second"])
        if amount is None:
            continue
        name = match["before"] or match["after"]
        currency = name if name in _CODES else _NAMES[name.lower()]
        negative = match["minus"] or (match["sign"] and _is_minus(text, match))
        start = match.start() if negative else match.start() + len(match["sign"] or "")
        yield Money(-amount if negative else amount, currency, start, match.end())


def _is_minus(text: str, match: re.Match[str]) -> bool:
    """Say whether a dash before an amount is its sign, not the bullet or dash of a list."""
    if match["sign"].endswith(" "):
        return False
    before = text[: match.start()].rstrip(" ")
    return before.endswith((":", "=")) or bool(
        re.search(r"(?:rabatt|gutschrift|abz(?:ü|ue)glich|nachlass|discount|credit|refund|less)\s*$",
                  before[-30:], re.IGNORECASE)
    )  # fmt: skip


def _decimal(number: str) -> Decimal | None:
    """The value of a number whose separators tell which language it is written in."""
    number = _SPACED_CENTS.sub(",", number)
    if re.fullmatch(r"\d+[.,]\d{1,2}", number):
        value = Decimal(number.replace(",", "."))
    else:
        whole, cents = number, ""
        if match := re.search(r"[.,](\d{1,2})$", number):
            whole, cents = number[: match.start()], match[1]
        value = Decimal(f"{_THOUSANDS.sub('', whole)}.{cents or '0'}")
    return value.quantize(Decimal("0.01")) if value < _LARGEST else None
