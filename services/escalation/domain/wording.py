"""What a supervisor reads about an escalation, in both languages of the desk."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from services.escalation.domain.clock_rules import Words
from services.escalation.domain.escalations import Step
from services.escalation.domain.explanation import local_time
from services.escalation.domain.summary import Wait
from shared.contract.escalations import RaisedBecause

_BECAUSE: Final[Mapping[RaisedBecause, Words]] = MappingProxyType(
    {
        "opened": Words("neu eskaliert", "newly escalated"),
        "unattended": Words("niemand hat ihn rechtzeitig angenommen", "nobody accepted it in time"),
        "undecided": Words(
            "er wurde angenommen, aber nicht rechtzeitig entschieden",
            "it was accepted, but not decided in time",
        ),
        "absent": Words(
            "wer ihn hatte, ist abwesend oder ausgeschieden", "who had it is away or has left"
        ),
        "involved": Words(
            "wer ihn hatte, hat ihn selbst bearbeitet", "who had it has worked on the case"
        ),
        "reassigned": Words("weitergegeben", "handed on"),
    }
)
_WAITED: Final[Mapping[tuple[str, str], Words]] = MappingProxyType(
    {
        ("client", "desk"): Words("Die Kundschaft wartete auf uns", "The client waited for us"),
        ("desk", "client"): Words("Wir warteten auf die Kundschaft", "We waited for the client"),
        ("client", "supervisor"): Words(
            "Die Kundschaft wartete auf eine Entscheidung der Leitung",
            "The client waited for a supervisor's decision",
        ),
        ("client", "department"): Words(
            "Die Kundschaft wartete auf eine Fachabteilung", "The client waited for a department"
        ),
    }
)


def wait_in_words(wait: Wait, zone: ZoneInfo) -> Words:
    """Return who waited for whom, how long, and how much of that the desk was open."""
    who = _WAITED.get((wait.waiting, wait.waited_for), Words(wait.waited_for, wait.waited_for))
    since, lasted, opened = (
        local_time(wait.since, zone),
        _long(wait.lasted),
        _long(wait.opening_hours),
    )
    still = wait.until is None
    return Words(
        de=f"{who.de}: {lasted.de} seit {since.de}, davon {opened.de} Öffnungszeit"
        + (", noch immer." if still else "."),
        en=f"{who.en}: {lasted.en} from {since.en}, {opened.en} of it opening hours"
        + (", and still does." if still else "."),
    )


def step_in_words(step: Step, zone: ZoneInfo) -> Words:
    """Return one thing that became of an escalation."""
    at, does = local_time(step.at, zone), _happened(step)
    words = f": {step.words}" if step.words else "."
    return Words(de=f"{at.de}: {does.de}{words}", en=f"{at.en}: {does.en}{words}")


def _happened(step: Step) -> Words:
    by, level = step.by or "", step.level
    match step.what:
        case "opened":
            return Words("Der Vorgang wurde eskaliert", "The case was escalated")
        case "raised":
            return _raised(step)
        case "accepted":
            return Words(f"{by} hat ihn angenommen", f"{by} accepted it")
        case "reassigned":
            return Words(
                f"{by} hat ihn an {step.to} weitergegeben (Stufe {level})",
                f"{by} handed it on to {step.to} (level {level})",
            )
        case "returned":
            return Words(f"{by} hat ihn zurückgegeben", f"{by} returned it")
        case "closed":
            return Words("Der Vorgang wurde entschieden", "The case was decided")


def _raised(step: Step) -> Words:
    because = _BECAUSE[step.because] if step.because else Words("", "")
    if step.to is None:
        return Words(
            f"Niemand aus der Kette ist da, jede Leitung kann ihn annehmen ({because.de})",
            f"Nobody of the chain is there, any supervisor may accept it ({because.en})",
        )
    return Words(
        f"Er liegt {step.to} vor, Stufe {step.level} ({because.de})",
        f"It is before {step.to}, level {step.level} ({because.en})",
    )


def _long(duration: timedelta) -> Words:
    minutes = int(duration.total_seconds()) // 60
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, "T.", "d"), (hours, "Std.", "h"), (minutes, "Min.", "min")]
    shown = [part for part in parts if part[0]] or [parts[-1]]
    return Words(
        de=" ".join(f"{number} {unit}" for number, unit, _ in shown),
        en=" ".join(f"{number} {unit}" for number, _, unit in shown),
    )
