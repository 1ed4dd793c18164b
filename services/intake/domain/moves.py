"""A new postal or email address that a client tells; nothing uses it before it is confirmed."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.intake.domain.dates import find_dates
from services.intake.domain.replaced import is_replaced

_CHANGE = re.compile(
    r"neue[nrs]?\s(?:\w+\s)?(?:anschrift|adresse|wohnung|postadresse|wohnadresse|meldeadresse)"
    r"|(?:anschrift|adresse)(?:\s\w+){0,3}\s(?:geändert|ändert|lautet|ist jetzt|ist ab)"
    r"|adressänderung|anschriftenänderung|umgezogen|umzug|(?:ziehe[n]?|zieht)\b.{0,40}\b(?:um|nach)"
    r"|wohne[n]? (?:jetzt|nun|ab)|new (?:\w+ )?address|address (?:has )?(?:changed|is now|will be)"
    r"|change of address|moved|moving|i(?:'ve| have)? relocat\w+|now liv(?:e|ing) (?:at|in)",
    re.IGNORECASE,
)
_STREET = (
    r"[A-ZÄÖÜ][A-Za-zÄÖÜäöüß.' -]{1,50}?\s?\d{1,4}(?:\s?[a-zA-Z](?!\w))?(?:\s?[-/]\s?\d{1,4})?"
)
_GERMAN = re.compile(
    rf"(?P<street>{_STREET})(?:\s?[,;]\s?|\s?\n\s?|\sin\s|\s)(?:D[- ])?"
    r"(?P<town>\d{5}\s+[A-ZÄÖÜ][a-zäöüß]+(?:[ -](?:[A-ZÄÖÜ][a-zäöüß]+|am|an|der|im|a\.|d\.)){0,4})"
)
_UK = re.compile(
    r"(?P<street>(?:Flat \w+,? )?\d{1,4}[a-zA-Z]?\s[A-Z][A-Za-z' ]{2,40})[,\n]\s?"
    r"(?P<town>(?:[A-Z][A-Za-z' ]{2,30}[,\n]?\s?){1,3}[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})"
)
_NEW_EMAIL = re.compile(
    r"(?:(?:neue\w*\s(?:e-?)?mail\w*(?:[- ]adresse)?|new e-?mail(?: address)?)"
    r"\W{0,3}(?:lautet|ist|is|will be)?"
    r"|\b(?:e-?)?mail[- ]?(?:adresse|address)(?:\shat sich|\shas)?"
    r"\s(?:auf|to|(?:geändert|changed) \w+)"
    r"|\be-?mail(?:[- ]?(?:adresse|address))?\s(?:lautet|ist|is)\s(?:jetzt|nun|now|ab sofort))"
    r"\W{0,3}"
    r"(?P<address>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4})",
    re.IGNORECASE,
)
_REACH: Final = 300
_HALF_A_YEAR: Final = timedelta(days=183)
_SENTENCE_END = re.compile(r"(?<=[a-zäöüß]{4})[.:!?]\s+(?<!str\.\s)(?<!Str\.\s)")
_LEADING: Final = frozenset(
    {"lautet", "ist", "in", "nach", "to", "at", "is", "adresse", "anschrift", "address", "jetzt"}
    | {"now", "januar", "january", "februar", "march", "april", "mai", "may", "juni", "june"}
    | {"juli", "july", "september", "oktober", "october", "november", "dezember", "december"}
)
"""Words after which a street begins: of the sentence, or the month of a date."""
_FROM: Final = re.compile(
    r"\b(?:ab|zum|per|from|as of|on|am|seit|since)\s(?:de[mn]\s|the\s)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Move:
    """A new address, where it stands, and from when it holds."""

    address: str
    quote: str
    valid_from: date | None


def new_address(text: str, today: date, *, is_change: bool = False) -> Move | None:
    """The new postal address that a text tells; an address without such words is none.

    Args:
        text: The client's words.
        today: Day of receipt.
        is_change: The contact is about a change of data: then any address in it is the new one.
    """
    cue = _CHANGE.search(text)
    if cue is None and not is_change:
        return None
    begin = max(0, cue.start() - _REACH) if cue else 0
    near = text[begin : cue.end() + _REACH] if cue else text[: 2 * _REACH]
    for form in (_GERMAN, _UK):
        for match in form.finditer(near):
            if not is_replaced(near[: match.start()]):
                address = f"{_street(match['street'])}, {' '.join(match['town'].split())}"
                return Move(address, match[0], _valid_from(near, today))
    return None


def new_email_address(text: str) -> str | None:
    """The new email address that a text tells."""
    match = _NEW_EMAIL.search(text)
    return match["address"].lower().rstrip(".") if match else None


def _street(written: str) -> str:
    """The street without the words of the sentence before it; streets begin with a capital."""
    words = _SENTENCE_END.split(written)[-1].split()
    leading = [place for place, word in enumerate(words) if word.lower().strip(":") in _LEADING]
    if leading and leading[-1] + 1 < len(words):
        words = words[leading[-1] + 1 :]
    while len(words) > 2 and words[0].islower():
        del words[0]
    return " ".join(words)


def _valid_from(near: str, today: date) -> date | None:
    for hit in find_dates(near, today):
        if _FROM.search(near[max(0, hit.start - 15) : hit.start]):
            # Without a year it is the one that is near: who moves says so in time.
            far = hit.sure < 1 and today - hit.day > _HALF_A_YEAR
            return _a_year_later(hit.day) if far else hit.day
    return None


def _a_year_later(day: date) -> date:
    return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else day
