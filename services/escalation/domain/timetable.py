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
    """

    kind: str
    state: LineState
    run: int
    due_at: datetime | None
    warn_at: datetime | None
    told: Told
    passes: bool = False

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
        kind = clock.rule.kind
        runs = clock.runs(calendar)
        so_far = told.get(kind, Told())
        signals.extend(untold(kind, runs, so_far))
        if runs:
            last = runs[-1]
            passes = clock.rule.passes
            line = Line(kind, last.state, len(runs), last.due_at, last.warn_at, so_far, passes)
            line = line.having_told(())
        else:
            line = Line(kind, "not_started", 0, None, None, so_far)
        lines.append(line)
    dropped = told.keys() - {line.kind for line in lines}
    lines.extend(Line(kind, "dropped", 0, None, None, told[kind]) for kind in sorted(dropped))
    signals.sort(key=lambda signal: (signal.at, signal.alarm, signal.kind, signal.run))
    return Timetable(case, tuple(lines), tuple(signals))
