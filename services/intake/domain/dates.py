"""Dates in running text, German and English: in figures, in words, and relative to a day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.intake.domain.lowering import lowered
from services.intake.domain.relative_dates import relative_dates

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
_TENS: Final = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
)
_UNITS: Final = ("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_ORDINALS: Final = {
    word: number
    for number, words in enumerate(
        (
            ("ersten", "erster", _TENS[0]), ("zweiten", "zweiter", _TENS[1]),
            ("dritten", "dritter", _TENS[2]), ("vierten", "vierter", _TENS[3]),
            ("fünften", "fünfter", _TENS[4]), ("sechsten", "sechster", _TENS[5]),
            ("siebten", "siebenten", "siebter", _TENS[6]), ("achten", "achter", _TENS[7]),
            ("neunten", "neunter", _TENS[8]), ("zehnten", "zehnter", "tenth"),
            ("elften", "elfter", "eleventh"), ("zwölften", "zwölfter", "twelfth"),
            ("dreizehnten", "thirteenth"), ("vierzehnten", "fourteenth"),
            ("fünfzehnten", "fifteenth"), ("sechzehnten", "sixteenth"),
            ("siebzehnten", "seventeenth"), ("achtzehnten", "eighteenth"),
            ("neunzehnten", "nineteenth"), ("zwanzigsten", "twentieth"),
            *(
                (f"{unit}undzwanzigsten", f"twenty-{tenth}", f"twenty {tenth}")
                for unit, tenth in zip(_UNITS, _TENS, strict=True)
            ),
            ("dreißigsten", "dreissigsten", "thirtieth"),
            ("einunddreißigsten", "einunddreissigsten", "thirty-first", "thirty first"),
        ),
        start=1,
    )
    for word in words
}  # fmt: skip


def _one_of(words: dict[str, int]) -> str:
    return "(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"


_MONTH = _one_of(_MONTHS) + r"(?![a-zäöüß])\.?"
_ORDINAL = _one_of(_ORDINALS)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NUMBER_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:(?:19|20)\d{2}|\d{2})"
_NAMED_YEAR = r"(?P<year>(?:19|20)\d{2}|'?\d{2}(?!\s?(?:uhr|:|h\b|€|eur|st))(?![.,]\d))"
_FROM = (
    rf"(?:(?P<first>{_DAY})\.?(?:st|nd|rd|th)?"
    r"(?:\s?[/–-]\s?|\s(?:auf|bis|zum|und|to|and)\s(?:den\s|zum\s|dem\s|the\s)?))"
)
"""The first day of "in der Nacht vom 11. auf den 12. November"."""
_NOT_LONGER = r"(?![\d/]|[.-]\d)"
_DAY_AND_NAME = rf"(?P<day>{_DAY})(?:\.|st|nd|rd|th)?(?:\s?|[/-])(?:of\s)?(?P<name>{_MONTH})"
_FROM_A_DIGIT: Final = tuple(
    re.compile(form + _NOT_LONGER)
    for form in (
        r"(?P<year>(?:19|20)\d{2})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        rf"(?P<day>\d{{1,2}})[/-](?P<month>\d{{1,2}})[/-](?P<year>{_YEAR})",
        rf"{_FROM}?(?P<day>{_DAY})\.\s?(?P<month>{_NUMBER_MONTH})\.\s?(?P<year>{_YEAR})?",
        rf"(?P<day>{_DAY})\s(?P<month>{_NUMBER_MONTH})\s(?P<year>20\d{{2}})",
        rf"{_FROM}?{_DAY_AND_NAME}(?:[\s,./-]{{1,2}}{_NAMED_YEAR})?",
    )
)
_NO_LAST_POINT = re.compile(
    rf"(?P<day>{_DAY})\.(?P<month>{_NUMBER_MONTH})(?!\s?(?:uhr|h\b|€|eur|:))(?![\d/,]|[.-]\d)"
)
"""The 12.11 of "am 12.11 gestohlen"; without such a word before it, it is a time or a price."""
_POINTS_AT_A_DAY = re.compile(r"(?:\b(?:am|vom|zum|den|dem|seit)|tag:?|datum:?)\s$")
_FROM_A_MONTH: Final = re.compile(
    rf"(?P<name>{_MONTH})\s(?:the\s)?(?:(?P<day>{_DAY})(?:st|nd|rd|th)?|(?P<ordinal>{_ORDINAL}))"
    rf"(?:,?\s(?P<year>(?:19|20)\d{{2}}))?" + _NOT_LONGER
)
_ORDINAL_BEFORE = re.compile(rf"(?<![\w-])(?P<ordinal>{_ORDINAL})\s(?:day\s)?(?:of\s)?$")
_AFTER_MONTH = re.compile(rf"(?P<name>{_MONTH})(?:[\s,]{{1,2}}(?P<year>(?:19|20)\d{{2}}))?")
_BETWEEN = re.compile(
    r"\b(?:zwischen|between|from|von|vom|nacht|night|zeit|zeitraum|period)\s[\w ,.]{0,12}$"
)
_TO = re.compile(
    r"[\s,]*(?:[\w.:]{1,6}\s){0,3}(?:und|bis|and|to|auf|until|till|-|–)\s?"
    r"(?:(?:zum|den|dem|the|on|am)\s){0,2}"
)
_WIDEST_RANGE: Final = 40
_LONGEST_ORDINAL: Final = 30
_DIGITS = re.compile(r"\d+")
_MONTH_NAMES = re.compile(_one_of(_MONTHS))
_NO_YEAR: Final = 0.9


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date and where it stands; `sure` is 1 if the text names day, month and year."""

    day: date
    start: int
    end: int
    sure: float


def find_dates(text: str, today: date) -> list[FoundDate]:
    """Every date of a text, in order.

    Args:
        text: Cleaned text.
        today: The day of receipt: "yesterday" and dates without a year refer to it.
    """
    low = lowered(text)
    candidates = [*_written(low, today)]
    candidates += [FoundDate(r.day, r.start, r.end, r.sure) for r in relative_dates(low, today)]
    found: list[FoundDate] = []
    for candidate in sorted(candidates, key=lambda hit: (hit.start, -hit.end)):
        if not found or candidate.start >= found[-1].end:
            if found and _is_range(low, found[-1], candidate):
                found[-1] = replace(found[-1], end=candidate.end)
            else:
                found.append(candidate)
    return found


def _is_range(low: str, one: FoundDate, other: FoundDate) -> bool:
    """Say whether two dates are the ends of a time in between: the first one counts."""
    between = low[one.end : other.start]
    if len(between) > _WIDEST_RANGE or one.day > other.day:
        return False
    return bool(_TO.fullmatch(between) and _BETWEEN.search(low[max(0, one.start - 30) : one.start]))


def _written(low: str, today: date) -> Iterator[FoundDate]:
    for digits in _DIGITS.finditer(low):
        start = digits.start()
        if start and low[start - 1] in "./-" and low[max(0, start - 2)] not in " \n":
            continue
        for form in _FROM_A_DIGIT:
            if (match := form.match(low, start)) and (hit := _of_match(match, today)):
                yield hit
        match = _NO_LAST_POINT.match(low, start)
        if match and _POINTS_AT_A_DAY.search(low[max(0, start - 10) : start]):
            yield from filter(None, [_of_match(match, today)])
    for month in _MONTH_NAMES.finditer(low):
        start = month.start()
        if start and low[start - 1].isalpha():
            continue
        if (match := _FROM_A_MONTH.match(low, start)) and (hit := _of_match(match, today)):
            yield hit
        ordinal = _ORDINAL_BEFORE.search(low[max(0, start - _LONGEST_ORDINAL) : start])
        if ordinal and (match := _AFTER_MONTH.match(low, start)):
            begin = start - len(ordinal[0])
            if hit := _of_match(match, today, _ORDINALS[ordinal["ordinal"]], begin):
                yield hit


def _of_match(
    match: re.Match[str], today: date, day: int = 0, start: int | None = None
) -> FoundDate | None:
    """The date of a match; `day` and `start` where the day stands in words before it."""
    parts = match.groupdict()
    day = day or (_ORDINALS[parts["ordinal"]] if parts.get("ordinal") else int(parts["day"]))
    name = parts.get("name")
    month = _MONTHS[name.rstrip(".")] if name else int(parts["month"])
    # British order is the rule here; 11/23/2026 can only be American.
    if month > 12 >= day:
        day, month = month, day
    if parts.get("first") and int(parts["first"]) < day:
        day = int(parts["first"])
    year = _year(parts.get("year"))
    hit = _valid(year or today.year, month, day)
    if hit and year is None and hit > today:
        hit = _valid(today.year - 1, month, day)
    if hit is None:
        return None
    begin = match.start() if start is None else start
    return FoundDate(hit, begin, match.end(), 1.0 if year else _NO_YEAR)


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
