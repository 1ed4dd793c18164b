"""The answer to "why is it due then?", in a person's words, German and English."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from services.escalation.domain.clock_rules import Act, ClockRule, Words
from services.escalation.domain.runs import Run, Step
from shared.periods import Period, YearlyDay

_DAYS: Final = {
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_ZONES_DE: Final = {"CET": "MEZ", "CEST": "MESZ"}

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
        "consequences_warned": Words(
            "Auf die Folgen fehlender Mitwirkung wurde hingewiesen",
            "The client was warned of the consequences of not answering",
        ),
        "answer_overdue": Words(
            "Die Zeit für die Antwort ist abgelaufen", "The time for the answer is over"
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
        "complaint_dropped": Words("Es ist doch keine Beschwerde", "It is no complaint after all"),
        "complaint_reported": Words(
            "Die Beschwerde steht in der Jahresmeldung", "The complaint is in the yearly report"
        ),
        "departments_awaited": Words(
            "Eine Fachabteilung hat das nächste Wort", "A department has the next word"
        ),
        "departments_answered": Words(
            "Alle Fachabteilungen haben geantwortet", "All departments have answered"
        ),
        "decided": Words("Der Vorgang wurde entschieden", "The case was decided"),
        "approved": Words("Die Leistung wurde bewilligt", "The claim was approved"),
        "paid": Words("Die Auszahlung ist bestätigt", "The payment is confirmed"),
        "paid_in_full": Words("Alles ist ausgezahlt", "Everything is paid"),
        "payment_returned": Words("Eine Auszahlung kam zurück", "A payment came back"),
        "withdrawn": Words("Die Entscheidung wurde zurückgenommen", "The decision was withdrawn"),
        "reopened": Words("Der Vorgang wurde wieder aufgenommen", "The case was reopened"),
        "objection_received": Words("Ein Widerspruch ging ein", "An objection was received"),
        "advance_requested": Words("Ein Vorschuss wurde beantragt", "An advance was asked for"),
        "advance_decided": Words("Über den Vorschuss wurde entschieden", "The advance was decided"),
        "decision_sent": Words("Die Entscheidung wurde abgesandt", "The decision was sent"),
        "decision_received": Words(
            "Die Entscheidung ging tatsächlich zu", "The decision really arrived"
        ),
        "decision_undelivered": Words(
            "Die Entscheidung war nicht zustellbar", "The decision could not be delivered"
        ),
        "decision_served": Words(
            "Die Entscheidung gilt als bekannt gegeben", "The decision counts as served"
        ),
        "passed_on": Words(
            "Der Antrag wurde an die zuständige Stelle weitergeleitet",
            "The application was passed on to the body that is responsible",
        ),
        "closed": Words("Der Vorgang wurde abgeschlossen", "The case was closed"),
    }
)

_WITHOUT_OBJECT: Final = frozenset(
    {"complaint_dropped", "decision_undelivered", "reopened", "withdrawn"}
)
"""Facts that do not do what a time limit demands: there is nothing left to demand."""


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
        day = step.fact.happened_on
        when = local_day(day) if day else local_time(step.fact.at, zone)
        yield (
            step,
            Words(
                de=f"{when.de}: {fact.de}. {then.de}.",
                en=f"{when.en}: {fact.en}. {then.en}.",
            ),
        )


def local_time(at: datetime, zone: ZoneInfo) -> Words:
    """Return an instant as the desk's clock on the wall shows it; seconds only if there are any.

    An hour that comes twice in autumn says which of the two it is.
    """
    local = at.astimezone(zone)
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    day = local_day(local.date())
    if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
        return Words(de=f"{day.de} {clock}", en=f"{day.en} {clock}")
    name = local.tzname() or ""
    return Words(de=f"{day.de} {clock} {_ZONES_DE.get(name, name)}", en=f"{day.en} {clock} {name}")


def local_day(day: date) -> Words:
    """Return a day with its weekday."""
    weekday = day.weekday()
    return Words(
        de=f"{_DAYS['de'][weekday]} {day:%d.%m.%Y}",
        en=f"{_DAYS['en'][weekday]} {day.day} {_MONTHS[day.month - 1]} {day.year}",
    )


def length(rule: ClockRule, duration: timedelta) -> Words:
    """Return a duration as the clock counts it: `4 Std. 20 Min. Öffnungszeit`, or whole days."""
    if not isinstance(rule.target, timedelta):
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
    if step.due_at and (first or step.act in (Act.RESUME, Act.PUT_OFF)):
        if isinstance(rule.target, timedelta):
            return _counts(left, local_time(step.due_at, zone), first=first)
        return _ends(rule, step, step.due_at.astimezone(zone).date(), zone, first=first)
    if step.act is Act.PAUSE:
        return Words(
            de=f"Die Frist ruht, solange wir auf die Antwort warten: noch {left.de}",
            en=f"The time limit rests while we wait for the answer: {left.en} left",
        )
    return _ended(rule, step, left, due)


def _ended(rule: ClockRule, step: Step, left: Words, due: Words | None) -> Words:
    """Return how a time limit came to its end."""
    if due and rule.passes:
        return Words(f"Die Frist war schon vorbei: {due.de}", f"The time limit was over: {due.en}")
    if due:
        return Words(
            de=f"Die Frist endet verspätet: fällig war sie {due.de}",
            en=f"The time limit ends late: it was due {due.en}",
        )
    if step.act is Act.RESTART:
        return Words("Eine neue Frist ersetzt diese", "A new time limit replaces this one")
    if step.fact.name in _WITHOUT_OBJECT:
        return Words("Die Frist entfällt", "The time limit no longer applies")
    return Words(
        de=f"Die Frist ist eingehalten: {left.de} blieben übrig",
        en=f"The time limit was met: {left.en} were left",
    )


def _counts(left: Words, due: Words, *, first: bool) -> Words:
    """Return how a duration goes on."""
    begins = Words("beginnt", "begins") if first else Words("läuft weiter", "goes on")
    return Words(
        de=f"Die Frist {begins.de}: noch {left.de}, fällig {due.de}",
        en=f"The time limit {begins.en}: {left.en} left, due {due.en}",
    )


def _ends(rule: ClockRule, step: Step, last_day: date, zone: ZoneInfo, *, first: bool) -> Words:
    """Return how the last day of a time limit was found."""
    begins, ends = _begins(rule, step, zone, first=first), local_day(last_day)
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


def _begins(rule: ClockRule, step: Step, zone: ZoneInfo, *, first: bool) -> Words:
    """Return by which rule the last day was found."""
    if step.act is Act.PUT_OFF:
        return Words("Weil dieser Tag später ist, zählt er", "Because this day is later, it counts")
    if not first:
        days = step.suspended_days
        return Words(
            f"Die Frist läuft weiter; {days} {'Tag zählt' if days == 1 else 'Tage zählen'}"
            " nicht mit (§ 209 BGB)",
            f"The period goes on; {days} {'day does' if days == 1 else 'days do'}"
            " not count (section 209 BGB)",
        )
    target = rule.target
    if isinstance(target, Period):
        event_day = step.fact.happened_on or step.fact.at.astimezone(zone).date()
        period = rule.period_on(event_day)
        return Words(
            f"Die Frist von {period.of_de} beginnt; dieser Tag zählt nicht mit (§ 187 Abs. 1 BGB)",
            f"The period of {period.en} begins; this day does not count (section 187(1) BGB)",
        )
    if isinstance(target, YearlyDay):
        return Words(
            f"Die Frist läuft bis zum {target.de} des folgenden Jahres",
            f"The time limit runs until {target.en} of the following year",
        )
    return Words(
        "Die Frist läuft bis zu dem genannten Tag",
        "The time limit runs until the day that was named",
    )
