"""Business time: when a desk is open, and how long its working time lasts.

Every instant goes in with a time zone and comes out in UTC. Opening hours are wall-clock times of
the desk, so an hour that its clocks skip in spring is not worked, and one that they repeat in
autumn is worked twice. Public holidays come from the `holidays` library, by ISO 3166-2 region; it
is imported only when a calendar names a region.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from typing import Final, NamedTuple, Self
from zoneinfo import ZoneInfo

from shared.opening_hours import PUBLIC_HOLIDAY, CalendarError, Interval, OpeningHours

DAY: Final = timedelta(days=1)
SATURDAY: Final = 5
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2200
LONGEST: Final = 366 * DAY * (LAST_YEAR - FIRST_YEAR)


@cache
def public_holidays(region: str, year: int) -> frozenset[date]:
    """Return the public holidays of a region (`DE-BE`, `DE`) in one year.

    Only days that hold in the whole region: a municipality's own holidays are a desk's closed days.

    Raises:
        CalendarError: The region is unknown.
    """
    import holidays

    country, _, subdivision = region.partition("-")
    try:
        table = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError as error:
        msg = f"no public holidays known for region {region!r}: write it like DE-BE"
        raise CalendarError(msg) from error
    return frozenset(table)


class _Year(NamedTuple):
    """One local year: when the desk opens and closes, in UTC, and what it has worked by then."""

    opens: list[datetime]
    closes: list[datetime]
    worked: list[timedelta]

    @property
    def total(self) -> timedelta:
        return self.worked[-1] if self.worked else timedelta()

    def until(self, at: datetime) -> timedelta:
        """Return the business time from the year's beginning until an instant."""
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return timedelta()
        return self.worked[index] - max(self.closes[index] - at, timedelta())

    def reached(self, worked: timedelta) -> datetime:
        """Return the first instant at which so much business time is over."""
        index = bisect_left(self.worked, worked)
        return self.closes[index] - (self.worked[index] - worked)

    def left(self, worked: timedelta) -> datetime:
        """Return the last instant at which no more than so much business time is over."""
        index = bisect_right(self.worked, worked)
        return self.closes[index] - (self.worked[index] - worked)


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """A desk's calendar: its zone, opening hours, public holidays and extra closed days.

    Attributes:
        zone: The time zone that the opening hours are written in.
        hours: The weekly opening hours.
        region: Whose public holidays count (`DE-BE`); None for a desk that knows none.
        closed: Days on which the desk stays closed beside public holidays, such as 24 December.
    """

    zone: ZoneInfo
    hours: OpeningHours
    region: str | None = None
    closed: frozenset[date] = frozenset()
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A wrong region has to be seen when a service starts, not at its first deadline.
        if self.region:
            public_holidays(self.region, FIRST_YEAR)

    @classmethod
    def of(
        cls,
        hours: str,
        *,
        zone: str = "Europe/Berlin",
        region: str | None = None,
        closed: Iterable[date] = (),
    ) -> Self:
        """Build a calendar from what an administrator writes.

        Raises:
            CalendarError: The hours, the zone or the region can't be understood.
        """
        try:
            known_zone = ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            msg = f"no time zone {zone!r}: write it like Europe/Berlin"
            raise CalendarError(msg) from error
        return cls(known_zone, OpeningHours.parse(hours), region, frozenset(closed))

    def is_open(self, at: datetime) -> bool:
        """Say whether the desk is open; at its closing minute it is closed."""
        return self.next_opening(at) == at

    def next_opening(self, at: datetime) -> datetime:
        """Return the instant itself while the desk is open, else when it opens next."""
        moment = _utc(at)
        year = self._local_year(moment)
        table = self._year(year)
        while (index := bisect_right(table.closes, moment)) == len(table.closes):
            year += 1
            table = self._year(year)
        return max(moment, table.opens[index])

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """Return the first instant at which the duration of business time has passed since a start.

        A duration that is used up at closing time ends then, not at the next opening.

        Raises:
            CalendarError: A naive start, a negative duration, or a result beyond the years known.
        """
        moment = _utc(start)
        if not _positive(duration):
            return moment
        year = self._local_year(moment)
        target = self._year(year).until(moment) + duration
        while target > (total := self._year(year).total):
            target -= total
            year += 1
        return self._year(year).reached(target)

    def subtract(self, end: datetime, duration: timedelta) -> datetime:
        """Return the last instant from which the duration of business time passes until an end.

        It lies within opening hours, so a warning computed with it reaches a desk that is open.

        Raises:
            CalendarError: A naive end, a negative duration, or a result before the years known.
        """
        moment = _utc(end)
        if not _positive(duration):
            return moment
        year = self._local_year(moment)
        target = self._year(year).until(moment) - duration
        while target < timedelta():
            year -= 1
            target += self._year(year).total
        return self._year(year).left(target)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the business time from start to end; negative when end comes first."""
        first, last = _utc(start), _utc(end)
        if last < first:
            return -self.between(last, first)
        first_year, last_year = self._local_year(first), self._local_year(last)
        years_between = (self._year(year).total for year in range(first_year, last_year))
        until_last = self._year(last_year).until(last)
        return sum(years_between, until_last) - self._year(first_year).until(first)

    def roll_forward(self, day: date) -> date:
        """Return the day itself, or the next working day if it is a Saturday, Sunday or holiday.

        So a statutory period ends (BGB §193, SGB X §26(3)): the desk's own hours and closed days
        don't matter, nor does 24 December.

        Raises:
            CalendarError: An instant was given instead of a day.
        """
        if isinstance(day, datetime):
            raise CalendarError(
                "a day is rolled forward, not an instant: take its local date first"
            )
        return _rolled_forward(self.region, day)

    def in_time_since(self, day: date) -> date:
        """The earliest last day of a period for which something done on this day is in time.

        It is the day itself, or the first of the days off right before it (BGB §193, SGB X §26(3)).
        """
        return _in_time_since(self.region, day)

    def is_public_holiday(self, day: date) -> bool:
        """Say whether a day is a public holiday in the calendar's region."""
        return _is_public_holiday(self.region, day)

    def _local_year(self, moment: datetime) -> int:
        return moment.astimezone(self.zone).year

    def _year(self, year: int) -> _Year:
        """Return a year's open intervals, worked out once per calendar."""
        if year not in self._years:
            if not FIRST_YEAR <= year <= LAST_YEAR:
                msg = f"business time is known from {FIRST_YEAR} to {LAST_YEAR}, not in {year}"
                raise CalendarError(msg)
            intervals = list(self._intervals(year))
            self._years[year] = _Year(
                opens=[opens for opens, _ in intervals],
                closes=[closes for _, closes in intervals],
                worked=list(accumulate(closes - opens for opens, closes in intervals)),
            )
        return self._years[year]

    def _intervals(self, year: int) -> Iterator[tuple[datetime, datetime]]:
        day, next_year = date(year, 1, 1), date(year + 1, 1, 1)
        start = self._midnight(day)
        while day < next_year:
            end = self._midnight(day + DAY)
            turn = end if end - start == DAY else self._clock_change(start, end)
            hours = self._hours(day)
            # Before a change of the clocks, wall-clock time counts from the day's first midnight,
            # after it towards the last one.
            yield from _placed(hours, start, start, turn)
            yield from _placed(hours, end - DAY, turn, end)
            day, start = day + DAY, end

    def _hours(self, day: date) -> tuple[Interval, ...]:
        if day in self.closed:
            return ()
        return self.hours.days[PUBLIC_HOLIDAY if self.is_public_holiday(day) else day.weekday()]

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def _clock_change(self, start: datetime, end: datetime) -> datetime:
        """Return from when, between two midnights, the offset of the second one holds."""
        offset_after = end.astimezone(self.zone).utcoffset()

        def changed(second: int) -> bool:
            at = start + timedelta(seconds=second)
            return at.astimezone(self.zone).utcoffset() == offset_after

        seconds = range(int((end - start).total_seconds()))
        return start + timedelta(seconds=bisect_left(seconds, 1, key=changed))


def _is_public_holiday(region: str | None, day: date) -> bool:
    return region is not None and day in public_holidays(region, day.year)


@lru_cache(maxsize=1024)
def _rolled_forward(region: str | None, day: date) -> date:
    """Kept: the same few days are asked for with every case of a day."""
    while day.weekday() >= SATURDAY or _is_public_holiday(region, day):
        day += DAY
    return day


@lru_cache(maxsize=1024)
def _in_time_since(region: str | None, day: date) -> date:
    first = day
    while _rolled_forward(region, first - DAY) >= day:
        first -= DAY
    return first


def _placed(
    hours: tuple[Interval, ...], midnight: datetime, earliest: datetime, latest: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Turn a day's hours into instants, counted from a midnight and cut to a span of the day."""
    for opens, closes in hours:
        start = max(midnight + timedelta(minutes=opens), earliest)
        end = min(midnight + timedelta(minutes=closes), latest)
        if start < end:
            yield start, end


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        msg = f"{at.isoformat()} has no time zone: business time needs to know which instant it is"
        raise CalendarError(msg)
    return at.astimezone(UTC)


def _positive(duration: timedelta) -> bool:
    """Say whether there is any time to count.

    Raises:
        CalendarError: The duration is negative, or longer than the years known.
    """
    if not timedelta() <= duration < LONGEST:
        msg = f"a duration of business time lies between nothing and {LONGEST}: {duration}"
        raise CalendarError(msg)
    return duration > timedelta()


ALWAYS: Final = BusinessCalendar.of("24/7", zone="UTC")
"""Plain elapsed time, for clocks that don't stop when the desk closes."""
