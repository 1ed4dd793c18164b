"""A slow desk: a second way to find due times, that walks through the year minute by minute.

Written from the rules, without the calendar or the clocks of the desk, so that both can only agree
by being right. Opening hours Monday to Friday 8 to 18 in Berlin, its public holidays by hand.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
HOLIDAYS = {
    date(2026, 1, 1), date(2026, 3, 8), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1),
    date(2026, 5, 14), date(2026, 5, 25), date(2026, 10, 3), date(2026, 12, 25), date(2026, 12, 26),
    date(2027, 1, 1), date(2027, 3, 8), date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 1),
    date(2027, 5, 6), date(2027, 5, 17), date(2027, 10, 3), date(2027, 12, 25), date(2027, 12, 26),
}  # fmt: skip

Event = tuple[datetime, str]
"""When, on the full minute, and one of `start`, `pause`, `resume`, `stop`."""


def working_day(day: date) -> bool:
    return day.isoweekday() <= 5 and day not in HOLIDAYS


@cache
def _is_open(at: datetime) -> bool:
    local = at.astimezone(BERLIN)
    return working_day(local.date()) and 8 <= local.hour < 18


def due_at(
    events: Sequence[Event], minutes: int, *, business: bool, until: datetime
) -> datetime | None:
    """When a clock of so many minutes is due; None if it stands still or was stopped in time."""
    coming = sorted(events)
    now = coming[0][0]
    left: int | None = None
    waiting = False
    due = None
    while now < until:
        while coming and coming[0][0] == now:
            _, what = coming.pop(0)
            if what == "start" and left is None:
                left = minutes
            elif what == "pause":
                waiting = True
                # What happens in the due minute comes in time.
                due = None if due == now else due
            elif what == "resume":
                waiting = False
            elif what == "stop":
                return due if due is not None and due < now else None
        if left is not None and due is None and (not waiting):
            if left == 0:
                due = now
            elif not business or _is_open(now):
                left -= 1
                if left == 0:
                    due = now + MINUTE
        now += MINUTE
    return due


def last_day_of_months(event: date, months: int) -> date:
    """The day on which so many months end that began with an event, rolled to a working day."""
    day, passed = event, 0
    while passed < months:
        day += timedelta(days=1)
        if day.day == 1:
            passed += 1
    month = day.month
    while day.day < event.day and (day + timedelta(days=1)).month == month:
        day += timedelta(days=1)
    while not working_day(day):
        day += timedelta(days=1)
    return day


def on_the_minute(year: int, minute: int) -> datetime:
    """The instant so many minutes after a year began in Berlin."""
    return datetime(year, 1, 1, tzinfo=BERLIN).astimezone(UTC) + minute * MINUTE
