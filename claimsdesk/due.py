"""`claimsdesk due` and `interest`: when is something due, why then, and what does lateness cost?

The same rules and words as the clocks of a case, for somebody who has only a start and a length.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from claimsdesk.errors import CommandError
from claimsdesk.typed import as_day
from services.escalation.domain.clock_rules import ClockRule, ClockRuleError, Fact, Words
from services.escalation.domain.clocks import Clock
from services.escalation.domain.explanation import explained, local_day, local_time
from services.escalation.domain.late_interest import InterestError, late_interest
from services.escalation.domain.runs import Run
from shared.calendar import BusinessCalendar
from shared.opening_hours import CalendarError
from shared.periods import Period, PeriodError, YearlyDay, parse_duration
from shared.programmes import load_programmes

_FACTS: Final = MappingProxyType(
    {
        "started": Words("Start", "Start"),
        "paused": Words("Pause", "Pause"),
        "resumed": Words("Ende der Pause", "End of the pause"),
    }
)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks: as typed, nothing of it read yet.

    Attributes:
        start: A local time such as `2026-11-23T17:00`, or one with its offset; None is now.
        business: A duration of the desk's opening hours, such as `4h`.
        calendar_time: A period such as `1 month`, a day of the next year such as `1 March`, or a
            duration such as `90min`.
        roll: A period ends on a working day.
        warn: How long before it is due to warn.
        pauses: `FROM/TO` each, `FROM/` for one that lasts.
        hours: Opening hours; the desk's own if absent.
        region: Whose public holidays; the desk's own if hours and region are absent.
        zone: The time zone of everything.
        closed: Further closed days.
        language: Of the explanation, `de` or `en`.
    """

    start: str | None
    business: str | None
    calendar_time: str | None
    roll: bool = False
    warn: str | None = None
    pauses: Sequence[str] = ()
    hours: str | None = None
    region: str | None = None
    zone: str | None = None
    closed: Sequence[str] = ()
    language: str = "en"


def due_command(question: Question, now: datetime, *, as_json: bool) -> Iterator[str]:
    """Yield the lines of the answer.

    Raises:
        CommandError: The question can't be meant so; the text says what to write.
    """
    try:
        calendar = _calendar(question)
        rule = _rule(question)
        run = _run(question, rule, calendar, now)
        because = [
            getattr(words, question.language)
            for _, words in explained(rule, run, calendar.zone, _FACTS)
        ]
    except (CalendarError, ClockRuleError, PeriodError, OverflowError) as problem:
        raise CommandError(str(problem)) from problem
    if as_json:
        yield json.dumps(_answer(run, calendar, because), ensure_ascii=False, indent=2)
        return
    yield _headline(run, rule, calendar, question.language)
    if run.warn_at is not None:
        warned = local_time(run.warn_at, calendar.zone)
        yield f"Warnung: {warned.de}" if question.language == "de" else f"warning: {warned.en}"
    yield ""
    yield from because


def interest_command(
    amount: str,
    due: str,
    paid: str,
    applied: str | None,
    notified: str | None,
    *,
    as_json: bool,
) -> Iterator[str]:
    """Yield the lines of a late benefit's interest.

    Raises:
        CommandError: No amount of euros and cents, no day, or no interest can be computed from
            these days.
    """
    if not re.fullmatch(r"\d{1,12}(\.\d{1,2})?", amount):
        message = f"{amount!r} is no amount: write it like 1234.56"
        raise CommandError(message)
    try:
        owed = late_interest(
            Decimal(amount),
            due_on=as_day(due),
            paid_on=as_day(paid),
            complete_application_on=as_day(applied) if applied else None,
            notified_on=as_day(notified) if notified else None,
        )
    except InterestError as problem:
        raise CommandError(str(problem)) from problem
    if as_json:
        answer = {
            "interest": str(owed.interest),
            "base": str(owed.base),
            "begins": owed.begins.isoformat(),
            "ends": owed.ends.isoformat() if owed.ends else None,
            "months": owed.months,
            "explanation": owed.steps,
        }
        yield json.dumps(answer, ensure_ascii=False, indent=2)
        return
    yield f"interest: {owed.interest} EUR"
    yield ""
    yield from owed.steps


def _calendar(question: Question) -> BusinessCalendar:
    own = load_programmes().desk.calendar
    is_own = question.hours is None and question.region is None
    return BusinessCalendar.of(
        question.hours or own.hours,
        zone=question.zone or own.zone,
        region=own.region if is_own else question.region,
        closed={*(own.closed if is_own else ()), *map(as_day, question.closed)},
    )


def _rule(question: Question) -> ClockRule:
    if (question.business is None) == (question.calendar_time is None):
        message = "say how long: either --business 4h or --calendar-time '1 month'"
        raise CommandError(message)
    return ClockRule(
        kind="due",
        target=_target(question),
        calendar="business" if question.business is not None else "always",
        rolls=question.roll,
        warn_before=_warning(question.warn) if question.warn else timedelta(),
        starts=("started",),
        pauses=("paused",),
        resumes=("resumed",),
        stops=("stopped",),
    )


def _target(question: Question) -> timedelta | Period | YearlyDay:
    if question.business is not None:
        return parse_duration(question.business)
    assert question.calendar_time is not None
    with suppress(PeriodError):
        return YearlyDay.parse(question.calendar_time)
    return _period_or_duration(question.calendar_time)


def _period_or_duration(text: str) -> timedelta | Period:
    try:
        return Period.parse(text)
    except PeriodError as no_period:
        try:
            return parse_duration(text)
        except PeriodError:
            raise no_period from None


def _warning(text: str) -> timedelta:
    before = _period_or_duration(text)
    if isinstance(before, timedelta):
        return before
    if before.unit not in {"day", "week"}:
        message = f"--warn {text}: say it in hours, days or weeks"
        raise CommandError(message)
    return timedelta(**{f"{before.unit}s": before.count})


def _run(question: Question, rule: ClockRule, calendar: BusinessCalendar, now: datetime) -> Run:
    start = _instant(question.start, calendar) if question.start else now
    facts = [Fact("started", start, "start")]
    for place, (since, until) in enumerate(_pauses(question.pauses, calendar), 1):
        facts.append(Fact("paused", since, f"pause {place}", (place, 0)))
        if until is not None:
            facts.append(Fact("resumed", until, f"pause {place}", (place, 1)))
    run = Clock(rule, tuple(facts)).current(calendar)
    assert run is not None
    return run


def _pauses(
    written: Iterable[str], calendar: BusinessCalendar
) -> list[tuple[datetime, datetime | None]]:
    """The pauses in order of time; those that overlap are one."""
    spans = sorted(
        (_pause(text, calendar) for text in written), key=lambda span: (span[0], span[1] is None)
    )
    joined: list[tuple[datetime, datetime | None]] = []
    for since, until in spans:
        if joined and (joined[-1][1] is None or since <= joined[-1][1]):
            first, end = joined[-1]
            joined[-1] = (first, None if end is None or until is None else max(end, until))
        else:
            joined.append((since, until))
    return joined


def _pause(text: str, calendar: BusinessCalendar) -> tuple[datetime, datetime | None]:
    since, slash, until = text.partition("/")
    if not slash:
        message = f"--pause {text}: write FROM/TO, or FROM/ for a pause that lasts"
        raise CommandError(message)
    begin = _instant(since, calendar)
    end = _instant(until, calendar) if until.strip() else None
    if end is not None and end < begin:
        message = f"--pause {text}: it ends before it begins"
        raise CommandError(message)
    return begin, end


def _instant(text: str, calendar: BusinessCalendar) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        message = f"{text!r} is no time: write it like 2026-11-23T17:00"
        raise CommandError(message) from None
    # In UTC, since times of one zone are compared as they stand on the wall, even where it jumps.
    return (at if at.tzinfo else at.replace(tzinfo=calendar.zone)).astimezone(UTC)


def _headline(run: Run, rule: ClockRule, calendar: BusinessCalendar, language: str) -> str:
    if run.due_at is None:
        return "ruht" if language == "de" else "stands still"
    if not isinstance(rule.target, timedelta):
        day = local_day(run.due_at.astimezone(calendar.zone).date())
        return f"fällig: bis Ende {day.de}" if language == "de" else f"due: by the end of {day.en}"
    due = local_time(run.due_at, calendar.zone)
    return f"fällig: {due.de}" if language == "de" else f"due: {due.en}"


def _answer(run: Run, calendar: BusinessCalendar, because: list[str]) -> dict[str, object]:
    def local(at: datetime | None) -> str | None:
        return at.astimezone(calendar.zone).isoformat() if at else None

    return {
        "due_at": local(run.due_at),
        "warn_at": local(run.warn_at),
        "state": run.state,
        "rolled_from": run.rolled_from.isoformat() if run.rolled_from else None,
        "zone": calendar.zone.key,
        "region": calendar.region,
        "explanation": because,
    }
