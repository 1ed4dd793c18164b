"""Documents: raw mails, scans and letters under random ids; events carry only the id.

A local folder, read through `obstore`; the same interface reaches S3. The id says nothing about
the client or the contents, so erasing a client is deleting their ids.

A document is on the disk, not in its cache, before its id is given out: a letter's upload is the
only copy. `obstore` promises that for S3 and not for folders, so files are written here.
"""

import asyncio
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore

from shared.errors import NotFound, TemporaryFault
from shared.ids import random_id

_T = TypeVar("_T")
_AWAY = "the document store is away or full"
_DOCUMENT_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class _Write:
    """A document on its way to the disk."""

    path: Path
    data: bytes
    written: asyncio.Future[OSError | None]


class DocumentStore:
    """Stores bytes durably and gives them back by their id."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._waiting: list[_Write] = []
        self._writing: asyncio.Task[None] | None = None
        self._store = LocalStore(prefix=directory, automatic_cleanup=True)

    async def put(self, data: bytes) -> str:
        """Store bytes and return their new random id.

        Raises:
            TemporaryFault: The store is away or full.
        """
        document_id = random_id()
        path = self._directory / _path(document_id)
        write = _Write(path, data, asyncio.get_running_loop().create_future())
        self._waiting.append(write)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        if (error := await write.written) is not None:
            raise TemporaryFault(_AWAY) from error
        return document_id

    async def _write(self) -> None:
        """Write what waits, all of it at once: a folder is made durable once for all its files."""
        while self._waiting:
            writes, self._waiting = self._waiting, []
            try:
                errors = await asyncio.to_thread(_written, writes)
            except BaseException:
                for write in writes:
                    write.written.cancel()
                raise
            for write, error in zip(writes, errors, strict=True):
                if not write.written.done():
                    write.written.set_result(error)

    async def get(self, document_id: str) -> bytes:
        """The bytes of a document.

        Raises:
            NotFound: There is no document with this id.
            TemporaryFault: The store is away.
        """
        try:
            result = await obstore.get_async(self._store, _path(document_id))
        except FileNotFoundError as error:
            message = "no such document"
            raise NotFound(message) from error
        except BaseError as error:
            raise TemporaryFault(_AWAY) from error
        return bytes(await result.bytes_async())

    async def delete(self, document_id: str) -> None:
        """Delete a document; one that is gone already is no error."""
        try:
            await obstore.delete_async(self._store, _path(document_id))
        except FileNotFoundError:
            return


def _path(document_id: str) -> str:
    if not _DOCUMENT_ID.fullmatch(document_id):
        message = "no such document"
        raise NotFound(message)
    return f"{document_id[:2]}/{document_id}"


def _written(writes: Sequence[_Write]) -> list[OSError | None]:
    """Write files and make them durable; for each, what went wrong."""
    created = [_attempt(_create, write) for write in writes]
    synced = [
        error or _attempt(_sync, write.path) for error, write in zip(created, writes, strict=True)
    ]
    folders = {folder: _attempt(_sync, folder) for folder in {each.path.parent for each in writes}}
    errors = [
        error or folders[write.path.parent] for error, write in zip(synced, writes, strict=True)
    ]
    for write, error in zip(writes, errors, strict=True):
        if error is not None:
            _attempt(Path.unlink, write.path)
    return errors


def _attempt(work: Callable[[_T], object], subject: _T) -> OSError | None:
    try:
        work(subject)
    except OSError as error:
        return error
    return None


def _create(write: _Write) -> None:
    try:
        file = write.path.open("xb")
    except FileNotFoundError:
        write.path.parent.mkdir(parents=True, exist_ok=True)
        _sync(write.path.parent.parent)
        file = write.path.open("xb")
    with file:
        file.write(write.data)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
