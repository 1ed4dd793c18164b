"""What can go wrong on a person's machine, each with a message that says what to do.

```
LocalDeskError
├── PreflightError      the machine is not fit: disk, folder, Python, ports
├── FetchError          a jar could not be fetched, or is not the one we locked
├── StartError          a process did not come up; carries the end of its log
└── AlreadyRunningError another desk runs on the same folder
```
"""

import shutil
from collections import deque
from pathlib import Path

FULL_BYTES = 10_000_000


class LocalDeskError(Exception):
    """The embedded desk can't go on; the message is meant for the person at the terminal."""


class PreflightError(LocalDeskError):
    """The machine lacks something that the desk needs."""


class FetchError(LocalDeskError):
    """A file could not be fetched, or its checksum is not the locked one."""


class StartError(LocalDeskError):
    """A process of the desk did not come up."""


class AlreadyRunningError(LocalDeskError):
    """Another desk runs on this folder."""


def log_end(log: Path, *, lines: int = 15) -> str:
    """Return the last lines of a log, indented; a note instead if there is none."""
    try:
        with log.open(encoding="utf-8", errors="replace") as stream:
            tail = deque(stream, maxlen=lines)
    except OSError:
        tail = deque()
    if not tail:
        return f"    (its log is empty: {log})"
    return "".join(f"    {line.rstrip()}\n" for line in tail).rstrip("\n")


def disk_is_full(log: Path) -> bool:
    """Say whether a log's disk is full, or the end of the log complains about a full one."""
    text = log_end(log, lines=60)
    complains = "No space left on device" in text or "Disk quota exceeded" in text
    return complains or shutil.disk_usage(log.parent).free < FULL_BYTES
