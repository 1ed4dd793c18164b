"""Shows several logs on one console, each line prefixed with the name of its process."""

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

PAUSE_S = 0.1

Show = Callable[[str, str], None]
"""Called with the name of the process and one line of its log."""


class LogFollower:
    """Follows growing log files from their present end, also across their rotation.

    Args:
        logs: the files by the name of their process; a file may appear later.
        show: called for each new line, from the follower's thread.
    """

    def __init__(self, logs: Mapping[str, Path], show: Show) -> None:
        self._followed = {name: _Followed(path) for name, path in logs.items()}
        self._show = show
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log-follower", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Show what is there and end."""
        if self._thread.is_alive():
            self._ending.set()
            self._thread.join()

    def _run(self) -> None:
        while not self._ending.wait(PAUSE_S):
            self._show_new()
        self._show_new()

    def _show_new(self) -> None:
        for name, followed in self._followed.items():
            for line in followed.new_lines():
                self._show(name, line)


class _Followed:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: BinaryIO | None = None
        self._part = b""
        if path.exists():
            self._stream = path.open("rb")
            self._stream.seek(0, 2)

    def new_lines(self) -> list[str]:
        """Return the whole lines since the last call."""
        content = self._part + self._read()
        *lines, self._part = content.split(b"\n")
        return [line.decode("utf-8", "replace").rstrip("\r") for line in lines]

    def _read(self) -> bytes:
        content = self._stream.read() if self._stream else b""
        if self._was_rotated():
            if self._stream:
                self._stream.close()
            self._stream = self._path.open("rb")
            content += self._stream.read()
        return content

    def _was_rotated(self) -> bool:
        try:
            present = self._path.stat()
        except FileNotFoundError:
            return False
        if self._stream is None:
            return True
        return present.st_ino != _inode(self._stream)


def _inode(stream: BinaryIO) -> int:
    return os.fstat(stream.fileno()).st_ino
