"""The folder in which a scan station lays down letters: which files are complete, and their move.

Network shares tell nobody about new files, so the folder is looked at again and again. A file is
moved only after it was stored, so a crash at any moment leaves it where it is seen again.
"""

import os
import stat
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

PROCESSED: Final = "processed"
FAILED: Final = "failed"
_UNFINISHED: Final = frozenset({".tmp", ".part", ".partial", ".filepart", ".crdownload", ".lock"})
_PATIENCE: Final = 20
"""So many times longer is waited for a file that has no end yet."""
_ENDS: Final = (
    (b"%PDF-", b"%%EOF", 2048),
    (b"\x89PNG", b"IEND", 64),
    (b"\xff\xd8\xff", b"\xff\xd9", 4096),
)
"""How a kind of file begins, what stands at its end, and how near to the end."""


@dataclass(frozen=True, slots=True)
class ScanFile:
    """A file as it lies in the folder.

    Attributes:
        changed_ns: When it was written last, nanoseconds since 1970.
    """

    path: Path
    size: int
    changed_ns: int

    @property
    def place(self) -> str:
        """Names this very file, so that it is known again after a crash."""
        return f"scan:{self.path.name}:{self.changed_ns}:{self.size}"

    @property
    def changed_at(self) -> datetime:
        """When it was written last, UTC, as far as the station's clock is right."""
        return datetime.fromtimestamp(self.changed_ns / 1e9, UTC)


class ScanFolder:
    """The folder, watched by one process; every call may block."""

    def __init__(self, folder: Path, settle_seconds: float) -> None:
        self._folder = folder
        self._settle = settle_seconds
        self._seen: dict[ScanFile, float] = {}

    def complete(self) -> list[ScanFile]:
        """The files that did not change for a while, oldest first.

        Raises:
            OSError: The folder is away.
        """
        now = time.monotonic()
        lying = self._lying()
        self._seen = {file: self._seen.get(file, now) for file in lying}
        settled = [file for file in lying if now - self._seen[file] >= self._settle]
        return sorted(settled, key=lambda file: (file.changed_ns, file.path.name))

    def read(self, file: ScanFile, limit: int) -> bytes | None:
        """A file's bytes, one more than the limit at most; None if it is gone or not complete.

        Raises:
            OSError: It can't be read.
        """
        try:
            opened = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        with os.fdopen(opened, "rb") as stream:
            data = stream.read(limit + 1)
            after = os.fstat(stream.fileno())
        if (after.st_size, after.st_mtime_ns) != (file.size, file.changed_ns):
            return None
        waited = time.monotonic() - self._seen.get(file, 0.0)
        if len(data) <= limit and _has_no_end(data) and waited < _PATIENCE * self._settle:
            return None
        return data

    def move(self, file: ScanFile, to: str, reason: str | None = None) -> None:
        """Move a file that was dealt with, and say beside it why it was not taken.

        Raises:
            OSError: It can't be moved now.
        """
        target = _free_name(self._folder / to, file.path.name)
        if reason is not None:
            target.with_name(f"{target.name}.txt").write_text(f"{reason}\n", encoding="utf-8")
        try:
            file.path.rename(target)
        except FileNotFoundError:
            # Another worker was quicker, or somebody took it away: it is stored.
            return

    def _lying(self) -> list[ScanFile]:
        found = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.startswith((".", "~")):
                    continue
                if Path(entry.name).suffix.lower() in _UNFINISHED:
                    continue
                try:
                    state = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if stat.S_ISREG(state.st_mode):
                    found.append(ScanFile(Path(entry.path), state.st_size, state.st_mtime_ns))
        return found


def _free_name(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    target, number = folder / name, 1
    while target.exists():
        number += 1
        target = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return target


def _has_no_end(data: bytes) -> bool:
    """Say whether a file is empty, or of a kind whose end is missing: it may still be written."""
    for begin, end, near in _ENDS:
        if data.startswith(begin):
            return end not in data[-near:]
    return not data
