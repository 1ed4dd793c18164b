"""Days that a text names by their distance from the day of receipt, German and English."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_CLOSE: Final = 0.85
"""How sure a day is that is named by its distance: mails are sent a day late."""
_ROUGH: Final = 0.7
"""Weeks and months are told roughly."""

_WORDS: Final = {
    "vorgestern": 2, "day before yesterday": 2, "gestern": 1, "gestrigen": 1, "yesterday": 1,
    "last night": 1, "letzte nacht": 1, "heute nacht": 0, "heute": 0, "heutigen": 0, "today": 0,
    "this morning": 0, "tonight": 0, "this afternoon": 0, "this evening": 0,
}  # fmt: skip
_NUMBERS: Final = {
    word: number
    for number, words in enumerate(
        (
            ("a", "an", "one", "ein", "einem", "einer"), ("two", "zwei"), ("three", "drei"),
            ("four", "vier"), ("five", "fünf"), ("six", "sechs"), ("seven", "sieben"),
            ("eight", "acht"), ("nine", "neun"), ("ten", "zehn"), ("eleven", "elf"),
            ("twelve", "zwölf"), ("thirteen", "dreizehn"), ("fourteen", "vierzehn"),
        ),
        start=1,
    )
    for word in words
}  # fmt: skip
_NUMBER = r"(\d{1,2}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("montag", "monday"), ("dienstag", "tuesday"), ("mittwoch", "wednesday"),
            ("donnerstag", "thursday"), ("freitag", "friday"),
            ("samstag", "saturday", "sonnabend"), ("sonntag", "sunday"),
        )
    )
    for name in names
}  # fmt: skip
_WEEKDAY = "(" + "|".join(_WEEKDAYS) + r")(?:abend|morgen|nacht|nachmittag|mittag|vormittag)?"
_NO_DATE_FOLLOWS = r"(?!\w)(?!,?\s(?:den\s|dem\s|the\s)?\d)"
_LAST_WEEK = (
    r"(?:(?:in\s)?(?:de[rn]\s)?(?:letzte[nr]?|vergangene[nr]?|vorige[nr]?)\swoche|last\sweek"
    r"|(?:of|in)\sthe\s(?:past|previous)\sweek)"
)
_MONTH_BEGINS = r"(?:ja[nä]|fe|m[aäz]|ap|mai|ju[nl]|au|se|o[kc]t|no|de[zc])"
_FEASTS: Final = {
    "heiligabend": (12, 24), "heiligen abend": (12, 24), "christmas eve": (12, 24),
    "christmas day": (12, 25), "boxing day": (12, 26), "silvester": (12, 31),
    "new year's eve": (12, 31), "neujahr": (1, 1), "new year's day": (1, 1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RelativeDate:
    """A day, where it stands in the text, and how sure it is."""

    day: date
    start: int
    end: int
    sure: float


_Count = Callable[[re.Match[str], date], date | None]


def _by_word(match: re.Match[str], today: date) -> date:
    return today - timedelta(days=_WORDS[match[0]])


def _ago(match: re.Match[str], today: date) -> date:
    number = _NUMBERS.get(match[1]) or int(match[1])
    return today - timedelta(days=number * (1 if match[2].startswith(("tag", "day")) else 7))


def _weekday(match: re.Match[str], today: date) -> date:
    back = (today.weekday() - _WEEKDAYS[match[1]]) % 7 or 7
    return today - timedelta(days=back)


def _weekday_of_last_week(match: re.Match[str], today: date) -> date:
    monday = today - timedelta(days=today.weekday() + 7)
    return monday + timedelta(days=_WEEKDAYS[match[1]])


def _of_this_month(match: re.Match[str], today: date) -> date | None:
    return _day_of(today.year, today.month, int(match[1]))


def _of_last_month(match: re.Match[str], today: date) -> date | None:
    return _in_last_month(int(match[1]), today)


def _in_last_month(number: int, today: date) -> date | None:
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return _day_of(year, month, number)


def _feast(match: re.Match[str], today: date) -> date | None:
    month, day = _FEASTS[match[0]]
    this_year = date(today.year, month, day)
    return this_year if this_year <= today else date(today.year - 1, month, day)


def _day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_DAY_OF_MONTH = r"(\d{1,2})(?:\.|st|nd|rd|th)?\s(?:of\s)?(?:des\s)?"


def _last_such_day(match: re.Match[str], today: date) -> date | None:
    """The 11th of this month, or of the last one if that is still to come."""
    number = int(match[1] or match[2])
    this_month = _day_of(today.year, today.month, number)
    return this_month if this_month and this_month <= today else _in_last_month(number, today)


@dataclass(frozen=True, slots=True)
class _Form:
    """A way to name a day; it is only looked for where one of its words occurs at all."""

    words: tuple[str, ...]
    pattern: re.Pattern[str]
    count: _Count
    sure: float


def _form(words: tuple[str, ...], pattern: str, count: _Count, sure: float = _CLOSE) -> _Form:
    return _Form(words, re.compile(rf"(?:{pattern})\b"), count, sure)


_FORMS: Final = (
    _form(tuple(_WORDS), "|".join(map(re.escape, _WORDS)), _by_word),
    _form((" tag", " woche"), rf"vor\s{_NUMBER}\s(tage?n?|wochen?)", _ago, _ROUGH),
    _form(
        ("ago", "earlier", "back"),
        rf"{_NUMBER}\s(days?|weeks?)\s(?:ago|earlier|back)",
        _ago,
        _ROUGH,
    ),
    _form((" woche", " week"), rf"{_WEEKDAY}\s(?:of\s)?{_LAST_WEEK}", _weekday_of_last_week),
    _form(
        (" woche", " week"),
        rf"{_LAST_WEEK}\s(?:am\s|on\s)?{_WEEKDAY}{_NO_DATE_FOLLOWS}",
        _weekday_of_last_week,
    ),
    _form(
        tuple(_WEEKDAYS),
        r"(?:letzte[nr]?|vergangene[nr]?|vorige[nr]?|diesen|last|this past|on|am)\s"
        rf"{_WEEKDAY}{_NO_DATE_FOLLOWS}(?!\s(?:of\s)?{_LAST_WEEK})",
        _weekday,
    ),
    _form(
        ("monats", "month", "m.", "mt"),
        rf"{_DAY_OF_MONTH}(?:dieses monats|this month|d\.\s?m(?=\.)|ds\.\s?mts?(?=\.))",
        _of_this_month,
    ),
    _form(
        ("monats", "month", "m."),
        rf"{_DAY_OF_MONTH}(?:(?:letzten|vergangenen|vorigen) monats|last month|v\.\s?m(?=\.))",
        _of_last_month,
    ),
    _form(
        ("on the ", "am "),
        r"on\sthe\s(\d{1,2})(?:st|nd|rd|th)(?!\s(?:of|" + _MONTH_BEGINS + r"))"
        r"|am\s(\d{1,2})\.\s(?=[a-zäöü])(?!"
        + _MONTH_BEGINS
        + r"|dieses|des|d\.|advent|weihnacht|feiertag)",
        _last_such_day,
        _ROUGH,
    ),
    _form(tuple(_FEASTS), "|".join(map(re.escape, _FEASTS)), _feast),
)


def relative_dates(low: str, today: date) -> Iterator[RelativeDate]:
    """Every day that is named by its distance.

    Args:
        low: A cleaned text in lower case.
        today: The day of receipt.
    """
    for form in _FORMS:
        if not any(word in low for word in form.words):
            continue
        for match in form.pattern.finditer(low):
            if match.start() and low[match.start() - 1].isalnum():
                continue
            if day := form.count(match, today):
                yield RelativeDate(day, match.start(), match.end(), form.sure)
