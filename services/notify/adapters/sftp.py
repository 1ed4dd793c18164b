"""A folder on an SFTP server: where most print providers want their batches.

The server's host key must be known: without it anybody on the way could read clients' letters.
Neither passwords nor keys are logged; a fault says only what kind it is.
"""

import contextlib
import posixpath
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncssh

from services.notify.adapters.places import Place, PlaceFault

_FAULTS: Final = (OSError, asyncssh.Error)


@dataclass(frozen=True, slots=True)
class SftpServer:
    """Where and as whom; a key, a password, or both.

    Attributes:
        known_hosts: The server's host key, as OpenSSH keeps it.
        folder: Where batches go, from the login's own folder on.
    """

    host: str
    port: int
    user: str
    known_hosts: Path
    folder: str = "."
    key_file: Path | None = None
    password: str | None = None
    timeout: float = 30.0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Place]:
        """Connect; the connection is closed at the end.

        Raises:
            PlaceFault: No such server, not the server it should be, or it does not let us in.
        """
        async with contextlib.AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(
                    asyncssh.connect(
                        self.host,
                        self.port,
                        username=self.user,
                        password=self.password,
                        client_keys=[str(self.key_file)] if self.key_file else [],
                        known_hosts=str(self.known_hosts),
                        agent_path=None,
                        config=None,
                        connect_timeout=self.timeout,
                        login_timeout=self.timeout,
                        keepalive_interval=15,
                    )
                )
                client = await stack.enter_async_context(connection.start_sftp_client())
            except (*_FAULTS, ValueError) as error:  # a key file that holds no key
                raise _fault(error) from None
            yield SftpPlace(client, self.folder)


class SftpPlace:
    """A folder on a server that we are connected to."""

    def __init__(self, client: asyncssh.SFTPClient, folder: str) -> None:
        self._client = client
        self._folder = folder

    async def sizes(self, folder: str) -> dict[str, int] | None:
        """Files in a folder with their bytes; None if there is no such folder."""
        try:
            entries = await self._client.readdir(self._at(folder))
        except asyncssh.SFTPNoSuchFile:
            return None
        except _FAULTS as error:
            raise _fault(error) from None
        return {
            str(entry.filename): entry.attrs.size or 0
            for entry in entries
            if entry.attrs.type == asyncssh.FILEXFER_TYPE_REGULAR
        }

    async def make(self, folder: str) -> None:
        """Make a folder, with those above it."""
        try:
            await self._client.makedirs(self._at(folder), exist_ok=True)
        except _FAULTS as error:
            raise _fault(error) from None

    async def write(self, path: str, data: bytes) -> None:
        """Write a file under a hidden name until it is whole."""
        folder, name = posixpath.split(self._at(path))
        hidden = posixpath.join(folder, f".{name}.part")
        try:
            async with self._client.open(hidden, "wb") as file:
                await file.write(data)
            await self._client.posix_rename(hidden, self._at(path))
        except _FAULTS as error:
            raise _fault(error) from None

    async def read(self, path: str, most: int) -> bytes:
        """The first bytes of a file."""
        try:
            async with self._client.open(self._at(path), "rb") as file:
                data = await file.read(most)
        except _FAULTS as error:
            raise _fault(error) from None
        return data if isinstance(data, bytes) else data.encode()

    async def rename(self, old: str, new: str) -> None:
        """Move a file or folder; plain SFTP refuses when something stands at the new name."""
        try:
            await self._client.rename(self._at(old), self._at(new))
        except _FAULTS as error:
            raise _fault(error) from None

    def _at(self, path: str) -> str:
        return posixpath.join(self._folder, path)


def _fault(error: Exception) -> PlaceFault:
    """What kind of fault; a server's words may quote paths or names."""
    return PlaceFault(f"print provider: {type(error).__name__}")
