"""Ends by the calendar, as statutes set them: `1 month`, `4 days` (BGB §§186-193), `1 March`.

SGB X §26(1) lets the same rules hold for benefit agencies.
"""

import re
from calendar import monthrange
from contextlib import suppress
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from typing import ClassVar, Final, Literal, Self
from zoneinfo import ZoneInfo

from shared.errors import DeskError

Unit = Literal["day", "week", "month", "year"]

_UNITS: Final[dict[str, Unit]] = {
    **dict.fromkeys(("d", "day", "days", "tag", "tage", "tagen"), "day"),
    **dict.fromkeys(("w", "week", "weeks", "woche", "wochen"), "week"),
    **dict.fromkeys(("month", "months", "monat", "monate", "monaten"), "month"),
    **dict.fromkeys(("y", "year", "years", "jahr", "jahre", "jahren"), "year"),
}
_ONE: Final = {"one", "a", "ein", "eine", "einen", "einem", "einer"}
_MONTHS_DE: Final = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
_MONTHS_EN: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_NO_LEAP_YEAR: Final = 2001
_LONGEST: Final = {"day": 36_525, "week": 5_200, "month": 1_200, "year": 100}


class PeriodError(DeskError, ValueError):
    """A period or duration that can't be meant so."""


@dataclass(frozen=True, slots=True)
class Period:
    """A whole number of days, weeks, months or years, at least one and at most a century.

    Raises:
        PeriodError: It has no length, or is longer than a century.
    """

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 1 <= self.count <= _LONGEST[self.unit]:
            msg = f"{self.en}: a period is at least one day and at most a hundred years"
            raise PeriodError(msg)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1 month`, `6 weeks`, `4 Tage`, `ein Jahr`.

        Raises:
            PeriodError: It is none of these.
        """
        match = re.fullmatch(r"\s*(\d{1,6}|[a-z]+)\s*([a-z]+)\s*", text.lower())
        if match:
            number, name = match.groups()
            count = 1 if number in _ONE else int(number) if number.isdigit() else None
            if count is not None and name in _UNITS:
                return cls(count, _UNITS[name])
        msg = f"{text!r} is no period: write it like '1 month', '6 weeks' or '4 days'"
        raise PeriodError(msg)

    def last_day(self, event_day: date) -> date:
        """Return the period's last day when something happened on a day.

        That day itself does not count (BGB §187(1)). Weeks end on the weekday, months and years
        on the number of that day (§188(2)), or on the month's last day where it has none (§188(3)).
        """
        match self.unit:
            case "day":
                return event_day + timedelta(days=self.count)
            case "week":
                return event_day + timedelta(weeks=self.count)
            case "month":
                return _months_later(event_day, self.count)
            case "year":
                return _months_later(event_day, 12 * self.count)

    @property
    def iso(self) -> str:
        """As ISO 8601 writes it: `P1M`."""
        return f"P{self.count}{self.unit[0].upper()}"

    @property
    def de(self) -> str:
        """In German: `1 Monat`."""
        one, many = {
            "day": ("Tag", "Tage"),
            "week": ("Woche", "Wochen"),
            "month": ("Monat", "Monate"),
            "year": ("Jahr", "Jahre"),
        }[self.unit]
        return f"{self.count} {one if self.count == 1 else many}"

    @property
    def en(self) -> str:
        """In English: `1 month`."""
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    @property
    def of_de(self) -> str:
        """In German after "von": `1 Monat`, `4 Tagen`."""
        return self.de if self.count == 1 or self.unit == "week" else f"{self.de}n"


@dataclass(frozen=True, slots=True)
class YearlyDay:
    """A day that comes every year, such as the one by which last year's report is due.

    Raises:
        PeriodError: No year has such a day, or not every one.
    """

    month: int
    day: int

    def __post_init__(self) -> None:
        try:
            date(_NO_LEAP_YEAR, self.month, self.day)
        except ValueError:
            msg = f"{self.day}.{self.month}. is no day of every year"
            raise PeriodError(msg) from None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1 March`, `1. März`.

        Raises:
            PeriodError: It is none of these.
        """
        match = re.fullmatch(r"\s*(\d{1,2})\.?\s+([a-zä]+)\s*", text.lower())
        if match:
            for names in (_MONTHS_DE, _MONTHS_EN):
                if match[2] in (known := [name.lower() for name in names]):
                    return cls(known.index(match[2]) + 1, int(match[1]))
        msg = f"{text!r} is no day of the year: write it like '1 March'"
        raise PeriodError(msg)

    def last_day(self, event_day: date) -> date:
        """Return the day in the year after that in which something happened."""
        return date(event_day.year + 1, self.month, self.day)

    @property
    def iso(self) -> str:
        """As ISO 8601 wrote it: `--03-01`."""
        return f"--{self.month:02}-{self.day:02}"

    @property
    def de(self) -> str:
        """In German: `1. März`."""
        return f"{self.day}. {_MONTHS_DE[self.month - 1]}"

    @property
    def en(self) -> str:
        """In English: `1 March`."""
        return f"{self.day} {_MONTHS_EN[self.month - 1]}"


@dataclass(frozen=True, slots=True)
class NamedDay:
    """The day that somebody was told: what starts the time limit names its last day."""

    iso: ClassVar[str] = "deadline"
    de: ClassVar[str] = "der genannte Tag"
    en: ClassVar[str] = "the day that was named"


End = Period | YearlyDay | NamedDay
"""How a time limit ends with a day."""


def parse_end(text: str) -> End:
    """Read `1 month`, `1 March`, or `deadline` for the day that is named.

    Raises:
        PeriodError: It is none of these.
    """
    if text.strip().lower() == NamedDay.iso:
        return NamedDay()
    with suppress(PeriodError):
        return Period.parse(text)
    try:
        return YearlyDay.parse(text)
    except PeriodError as problem:
        msg = f"{problem}, '1 month', or 'deadline' for the day that is named"
        raise PeriodError(msg) from None


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return a local day's last second, in UTC; a period ends with it (BGB §188(1))."""
    midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    return midnight.astimezone(UTC) - timedelta(seconds=1)


def parse_duration(text: str) -> timedelta:
    """Read `4h`, `90 min`, `1h30m`, `1:30`, `4 Std.` or ISO 8601's `PT4H`.

    Raises:
        PeriodError: It is none of these, nothing, or longer than ten thousand hours.
    """
    plain = text.strip().lower()
    clock = re.fullmatch(r"(\d{1,4}):([0-5]\d)", plain)
    parts = re.fullmatch(
        r"(?:pt)?(?=\d)(?:(\d{1,4}(?:[.,]\d{1,2})?)\s*(?:h|hours?|hrs?|std\.?|stunden?))?\s*"
        r"(?:(\d{1,6})\s*(?:m|min|mins|minutes?|minuten?)\.?)?\s*"
        r"(?:(\d{1,6})\s*(?:s|sec|seconds?|sek\.?|sekunden?))?",
        plain,
    )
    if clock:
        length = timedelta(hours=int(clock[1]), minutes=int(clock[2]))
    elif parts:
        hours, minutes, seconds = parts.groups(default="0")
        length = timedelta(
            hours=float(hours.replace(",", ".")), minutes=int(minutes), seconds=int(seconds)
        )
    else:
        msg = f"{text!r} is no duration: write it like 4h, 90min or 1h30m"
        raise PeriodError(msg)
    if not timedelta() < length <= timedelta(hours=10_000):
        msg = f"{text!r}: a duration is longer than nothing and at most 10,000 hours"
        raise PeriodError(msg)
    return length


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > MAXYEAR:
        msg = f"a period can't end in the year {year}"
        raise PeriodError(msg)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
