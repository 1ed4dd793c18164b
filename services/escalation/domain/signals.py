"""What a clock has to tell: that its time limit comes near, and that it has passed; each once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Self

from services.escalation.domain.runs import Run


class Alarm(IntEnum):
    """What is told, in this order where both fall on the same instant."""

    WARNED = 0
    BREACHED = 1


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing to tell about one run of a clock.

    Attributes:
        kind: The clock.
        run: Its run, counted from 1.
        alarm: Whether it warns or tells of a breach.
        at: When it is to be told.
        due_at: When the run is due.
        deadline: The day that somebody was told by what started the run.
    """

    kind: str
    run: int
    alarm: Alarm
    at: datetime
    due_at: datetime
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Up to which run of a clock its warning and its breach have been told."""

    warned: int = 0
    breached: int = 0

    def after(self, signals: Iterable[Signal]) -> Self:
        """Return what has been told once these signals are."""
        warned, breached = self.warned, self.breached
        for signal in signals:
            if signal.alarm is Alarm.WARNED:
                warned = max(warned, signal.run)
            else:
                breached = max(breached, signal.run)
        return type(self)(warned, breached)


def untold(kind: str, runs: Iterable[Run], told: Told) -> tuple[Signal, ...]:
    """Return what a clock's runs have still to tell, past and future.

    A run that was stopped late has passed its limit even if nobody watched it then: what it had to
    tell is told however late, so no breach is missed because a process was down.
    """
    signals = []
    for number, run in enumerate(runs, 1):
        if run.due_at is None:
            continue
        due_at, named = run.due_at, run.start.ends_on
        if run.warn_at is not None and number > told.warned:
            signals.append(Signal(kind, number, Alarm.WARNED, run.warn_at, due_at, named))
        if number > told.breached:
            signals.append(Signal(kind, number, Alarm.BREACHED, due_at, due_at, named))
    return tuple(signals)
