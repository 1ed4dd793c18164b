"""Is this machine fit to run a desk? Asked before anything is fetched or started."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from deploy.local.errors import PreflightError

NEEDED_BYTES = 1_000_000_000
NEEDED_PYTHON = (3, 11)

FreeSpace = Callable[[Path], int]


def free_bytes(directory: Path) -> int:
    """Return the free space of the disk that holds a folder."""
    return shutil.disk_usage(directory).free


def check_machine(
    directory: Path,
    *,
    free: FreeSpace = free_bytes,
    python: tuple[int, ...] = sys.version_info[:2],
) -> None:
    """Check Python, the folder, and its disk.

    Ports are checked where they are chosen, in `deploy.local.ports`.

    Args:
        directory: where the desk will keep its state; made if it is not there.
        free: how many bytes are free on a folder's disk.
        python: the version of the interpreter.

    Raises:
        PreflightError: something is missing; says what, and what to do.
    """
    if python < NEEDED_PYTHON:
        needed, found = (".".join(map(str, version)) for version in (NEEDED_PYTHON, python))
        msg = f"The desk needs Python {needed} or newer; this is {found}."
        raise PreflightError(msg)
    _check_writable(directory)
    available = free(directory)
    if available < NEEDED_BYTES:
        msg = (
            f"Not enough space for {directory}: {available // 1_000_000} MB are free, "
            f"{NEEDED_BYTES // 1_000_000} MB are needed (Kafka stops when its disk is full).\n"
            "Free some space, or choose a folder on another disk: "
            "claimsdesk up --directory /path/with/space"
        )
        raise PreflightError(msg)


def _check_writable(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as problem:
        msg = (
            f"Can't write to {directory}: {problem.strerror}.\n"
            "Give yourself the right to, or choose another folder: "
            "claimsdesk up --directory /path/to/folder"
        )
        raise PreflightError(msg) from problem
