"""Which clocks of a case other hours or other rules moved, and from when to when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.escalation.domain.timetable import Timetable


@dataclass(frozen=True, slots=True)
class ClockMove:
    """One clock that is due at another time than before.

    Attributes:
        case_id: Its case.
        kind: Its name.
        due_before: When it had been due; None if it was not, such as a clock that is new.
        due_after: When it is due now; None if it is not, such as one that was dropped.
        moved_at: When that was reckoned.
    """

    case_id: str
    kind: str
    due_before: datetime | None
    due_after: datetime | None
    moved_at: datetime


def moves_of(
    due: Mapping[str, datetime | None], timetable: Timetable, now: datetime
) -> Iterator[ClockMove]:
    """Yield what moved when a case was reckoned anew.

    Args:
        due: When each of its clocks had been due, by kind.
        timetable: As it is reckoned now.
        now: This instant.
    """
    for line in timetable.lines:
        before = due.get(line.kind)
        if before != line.due_at:
            yield ClockMove(timetable.case.case_id, line.kind, before, line.due_at, now)
