"""One desk per folder: a lock that its owner's end releases, however it ends.

`python3 -m deploy.local.desk_lock FOLDER` says whether a desk runs there (exit status 1);
it needs nothing but Python's own library, for `make clean`.
"""

import fcntl
import os
import sys
import time
from io import TextIOWrapper
from pathlib import Path

from deploy.local.errors import AlreadyRunningError

NAME = "desk.lock"
LAST_BREATH_S = 40
"""How long the processes of a killed desk may take to be gone."""


class DeskLock:
    """The right to run a desk on a folder.

    The lock is shared with the supervisor's leash (`fileno`), so that it is free only when
    the last process of the desk is gone, even if the desk itself was killed.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / NAME
        self._stream: TextIOWrapper | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            AlreadyRunningError: a desk runs on the folder.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Mails, letters and databases of the desk are nobody else's business on this machine.
        self._path.parent.chmod(0o700)
        stream = self._path.open("a+", encoding="utf-8")
        deadline = time.monotonic() + LAST_BREATH_S
        while not _try(stream):
            owner = _owner(stream)
            if _is_alive(owner) or time.monotonic() > deadline:
                stream.close()
                raise AlreadyRunningError(_message(self._path.parent, owner))
            time.sleep(0.1)
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        self._stream = stream

    def fileno(self) -> int:
        """Return the descriptor that holds the lock, to be passed to a child."""
        assert self._stream is not None
        return self._stream.fileno()

    def release(self) -> None:
        """Give the lock back."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def is_running(directory: Path) -> bool:
    """Say whether a desk runs on the folder."""
    try:
        with (directory / NAME).open("a+", encoding="utf-8") as stream:
            return not _try(stream)
    except FileNotFoundError:
        return False


def _try(stream: TextIOWrapper) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(stream: TextIOWrapper) -> int | None:
    stream.seek(0)
    text = stream.read().strip()
    return int(text) if text.isdigit() else None


def _is_alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _message(directory: Path, owner: int | None) -> str:
    who = f" (process {owner})" if owner else ""
    return (
        f"A desk already runs on {directory}{who}.\n"
        "Stop it with Ctrl-C in its terminal, or start another on a folder of its own: "
        "claimsdesk up --directory FOLDER"
    )


if __name__ == "__main__":
    if is_running(Path(sys.argv[1])):
        sys.exit(f"A desk runs on {sys.argv[1]}: stop it first (Ctrl-C in its terminal).")
