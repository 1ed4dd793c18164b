"""Dates in running text, German and English."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("januar", "jänner", "january", "jan"),
            ("februar", "feber", "february", "feb"),
            ("märz", "maerz", "march", "mär", "mrz", "mar"),
            ("april", "apr"),
            ("mai", "may"),
            ("juni", "june", "jun"),
            ("juli", "july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("oktober", "october", "okt", "oct"),
            ("november", "nov"),
            ("dezember", "december", "dez", "dec"),
        ),
        start=1,
    )
    for name in names
}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")(?![a-zäöüß])\.?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NUMBER_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:(?:19|20)\d{2}|\d{2})"
_FROM = (
    rf"(?:(?P<first>{_DAY})\.?(?:st|nd|rd|th)?"
    r"(?:\s?[/–-]\s?|\s(?:auf|bis|zum|und|to|and)\s(?:den\s|zum\s|dem\s|the\s)?))"
)
"""The first day of "in der Nacht vom 11. auf den 12. November"."""

_NUMERIC = rf"{_FROM}?(?P<day>{_DAY})\.\s?(?P<month>{_NUMBER_MONTH})\.\s?(?P<year>{_YEAR})?"
_NAMED = (
    rf"{_FROM}?(?P<day>{_DAY})(?:\.|st|nd|rd|th)?\s?(?:of\s)?(?P<name>{_MONTH})"
    rf"(?:[\s,]{{1,2}}(?P<year>(?:19|20)\d{{2}}|'?\d{{2}}(?!\s?(?:uhr|:|h\b))))?"
)
_MONTH_FIRST = (
    rf"(?P<name>{_MONTH})\s(?P<day>{_DAY})(?:st|nd|rd|th)?(?:,?\s(?P<year>(?:19|20)\d{{2}}))?"
)
_FORMS: Final = tuple(
    re.compile(rf"(?<![\d./-]){form}(?![\d/]|[.-]\d)", re.IGNORECASE)
    for form in (
        r"(?P<year>(?:19|20)\d{2})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        rf"(?P<day>\d{{1,2}})[/-](?P<month>\d{{1,2}})[/-](?P<year>{_YEAR})",
        _NUMERIC,
        _NAMED,
        _MONTH_FIRST,
    )
)
_RELATIVE: Final = {
    "vorgestern": 2, "day before yesterday": 2, "gestern": 1, "gestrigen": 1, "yesterday": 1,
    "last night": 1, "letzte nacht": 1, "heute nacht": 0, "heute": 0, "heutigen": 0, "today": 0,
    "this morning": 0,
}  # fmt: skip
_RELATIVE_WORDS = re.compile(rf"\b(?:{'|'.join(_RELATIVE)})\b", re.IGNORECASE)
_WEEKDAYS: Final = (
    ("montag", "monday"), ("dienstag", "tuesday"), ("mittwoch", "wednesday"),
    ("donnerstag", "thursday"), ("freitag", "friday"), ("samstag", "saturday"),
    ("sonntag", "sunday"),
)  # fmt: skip
_WEEKDAY = re.compile(
    r"\b(?:letzte[nr]?|vergangene[nr]?|vorige[nr]?|diesen|last|this past|on|am)\s("
    + "|".join(name for names in _WEEKDAYS for name in names)
    + r")(?!\w)(?!,?\s(?:den\s|dem\s|the\s)?\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date and where it stands; `exact` if the text names day, month and year."""

    day: date
    start: int
    end: int
    exact: bool


def find_dates(text: str, today: date) -> list[FoundDate]:
    """Every date of a text, in order.

    Args:
        text: Cleaned text.
        today: The day of receipt: "yesterday" and dates without a year refer to it.
    """
    found: list[FoundDate] = []
    for candidate in sorted(_candidates(text, today), key=lambda hit: (hit.start, -hit.end)):
        if not found or candidate.start >= found[-1].end:
            found.append(candidate)
    return found


def _candidates(text: str, today: date) -> Iterator[FoundDate]:
    for form in _FORMS:
        for match in form.finditer(text):
            if hit := _of_match(match, today):
                yield hit
    for match in _RELATIVE_WORDS.finditer(text):
        day = today - timedelta(days=_RELATIVE[match[0].lower()])
        yield FoundDate(day, match.start(), match.end(), exact=False)
    for match in _WEEKDAY.finditer(text):
        weekday = next(n for n, names in enumerate(_WEEKDAYS) if match[1].lower() in names)
        back = (today.weekday() - weekday) % 7 or 7
        yield FoundDate(today - timedelta(days=back), match.start(1), match.end(1), exact=False)


def _of_match(match: re.Match[str], today: date) -> FoundDate | None:
    parts = match.groupdict()
    day = int(parts["day"])
    name = parts.get("name")
    month = _MONTHS[name.rstrip(".").lower()] if name else int(parts["month"])
    # British order is the rule here; 11/23/2026 can only be American.
    if month > 12 >= day:
        day, month = month, day
    if parts.get("first") and int(parts["first"]) < day:
        day = int(parts["first"])
    year = _year(parts["year"])
    hit = _valid(year or today.year, month, day)
    if hit and year is None and hit > today:
        hit = _valid(today.year - 1, month, day)
    return FoundDate(hit, match.start(), match.end(), year is not None) if hit else None


def _year(digits: str | None) -> int | None:
    if not digits:
        return None
    number = int(digits.lstrip("'"))
    return number if number >= 100 else 2000 + number


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
