"""Temporary folders that don't outlive their process by much, even if that is killed.

What lies in them may be a client's scan. Whoever makes the next folder of the same kind removes
those that nobody holds any more: a lock says so, which the system frees however a process dies.
"""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_LOCK: Final = ".held"


@contextmanager
def own_folder(kind: str) -> Iterator[Path]:
    """A temporary folder, removed at the end.

    Args:
        kind: What it is for; folders of one kind are cleaned up together.
    """
    prefix = f"claimsdesk-{kind}-"
    remove_left(prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        with (folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_left(prefix: str) -> None:
    """Remove the folders with this prefix whose process is gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        if _is_left(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        # Held; or without a lock yet, and then empty.
        return False
    return True
