"""Documents checked for viruses by ClamAV's `clamd` before they are stored.

The protocol (`man clamd`, INSTREAM) is a length and bytes, over TCP or a Unix socket; decision
record 0039 says why it is spoken here.
"""

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Final

import structlog

from shared.documents import DocumentStore
from shared.errors import TemporaryFault

log = structlog.get_logger(__name__)

OFF: Final = "off, CLAIMSDESK_CLAMD is not set"
TOO_LARGE: Final = "larger than what the virus scanner takes, so not checked"
_CHUNK: Final = 1 << 16
_MOST_AT_ONCE: Final = 8
_PING_SECONDS: Final = 3.0
_LONGEST_ANSWER: Final = 4096


class Clamd:
    """A virus scanner at `host:port` or behind a Unix socket."""

    def __init__(self, address: str, timeout_seconds: float, largest_bytes: int) -> None:
        self._address = address
        self._timeout = timeout_seconds
        self._largest = largest_bytes
        self._places = asyncio.Semaphore(_MOST_AT_ONCE)

    async def danger_in(self, data: bytes) -> str | None:
        """Why nobody should get these bytes; None if the scanner found nothing.

        Raises:
            TemporaryFault: The scanner is away, or did not say what it found.
        """
        if len(data) > self._largest:
            return TOO_LARGE
        async with self._places:
            answer = await self._asked(b"zINSTREAM\0", data, self._timeout)
        if answer == "stream: OK":
            return None
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return f"virus: {answer.removeprefix('stream: ').removesuffix(' FOUND')[:200]}"
        if answer.startswith("INSTREAM size limit exceeded"):
            return TOO_LARGE
        log.error("the virus scanner gave no verdict", answer=answer[:100])
        message = "the virus scanner gave no verdict"
        raise TemporaryFault(message)

    async def problem(self) -> str | None:
        """What is wrong with the scanner, for `/readyz`."""
        try:
            answer = await self._asked(b"zPING\0", None, _PING_SECONDS)
        except TemporaryFault as fault:
            return f"{fault}; what comes in waits"
        return None if answer == "PONG" else "the virus scanner does not answer as clamd does"

    async def _asked(self, command: bytes, data: bytes | None, seconds: float) -> str:
        try:
            answer = await asyncio.to_thread(self._exchange, command, data, seconds)
        except OSError as error:
            log.warning("the virus scanner is away", reason=type(error).__name__)
            message = f"the virus scanner at {self._address} is away"
            raise TemporaryFault(message) from error
        return answer.rstrip(b"\0\n").decode("utf-8", "replace")

    def _exchange(self, command: bytes, data: bytes | None, seconds: float) -> bytes:
        with self._connected(seconds) as channel:
            # Over its limit clamd answers and hangs up while it is still being sent to.
            with contextlib.suppress(ConnectionError):
                channel.sendall(command)
                if data is not None:
                    _send(channel, data)
            return channel.recv(_LONGEST_ANSWER)

    def _connected(self, seconds: float) -> socket.socket:
        if not self._address.startswith("/"):
            host, _, port = self._address.rpartition(":")
            return socket.create_connection((host.strip("[]"), int(port)), seconds)
        channel = socket.socket(socket.AF_UNIX)
        channel.settimeout(seconds)
        try:
            channel.connect(self._address)
        except OSError:
            channel.close()
            raise
        return channel


def _send(channel: socket.socket, data: bytes) -> None:
    view = memoryview(data)
    for start in range(0, len(data), _CHUNK):
        chunk = view[start : start + _CHUNK]
        channel.sendall(len(chunk).to_bytes(4, "big"))
        channel.sendall(chunk)
    channel.sendall(bytes(4))


class CheckedDocuments(DocumentStore):
    """The document store of what clients send: it can tell what must not be served."""

    def __init__(self, directory: Path, scanner: Clamd | None) -> None:
        super().__init__(directory)
        self._scanner = scanner

    async def danger_in(self, data: bytes) -> str | None:
        """Why these bytes must never be served; None if nothing was found or the scanner is off.

        Raises:
            TemporaryFault: The scanner is away; nothing is stored unchecked.
        """
        return await self._scanner.danger_in(data) if self._scanner else None
