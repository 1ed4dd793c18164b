"""The desk's mailbox over IMAP: every mail in the inbox, once, in batches.

A mail is moved out of the inbox only after its handler returned, that is, after everything made
of it is stored. What a crash leaves in the inbox is simply seen again. Mails that somebody marked
as read or flagged count as well: only the move says that the desk has them.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from imaplib import IMAP4, Internaldate2tuple
from typing import Final, Self

import structlog
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError
from sqlalchemy.exc import SQLAlchemyError

from shared.database import is_temporary
from shared.errors import TemporaryFault

log = structlog.get_logger(__name__)

PROCESSED: Final = "Processed"
MACHINE: Final = "Machine"
UNKNOWN_ARRIVAL: Final = datetime.max.replace(tzinfo=UTC)
_BATCH_MAILS: Final = 50
_BATCH_BYTES: Final = 32_000_000
_TIMEOUT_SECONDS: Final = 30.0
_IDLE_SLICE_SECONDS: Final = 0.5
"""How long a stop waits for the mailbox's thread."""
_ROUND_SECONDS: Final = 10.0
"""The inbox is searched this often even if the server announces nothing."""
_POLL_SECONDS: Final = 1.0
_SHORTEST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 15.0
_WORKED_SECONDS: Final = 2.0
"""A connection that held so long was good: the next one is tried at once."""
_AWAY = (OSError, IMAP4.error, ImapToolsError)


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A mail as it lies in the inbox.

    Attributes:
        uid: Its number in the inbox.
        validity: The inbox's UIDVALIDITY: another one means that the numbers begin anew.
        raw: Its bytes.
        arrived_at: When the server got it, UTC; far in the future if it does not say.
    """

    uid: str
    validity: str
    raw: bytes
    arrived_at: datetime

    @property
    def place(self) -> str:
        """Where it lies: unique for a mailbox's life."""
        return f"{self.validity}:{self.uid}"


Handler = Callable[[Sequence[FetchedMail]], Awaitable[Mapping[str, str]]]
"""Stores what a batch of mails is, and says into which folder each uid goes."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where the mailbox is, and who reads it."""

    host: str
    port: int
    user: str
    password: str
    tls: bool


class Mailbox:
    """Reads the inbox for ever, and says what is wrong when it can't."""

    def __init__(self, account: Account, handler: Handler) -> None:
        self._account = account
        self._handler = handler
        self.problem: str | None = "not connected yet"

    async def run(self) -> None:
        """Read until cancelled; a server that is away is tried again with growing pauses."""
        pause = _SHORTEST_PAUSE
        while True:
            began = time.monotonic()
            try:
                await self._read()
            except Exception as error:
                if not (isinstance(error, (*_AWAY, TemporaryFault)) or is_temporary(error)):
                    raise
                self._note_away(error)
            if time.monotonic() - began > _WORKED_SECONDS:
                pause = _SHORTEST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _note_away(self, error: Exception) -> None:
        where = f"{self._account.host}:{self._account.port}"
        what = f"IMAP server {where} is away"
        if isinstance(error, SQLAlchemyError):
            what = "the database is away"
        elif isinstance(error, TemporaryFault):
            what = str(error)
        log.warning("mails wait, trying again", problem=what, reason=type(error).__name__)
        self.problem = f"{what}; mails wait in the inbox"

    async def _read(self) -> None:
        """Read over one connection, in one thread, until it breaks or the task is cancelled."""
        loop = asyncio.get_running_loop()
        thread = ThreadPoolExecutor(1, "mailbox")
        leave = threading.Event()
        opening = thread.submit(_Inbox.opened, self._account)
        try:
            inbox = await asyncio.wrap_future(opening)
            log.info("reading the mailbox", server=self._account.host, idle=inbox.can_idle)
            self.problem = None
            while True:
                mails = await loop.run_in_executor(thread, inbox.next_batch)
                if mails:
                    folders = await self._handler(mails)
                    await loop.run_in_executor(thread, inbox.file, folders)
                else:
                    await loop.run_in_executor(thread, inbox.wait, leave)
        finally:
            leave.set()
            thread.submit(_closed, opening)
            thread.shutdown(wait=False)


def _closed(opening: Future["_Inbox"]) -> None:
    """Say goodbye, in the thread that may still be in the middle of something."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


class _Inbox:
    """One connection; every method runs in the mailbox's thread."""

    def __init__(self, box: BaseMailBox, validity: str) -> None:
        self._box = box
        self._validity = validity
        self.can_idle = "IDLE" in box.client.capabilities

    @classmethod
    def opened(cls, account: Account) -> Self:
        kind = MailBox if account.tls else MailBoxUnencrypted
        box = kind(account.host, account.port, timeout=_TIMEOUT_SECONDS)
        try:
            box.login(account.user, account.password)
            for folder in (PROCESSED, MACHINE):
                if not box.folder.exists(folder):
                    box.folder.create(folder)
            status = box.folder.status("INBOX", ["UIDVALIDITY"])
        except BaseException:
            with contextlib.suppress(*_AWAY):
                box.logout()
            raise
        return cls(box, str(status["UIDVALIDITY"]))

    def next_batch(self) -> list[FetchedMail]:
        """The oldest mails in the inbox, as many as one batch may hold."""
        uids = self._box.uids("UNDELETED")
        chosen = uids[:_BATCH_MAILS]
        return list(self._fetched(self._within_limit(chosen))) if chosen else []

    def _within_limit(self, uids: list[str]) -> list[str]:
        """As many as fit into memory, at least one."""
        total = 0
        fitting: list[str] = []
        for uid, size in self._sizes(uids):
            total += size
            if fitting and total > _BATCH_BYTES:
                break
            fitting.append(uid)
        return fitting

    def _sizes(self, uids: list[str]) -> Iterator[tuple[str, int]]:
        _, lines = self._box.client.uid("FETCH", ",".join(uids), "(UID RFC822.SIZE)")
        for line in lines:
            words = line.decode("ascii", "replace").replace("(", " ").replace(")", " ").split()
            if isinstance(line, bytes) and "UID" in words and "RFC822.SIZE" in words:
                yield words[words.index("UID") + 1], int(words[words.index("RFC822.SIZE") + 1])

    def _fetched(self, uids: list[str]) -> Iterator[FetchedMail]:
        if not uids:
            return
        _, parts = self._box.client.uid("FETCH", ",".join(uids), "(UID INTERNALDATE BODY.PEEK[])")
        for index, part in enumerate(parts):
            if not isinstance(part, tuple):
                continue
            # Servers put the fields before or after the body, as they like.
            after = parts[index + 1] if index + 1 < len(parts) else b""
            fields = part[0] + (after if isinstance(after, bytes) else b"")
            words = fields.replace(b"(", b" ").replace(b")", b" ").split()
            if b"UID" in words:
                uid = words[words.index(b"UID") + 1].decode("ascii")
                yield FetchedMail(uid, self._validity, part[1], _arrived(fields))

    def file(self, folders: Mapping[str, str]) -> None:
        """Move mails out of the inbox; one that somebody deleted meanwhile is no fault."""
        for folder in dict.fromkeys(folders.values()):
            self._box.move([uid for uid, target in folders.items() if target == folder], folder)

    def wait(self, leave: threading.Event) -> None:
        """Return when something arrives, and after a while anyway."""
        if not self.can_idle:
            leave.wait(_POLL_SECONDS)
            self._box.client.noop()
            return
        if self._start_idle():
            return
        end = time.monotonic() + _ROUND_SECONDS
        try:
            while (began := time.monotonic()) < end and not leave.is_set():
                announced = self._box.idle.poll(_IDLE_SLICE_SECONDS)
                # A connection that broke is always readable and has nothing to say.
                if announced or time.monotonic() - began < _IDLE_SLICE_SECONDS / 2:
                    return
        finally:
            self._box.idle.stop()  # type: ignore[no-untyped-call]

    def _start_idle(self) -> bool:
        """Enter IDLE; says at once whether something arrived since the last search.

        Servers may tell that before they agree to idle, which the library takes for a refusal.
        """
        client = self._box.client
        tag = client._command("IDLE")  # noqa: SLF001 - as the library itself does
        announced = False
        while client._get_response() is not None:  # noqa: SLF001
            if client.tagged_commands.get(tag):
                message = "the server refuses to idle"
                raise IMAP4.abort(message)
            announced = True
        self._box.idle._idle_tag = tag  # noqa: SLF001
        if announced:
            self._box.idle.stop()  # type: ignore[no-untyped-call]
        return announced

    def close(self) -> None:
        with contextlib.suppress(*_AWAY):
            self._box.logout()


def _arrived(fields: bytes) -> datetime:
    local = Internaldate2tuple(fields)
    return datetime.fromtimestamp(time.mktime(local), UTC) if local else UNKNOWN_ARRIVAL
