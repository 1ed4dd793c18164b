"""Documents opened in processes of their own: intake's side of the page program.

One process holds the libraries; each document gets a fork of it, in milliseconds. What eats its
memory or time, or crashes a library, dies alone, and no document sees another's memory.
"""

import asyncio
import base64
import contextlib
import json
import math
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import structlog

from services.intake.adapters.wire import LENGTH, Message, message, packed

log = structlog.get_logger(__name__)

_PROJECT: Final = Path(__file__).parents[3]
_GRACE_SECONDS: Final = 5.0
"""The page program ends an answer itself; this is for a machine that is out of breath."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnswer:
    """What the page program says of a page.

    Attributes:
        text: Its text layer, empty if that is garbage.
        complete: The text layer is all there is to read.
        codes: What its barcodes say.
        sha256: Of its points, if it was drawn.
        blank: There is nothing on it.
        picture: Where it lies upright and without skew, for OCR; None if that was not asked for.
        sure: Up and down were told apart for certain.
        degrees: How it was skewed.
        sideways: It was turned by a quarter.
    """

    text: str = ""
    complete: bool = False
    codes: tuple[str, ...] = ()
    sha256: str = ""
    blank: bool = False
    picture: str | None = None
    sure: bool = True
    degrees: float = 0.0
    sideways: bool = False

    @classmethod
    def of(cls, values: Message) -> Self:
        """From the message."""
        return cls(**{**values, "codes": tuple(values.get("codes", ()))})


class OpenDocument:
    """A document in its process."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._seconds = seconds
        self.pages = 0

    async def send(self, media_type: str, data: bytes, folder: Path, *, background: bool) -> bool:
        """Hand the document over; False if it can't be opened."""
        header = {"media_type": media_type, "folder": str(folder), "background": background}
        opened = await self._exchange(message(header) + packed(data))
        self.pages = opened["pages"] if opened else 0
        return opened is not None

    async def text(self) -> tuple[str, bool]:
        """Its text layer, and whether no page has to be read from its picture."""
        answer = await self._exchange(message({"do": "text"}))
        return (answer["text"], answer["complete"]) if answer else ("", False)

    async def invoice(self) -> bytes | None:
        """The XML of an electronic invoice that it carries."""
        answer = await self._exchange(message({"do": "invoice"}))
        return base64.b64decode(answer["xml"]) if answer and answer["xml"] else None

    async def page(
        self, number: int, *, marks: bool, ocr: bool, other_side: bool = False
    ) -> PageAnswer | None:
        """A page; None if the process died over it.

        Args:
            number: From 0.
            marks: Look for barcodes.
            ocr: Give a picture of it where its text layer is not enough.
            other_side: Turn that picture by a quarter more than it seems to need.
        """
        asked = {"do": "page", "page": number, "marks": marks, "ocr": ocr, "other_side": other_side}
        answer = await self._exchange(message(asked))
        return PageAnswer.of(answer) if answer else None

    async def part(self, numbers: tuple[int, ...]) -> bytes | None:
        """Some pages as a file of their own; None if that can't be made."""
        answer = await self._exchange(message({"do": "part", "pages": numbers}))
        return await asyncio.to_thread(Path(answer["file"]).read_bytes) if answer else None

    async def _exchange(self, request: bytes) -> Message | None:
        try:
            async with asyncio.timeout(self._seconds + _GRACE_SECONDS):
                self._writer.write(request)
                await self._writer.drain()
                length = int.from_bytes(await self._reader.readexactly(LENGTH), "big")
                answer: Message = json.loads(await self._reader.readexactly(length))
                return answer
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            log.info("a document can't be read: it is damaged, or takes too much memory or time")
            return None


class Sandbox:
    """The page program, started when it is first needed and again if it died."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._starting = threading.Lock()
        self._control: socket.socket | None = None
        self._program: subprocess.Popen[bytes] | None = None

    @asynccontextmanager
    async def opened(
        self, data: bytes, media_type: str, folder: Path, *, background: bool
    ) -> AsyncIterator[OpenDocument | None]:
        """A document in a process of its own; None if it can't be opened.

        Args:
            data: Its bytes.
            media_type: What kind it is.
            folder: Where its pages may be written.
            background: Somebody else may wait for an answer meanwhile.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            await asyncio.to_thread(self._hand_over, theirs)
        ours.setblocking(False)  # noqa: FBT003 - the library's signature
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        try:
            document = OpenDocument(reader, writer, self._seconds)
            can_be = await document.send(media_type, data, folder, background=background)
            yield document if can_be else None
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _hand_over(self, channel: socket.socket) -> None:
        with self._starting:
            for _ in range(2):
                control = self._control or self._start()
                try:
                    socket.send_fds(control, [b"."], [channel.fileno()])
                except OSError:
                    control.close()
                    self._control = None
                else:
                    return
        message = "the page program does not start"
        raise OSError(message)

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._program = subprocess.Popen(  # noqa: S603 - our own program
                [
                    *(sys.executable, "-m", "services.intake.adapters.page_program"),
                    *(str(theirs.fileno()), str(math.ceil(self._seconds))),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=_PROJECT,
            )
        self._control = ours
        return ours
