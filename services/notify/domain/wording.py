"""How amounts, days and names are written in German and English."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from shared.contract.contacts import Language

_NO_BREAK = "\N{NO-BREAK SPACE}"
_SYMBOLS = {"EUR": "€"}
_MONTHS = {
    Language.GERMAN: (
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
    Language.ENGLISH: (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


def money(amount: Decimal, currency: str, language: Language) -> str:
    """An amount as clients read it: `1.234,56 €` or `€1,234.56`; never broken over two lines."""
    figure = f"{abs(amount):,.2f}"
    sign = "\N{MINUS SIGN}" if amount < 0 else ""
    symbol = _SYMBOLS.get(currency, currency)
    if language is Language.GERMAN:
        swapped = figure.translate(str.maketrans(",.", ".,"))
        return f"{sign}{swapped}{_NO_BREAK}{symbol}"
    gap = "" if symbol != currency else _NO_BREAK
    return f"{sign}{symbol}{gap}{figure}"


def day(on: date, language: Language) -> str:
    """A day in words: `3. März 2026` or `3 March 2026`."""
    month = _MONTHS[language][on.month - 1]
    point = "." if language is Language.GERMAN else ""
    return f"{on.day}{point}{_NO_BREAK}{month}{_NO_BREAK}{on.year}"


def one_line(text: str) -> str:
    """A client's words as one line: no control signs, no runs of spaces.

    Line breaks and direction overrides in a name or description must not move what stands
    around them; joiners that scripts need for their letters stay.
    """
    kept = (
        " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign
        for sign in unicodedata.normalize("NFC", text)
        if unicodedata.category(sign) not in {"Cs", "Co", "Cn"} and sign not in _OVERRIDES
    )
    return squeezed("".join(kept))


def squeezed(text: str) -> str:
    """Runs of spaces and line ends as one space; protected spaces stay."""
    return _SPACES.sub(" ", text).strip(" ")


_SPACES = re.compile(r"[ \t\r\n]+")
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
