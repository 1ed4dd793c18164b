"""Opening hours of a desk, as a person writes them: `Mo-Do 08:00-17:00, Fr 08:00-14:00`."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

from shared.errors import DeskError

Interval = tuple[int, int]
"""From and until, in minutes of the local day: (480, 1080) is 08:00-18:00."""

PUBLIC_HOLIDAY: Final = 7

_DAYS: Final = {
    **dict(zip(("mo", "tu", "we", "th", "fr", "sa", "su"), range(7), strict=True)),
    **dict(zip(("mo", "di", "mi", "do", "fr", "sa", "so"), range(7), strict=True)),
    "ph": PUBLIC_HOLIDAY,
}


class CalendarError(DeskError, ValueError):
    """Hours, a region, a zone, an instant or a duration that a calendar can't compute with."""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The weekly opening hours of a desk, in its own wall-clock time.

    Attributes:
        days: Eight days, Monday to Sunday and the public holiday, each with its intervals in order.
            On a public holiday only the holiday's own intervals count.
    """

    days: tuple[tuple[Interval, ...], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read opening hours as a person writes them.

        `Mo-Fr 08:00-18:00`, `Mo-Do 08:00-17:00, Fr 08:00-14:00`, `Mo-Fr 08:00-12:00, 13:00-17:00`,
        with German or English days. `PH` stands for public holidays, which are closed unless named.
        `24/7` is open always, on public holidays too.

        Raises:
            CalendarError: The text can't be read, hours overlap, or no weekday ever opens.
        """
        if text.strip() == "24/7":
            return cls(days=(((0, 24 * 60),),) * 8)
        days: list[list[Interval]] = [[] for _ in range(8)]
        named: set[int] = set()
        hours_seen = True
        for part in re.sub(r"\s*[-–]\s*", "-", text).replace(",", " ").replace(";", " ").split():
            if part[0].isdigit():
                if not named:
                    msg = f"opening hours {text!r}: name the days before {part!r}"
                    raise CalendarError(msg)
                interval = _interval(part, text)
                for day in named:
                    days[day].append(interval)
                hours_seen = True
            else:
                named = _named_days(part, text) | (set() if hours_seen else named)
                hours_seen = False
        if not hours_seen or not any(days[:PUBLIC_HOLIDAY]):
            msg = f"opening hours {text!r}: days without hours, or never open"
            raise CalendarError(msg)
        return cls(days=tuple(_in_order(intervals, text) for intervals in days))


def _named_days(part: str, text: str) -> set[int]:
    """Return the days of `Mo` or `Mo-Fr`; a range may run over the weekend (`Sa-Mo`)."""
    ends = [_DAYS.get(name.lower()) for name in part.split("-")]
    match ends:
        case [int(day)]:
            return {day}
        case [int(first), int(last)] if PUBLIC_HOLIDAY not in ends:
            return {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    msg = f"opening hours {text!r}: {part!r} is neither a day, a range of days, nor hours"
    raise CalendarError(msg)


def _interval(part: str, text: str) -> Interval:
    """Return the minutes of `08:00-18:00`."""
    match = re.fullmatch(r"(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)", part)
    if match:
        from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
        opens, closes = from_hour * 60 + from_minute, to_hour * 60 + to_minute
        if opens < closes <= 24 * 60:
            return opens, closes
    msg = (
        f"opening hours {text!r}: {part!r} is not like 08:00-18:00; "
        "hours over midnight are written as two parts, until 24:00 and from 00:00"
    )
    raise CalendarError(msg)


def _in_order(intervals: list[Interval], text: str) -> tuple[Interval, ...]:
    ordered = sorted(intervals)
    if any(closes > opens for (_, closes), (opens, _) in pairwise(ordered)):
        msg = f"opening hours {text!r}: two intervals of one day overlap"
        raise CalendarError(msg)
    return tuple(ordered)
