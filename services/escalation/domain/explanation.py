"""The answer to "why is it due then?", in a person's words, German and English."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from services.escalation.domain.clock_rules import Act, ClockRule
from services.escalation.domain.clocks import Run, Step

_DAYS: Final = {
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages of the desk."""

    de: str
    en: str


CLOCKS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "first_response": Words("Erste Antwort", "First response"),
        "resolution": Words("Erledigung", "Resolution"),
    }
)
_FACTS: Final[Mapping[str, Words]] = MappingProxyType(
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
        "decided": Words("Der Vorgang wurde entschieden", "The case was decided"),
        "closed": Words("Der Vorgang wurde abgeschlossen", "The case was closed"),
    }
)


def explained(rule: ClockRule, run: Run, zone: ZoneInfo) -> Iterator[tuple[Step, Words]]:
    """Return every step of a run with its sentence, in the desk's local time."""
    for index, step in enumerate(run.steps):
        fact = _FACTS.get(step.fact.name, Words(step.fact.name, step.fact.name))
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
    day = local.weekday()
    return Words(
        de=f"{_DAYS['de'][day]} {local:%d.%m.%Y} {clock}",
        en=f"{_DAYS['en'][day]} {local.day} {_MONTHS[local.month - 1]} {local.year} {clock}",
    )


def length(rule: ClockRule, duration: timedelta) -> Words:
    """Return a duration as the clock counts it: `4 Std. 20 Min. Öffnungszeit`."""
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
