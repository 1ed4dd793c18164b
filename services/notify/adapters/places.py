"""A place where letters are dropped for the print provider, and where its reports come from.

A port with two adapters: a folder of this machine, and a folder on an SFTP server
(`sftp.py`). What is dropped there, and in which order, stands in `drop.py`.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

_Result = TypeVar("_Result")


class PlaceFault(Exception):
    """The place is away, full or refuses us; try again. The text holds nothing personal."""


class Place(Protocol):
    """A folder with folders in it; paths are relative to it, with `/`.

    Every call may raise `PlaceFault`.
    """

    async def sizes(self, folder: str) -> dict[str, int] | None:
        """Files in a folder with their bytes; None if there is no such folder."""

    async def make(self, folder: str) -> None:
        """Make a folder, with those above it."""

    async def write(self, path: str, data: bytes) -> None:
        """Write a file so that its name never stands for half of it."""

    async def read(self, path: str, most: int) -> bytes:
        """The first bytes of a file."""

    async def rename(self, old: str, new: str) -> None:
        """Move a file or folder, at once and for good; what stands at the new name stays."""


class Connects(Protocol):
    """Opens a place for a while."""

    def __call__(self) -> AbstractAsyncContextManager[Place]:
        """The place, as long as the block lasts."""


class FolderPlace:
    """A folder of this machine, or one that is mounted."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Place]:
        """The folder; it is made if it is not there."""
        await self._run(lambda: self._directory.mkdir(parents=True, exist_ok=True))
        yield self

    async def sizes(self, folder: str) -> dict[str, int] | None:
        """Files in a folder with their bytes; None if there is no such folder."""

        def look() -> dict[str, int] | None:
            path = self._directory / folder
            if not path.is_dir():
                return None
            files = (each for each in path.iterdir() if each.is_file() and not each.is_symlink())
            return {each.name: each.stat().st_size for each in files}

        return await self._run(look)

    async def make(self, folder: str) -> None:
        """Make a folder, with those above it."""
        await self._run(lambda: (self._directory / folder).mkdir(parents=True, exist_ok=True))

    async def write(self, path: str, data: bytes) -> None:
        """Write a file, durably, under a hidden name until it is whole."""

        def write() -> None:
            whole = self._directory / path
            hidden = whole.with_name(f".{whole.name}.part")
            with hidden.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            hidden.replace(whole)
            _durable(whole.parent)

        await self._run(write)

    async def read(self, path: str, most: int) -> bytes:
        """The first bytes of a file."""

        def read() -> bytes:
            with (self._directory / path).open("rb") as file:
                return file.read(most)

        return await self._run(read)

    async def rename(self, old: str, new: str) -> None:
        """Move a file or folder; what stands at the new name stays."""

        def rename() -> None:
            target = self._directory / new
            if target.exists():
                raise FileExistsError(target.name)
            (self._directory / old).rename(target)
            _durable(target.parent)

        await self._run(rename)

    async def _run(self, act: Callable[[], _Result]) -> _Result:
        try:
            return await asyncio.to_thread(act)
        except OSError as error:
            message = f"print spool: {error.strerror or type(error).__name__}"
            raise PlaceFault(message) from None


def _durable(folder: Path) -> None:
    """Names in a folder survive a power cut only once the folder itself is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
