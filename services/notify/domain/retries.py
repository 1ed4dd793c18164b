"""When a notice that a mail server would not take yet is tried again."""

from datetime import datetime, timedelta

PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (1, 5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800, 28_800)
)
"""Growing pauses, about 32 hours in all: short ones for a server that restarts, long ones for
greylisting and full mailboxes."""


def next_attempt(
    attempts: int, now: datetime, pauses: tuple[timedelta, ...] = PAUSES
) -> datetime | None:
    """When to try again after so many failed attempts; None when it is time to give up."""
    return now + pauses[attempts - 1] if attempts <= len(pauses) else None
