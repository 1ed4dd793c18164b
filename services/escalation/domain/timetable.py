"""All clocks of a case, read at once: when each is due, and what is to be told next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self

from services.escalation.domain.cases import Case
from services.escalation.domain.clock_rules import ClockRule
from services.escalation.domain.clocks import clocks_of
from services.escalation.domain.signals import Signal, Told, untold
from shared.calendar import BusinessCalendar

LineState = Literal["not_started", "running", "paused", "stopped", "passed", "dropped"]


@dataclass(frozen=True, slots=True)
class Line:
    """One clock of a case.

    Attributes:
        kind: Its name.
        state: Whether it counts; `passed` when it is over by itself, `dropped` when the case's
            programme no longer has it.
        run: Its latest run, counted from 1; 0 before its start.
        due_at: When that run is due, if it is.
        warn_at: When that run warns, if it does.
        told: What it has told already.
        passes: Whether nothing is to be done by then: it is over once its end was told.
        stored: Whether the store knew it before.
    """

    kind: str
    state: LineState
    run: int
    due_at: datetime | None
    warn_at: datetime | None
    told: Told
    passes: bool = False
    stored: bool = False

    @property
    def matters(self) -> bool:
        """Whether it is worth a row: one that never ran, or ended in time at once, is not.

        All of it can be read again from the case's facts but what it has told.
        """
        return self.stored or self.state in ("running", "paused", "passed") or self.told != Told()

    def having_told(self, signals: Iterable[Signal]) -> Self:
        """Return the line once these signals of its clock are told."""
        told = self.told.after(signals)
        over = self.passes and self.state == "running" and 0 < self.run <= told.breached
        return replace(self, told=told, state="passed" if over else self.state)


@dataclass(frozen=True, slots=True)
class Timetable:
    """A case with its clocks and what they have still to tell, in the order of time."""

    case: Case
    lines: tuple[Line, ...]
    signals: tuple[Signal, ...]

    @property
    def fires_at(self) -> datetime | None:
        """When the next thing is to be told."""
        return self.signals[0].at if self.signals else None

    def split(self, at: datetime) -> tuple[tuple[Signal, ...], Self]:
        """Return what is to be told before an instant, and the timetable once it is told.

        What is due at an instant is not overdue in it.
        """
        due = tuple(signal for signal in self.signals if signal.at < at)
        lines = tuple(
            line.having_told(signal for signal in due if signal.kind == line.kind)
            for line in self.lines
        )
        return due, type(self)(self.case, lines, self.signals[len(due) :])


def reckon(
    case: Case, told: Mapping[str, Told], rules: Iterable[ClockRule], calendar: BusinessCalendar
) -> Timetable:
    """Return a case's timetable.

    Args:
        case: The case with everything that happened.
        told: What each of its clocks has told already, by kind.
        rules: The clock rules of the programme version that counts.
        calendar: The desk's.
    """
    lines: list[Line] = []
    signals: list[Signal] = []
    for clock in clocks_of(rules, case.facts, calendar):
        kind, runs = clock.rule.kind, clock.runs(calendar)
        so_far = told.get(kind, Told())
        signals.extend(untold(kind, runs, so_far))
        last = runs[-1] if runs else None
        line = Line(
            kind,
            state=last.state if last else "not_started",
            run=len(runs),
            due_at=last.due_at if last else None,
            warn_at=last.warn_at if last else None,
            told=so_far,
            passes=clock.rule.passes,
            stored=kind in told,
        )
        lines.append(line.having_told(()) if line.passes else line)
    dropped = told.keys() - {line.kind for line in lines}
    lines.extend(
        Line(kind, "dropped", 0, None, None, told[kind], stored=True) for kind in sorted(dropped)
    )
    signals.sort(key=lambda signal: (signal.at, signal.alarm, signal.kind, signal.run))
    return Timetable(case, tuple(lines), tuple(signals))
