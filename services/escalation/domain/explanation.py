"""The answer to "why is it due then?", in a person's words, German and English."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from services.escalation.domain.clock_rules import Act, ClockRule, Words
from services.escalation.domain.clocks import Run, Step
from shared.periods import Period

_DAYS: Final = {
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


FACTS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "opened": Words("Der Vorgang wurde eröffnet", "The case was opened"),
        "contact_added": Words("Eine weitere Nachricht kam hinzu", "A further contact arrived"),
        "assessed": Words("Der Vorgang wurde geprüft", "The case was assessed"),
        "information_requested": Words(
            "Es wurde um fehlende Angaben gebeten", "The client was asked for what is missing"
        ),
        "information_received": Words(
            "Die fehlenden Angaben liegen vor", "Everything that was missing has arrived"
        ),
        "notice_requested": Words("Ein Schreiben wurde veranlasst", "A notice was requested"),
        "escalated": Words("Der Vorgang wurde eskaliert", "The case was escalated"),
        "returned": Words(
            "Der Vorgang kam mit einer Anweisung zurück",
            "The case came back with an instruction",
        ),
        "complaint_opened": Words("Eine Beschwerde ging ein", "A complaint was received"),
        "complaint_acknowledged": Words(
            "Der Eingang der Beschwerde wurde bestätigt", "The complaint was acknowledged"
        ),
        "decided": Words("Der Vorgang wurde entschieden", "The case was decided"),
        "passed_on": Words(
            "Der Antrag wurde an die zuständige Stelle weitergeleitet",
            "The application was passed on to the body that is responsible",
        ),
        "closed": Words("Der Vorgang wurde abgeschlossen", "The case was closed"),
    }
)


def explained(
    rule: ClockRule, run: Run, zone: ZoneInfo, facts: Mapping[str, Words] = FACTS
) -> Iterator[tuple[Step, Words]]:
    """Return every step of a run with its sentence, in the desk's local time.

    Args:
        rule: The clock's rule.
        run: The run to explain.
        zone: The desk's.
        facts: What the facts are called.
    """
    for index, step in enumerate(run.steps):
        fact = facts.get(step.fact.name, Words(step.fact.name, step.fact.name))
        then = _consequence(rule, step, zone, first=index == 0)
        yield (
            step,
            Words(
                de=f"{local_time(step.fact.at, zone).de}: {fact.de}. {then.de}.",
                en=f"{local_time(step.fact.at, zone).en}: {fact.en}. {then.en}.",
            ),
        )


def local_time(at: datetime, zone: ZoneInfo) -> Words:
    """Return an instant as the desk's clock on the wall shows it; seconds only if there are any."""
    local = at.astimezone(zone)
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    day = local_day(local.date())
    return Words(de=f"{day.de} {clock}", en=f"{day.en} {clock}")


def local_day(day: date) -> Words:
    """Return a day with its weekday."""
    weekday = day.weekday()
    return Words(
        de=f"{_DAYS['de'][weekday]} {day:%d.%m.%Y}",
        en=f"{_DAYS['en'][weekday]} {day.day} {_MONTHS[day.month - 1]} {day.year}",
    )


def length(rule: ClockRule, duration: timedelta) -> Words:
    """Return a duration as the clock counts it: `4 Std. 20 Min. Öffnungszeit`, or whole days."""
    if isinstance(rule.target, Period):
        days = duration.days
        return Words(
            de=f"{days} {'Tag' if days == 1 else 'Tage'}",
            en=f"{days} day{'' if days == 1 else 's'}",
        )
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "Std.", "h"), (minutes, "Min.", "min"), (seconds, "Sek.", "s"))
    counted = [part for part in parts if part[0]] or [parts[1]]
    business = rule.calendar == "business"
    return Words(
        de=" ".join(f"{n} {unit}" for n, unit, _ in counted) + " Öffnungszeit" * business,
        en=" ".join(f"{n} {unit}" for n, _, unit in counted) + " of opening hours" * business,
    )


def _consequence(rule: ClockRule, step: Step, zone: ZoneInfo, *, first: bool) -> Words:
    """Return what a fact did to the clock."""
    left = length(rule, step.remaining)
    due = local_time(step.due_at, zone) if step.due_at else None
    if step.due_at and isinstance(rule.target, Period) and (first or step.act is Act.RESUME):
        return _period(rule.target, step, step.due_at.astimezone(zone).date(), first=first)
    if due and (first or step.act is Act.RESUME):
        begins = Words("beginnt", "begins") if first else Words("läuft weiter", "goes on")
        return Words(
            de=f"Die Frist {begins.de}: noch {left.de}, fällig {due.de}",
            en=f"The time limit {begins.en}: {left.en} left, due {due.en}",
        )
    if step.act is Act.PAUSE:
        return Words(
            de=f"Die Frist ruht, solange wir auf die Antwort warten: noch {left.de}",
            en=f"The time limit rests while we wait for the answer: {left.en} left",
        )
    if due:
        return Words(
            de=f"Die Frist endet verspätet: fällig war sie {due.de}",
            en=f"The time limit ends late: it was due {due.en}",
        )
    return Words(
        de=f"Die Frist ist eingehalten: {left.de} blieben übrig",
        en=f"The time limit was met: {left.en} were left",
    )


def _period(period: Period, step: Step, last_day: date, *, first: bool) -> Words:
    """Return how the last day of a period was found."""
    ends = local_day(last_day)
    if first:
        begins = Words(
            f"Die Frist von {period.de} beginnt; dieser Tag zählt nicht mit (§ 187 Abs. 1 BGB)",
            f"The period of {period.en} begins; this day does not count (section 187(1) BGB)",
        )
    else:
        days = step.suspended_days
        begins = Words(
            f"Die Frist läuft weiter; {days} {'Tag zählt' if days == 1 else 'Tage zählen'}"
            " nicht mit (§ 209 BGB)",
            f"The period goes on; {days} {'day does' if days == 1 else 'days do'}"
            " not count (section 209 BGB)",
        )
    if step.rolled_from is None:
        return Words(
            f"{begins.de}. Sie endet mit {ends.de}", f"{begins.en}. It ends with {ends.en}"
        )
    weekend = local_day(step.rolled_from)
    return Words(
        f"{begins.de}. {weekend.de} ist ein Samstag, Sonntag oder Feiertag: sie endet mit "
        f"{ends.de} (§ 193 BGB, § 26 Abs. 3 SGB X)",
        f"{begins.en}. {weekend.en} is a Saturday, Sunday or public holiday: it ends with "
        f"{ends.en} (section 193 BGB, section 26(3) SGB X)",
    )
