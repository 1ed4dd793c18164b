"""The print spool: a folder per day with the letters as PDF and a manifest, for a print provider.

    SPOOL_DIR/2026-11-23/<notice id>.pdf
    SPOOL_DIR/2026-11-23/manifest.jsonl    one line per letter, written after the letter itself

A letter is in the spool once, however often it is handed in: its name is the notice's id, and the
manifest has one line per name. What a crash leaves unfinished is hidden (`.…`) or ends without a
line end, and is repaired by the next letter.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

MANIFEST: Final = "manifest.jsonl"


@dataclass(frozen=True, slots=True)
class SpooledLetter:
    """What the manifest says about one letter."""

    file: str
    notice_id: str
    case_id: str
    kind: str
    pages: int
    sha256: str


class PrintSpool:
    """Writes letters durably; several processes may share the folder."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def put(
        self,
        day: date,
        *,
        notice_id: str,
        case_id: str,
        kind: str,
        run: int,
        pdf: bytes,
        pages: int,
    ) -> Path:
        """Put a letter into a day's folder; a letter that lies there already stays as it is.

        Args:
            day: The folder.
            notice_id: The notice; its id is the file's name.
            case_id: For the manifest.
            kind: For the manifest.
            run: 2 and more: a person had it sent again, so it is a letter of its own.
            pdf: The letter.
            pages: How many pages it has.

        Raises:
            OSError: The spool can't be written.
        """
        folder = self._directory / day.isoformat()
        folder.mkdir(exist_ok=True)
        name = f"{notice_id}.pdf" if run == 1 else f"{notice_id}-{run}.pdf"
        entry = SpooledLetter(
            name, notice_id, case_id, kind, pages, hashlib.sha256(pdf).hexdigest()
        )
        with _alone(folder):
            manifest = folder / MANIFEST
            if name not in _listed(manifest):
                _write(folder, name, pdf)
                _append(manifest, entry)
        return folder / name


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one process at a time works in this folder."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(folder: Path, name: str, data: bytes) -> None:
    hidden = folder / f".{name}.part"
    with hidden.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    hidden.replace(folder / name)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _listed(manifest: Path) -> set[str]:
    """Names that the manifest holds; half a line from a crash is cut off."""
    if not manifest.exists():
        return set()
    data = manifest.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        os.truncate(manifest, len(whole))
    return {json.loads(line)["file"] for line in whole.splitlines()}


def _append(manifest: Path, entry: SpooledLetter) -> None:
    with manifest.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(entry)) + "\n")
        file.flush()
        os.fsync(file.fileno())
