"""The desk's mailbox over IMAP: every mail in the inbox, once, in batches.

A mail is moved out of the inbox only after its handler returned, that is, after everything made
of it is stored. What a crash leaves in the inbox is simply seen again. Mails that somebody marked
as read or flagged count as well: only the move says that the desk has them.
"""

import asyncio
import queue
import ssl
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import structlog

from services.intake.adapters.inbox import (
    CONNECTION_ERRORS,
    Account,
    FetchedMail,
    Inbox,
    LoginRefused,
)
from services.intake.adapters.moves import Refused
from shared.database import is_temporary
from shared.errors import TemporaryFault

log = structlog.get_logger(__name__)

_AWAY: Final = (*CONNECTION_ERRORS, LoginRefused, Refused, TemporaryFault)
_T = TypeVar("_T")

Handler = Callable[[Sequence[FetchedMail]], Awaitable[Mapping[str, str]]]
"""Stores what a batch of mails is, and says into which folder each uid goes."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds between tries, and until a server counts as slow.

    Attributes:
        shortest_pause: Before a broken connection is opened again; it doubles each time.
        longest_pause: The longest of these.
        after_refusal: Before a login that was refused is tried again: many locks accounts.
        worked: A connection that held so long was good: the next one is tried at once.
        slow: For one answer of the server.
    """

    shortest_pause: float = 0.25
    longest_pause: float = 15.0
    after_refusal: float = 60.0
    worked: float = 2.0
    slow: float = 10.0


class Mailbox:
    """Reads the inbox for ever, and says what is wrong when it can't.

    Attributes:
        problem: Why mails wait, or can't leave the inbox; None when all is well.
        stuck: Mails on which our own program failed; they stay in the inbox.
    """

    def __init__(self, account: Account, handler: Handler, timing: Timing | None = None) -> None:
        self._account = account
        self._handler = handler
        self._timing = timing or Timing()
        self.problem: str | None = "not connected yet"
        self.stuck = 0

    async def run(self) -> None:
        """Read until cancelled; a server that is away is tried again with growing pauses."""
        timing = self._timing
        pause = timing.shortest_pause
        while True:
            began = time.monotonic()
            wait = 0.0
            try:
                await self._read()
            except Exception as error:
                if not isinstance(error, _AWAY):
                    raise
                self._note_away(error)
                wait = timing.after_refusal if isinstance(error, LoginRefused) else 0.0
            if time.monotonic() - began > timing.worked:
                pause = timing.shortest_pause
            await asyncio.sleep(max(wait, pause))
            pause = min(pause * 2, timing.longest_pause)

    def _note_away(self, error: Exception) -> None:
        what = self._explained(error)
        reason = type(error.__cause__ or error).__name__
        log.warning("mails wait, trying again", problem=what, reason=reason)
        self.problem = f"{what}; mails wait in the inbox"

    def _explained(self, error: Exception) -> str:
        """What is wrong, without anything that a server or a database said in its own words."""
        server = f"IMAP server {self._account.host}:{self._account.port}"
        if isinstance(error, TemporaryFault):
            return str(error)
        if isinstance(error, LoginRefused):
            return f"{server} refuses the login"
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"the certificate of {server} is not trusted ({error.verify_message})"
        if isinstance(error, TimeoutError):
            return f"{server} does not answer"
        return f"{server} is away"

    async def _read(self) -> None:
        """Read over one connection, in one thread, until it breaks or the task is cancelled."""
        thread = _Thread()
        inbox = Inbox(self._account)
        leave = threading.Event()
        self.stuck = 0
        try:
            await self._soon(thread.call(inbox.open))
            log.info("reading the mailbox", server=self._account.host, idle=inbox.can_idle)
            while True:
                mails = await self._soon(thread.call(inbox.next_batch))
                if mails:
                    folders = await self._handled(inbox, mails)
                    await self._soon(thread.call(partial(inbox.moves.file, folders)))
                self._note_round(inbox.moves.problem)
                if not mails:
                    await thread.call(partial(inbox.wait, leave))
        finally:
            leave.set()
            thread.end_with(inbox.close)

    async def _soon(self, answer: asyncio.Future[_T]) -> _T:
        """An answer of the server; one that takes long is said, and waited for."""
        try:
            async with asyncio.timeout(self._timing.slow):
                return await asyncio.shield(answer)
        except TimeoutError:
            if answer.done():
                raise
        except asyncio.CancelledError:
            # Nobody waits for what the thread comes back with.
            answer.cancel()
            raise
        what = f"IMAP server {self._account.host}:{self._account.port} is slow"
        log.warning("mails wait for the server's answer", problem=what)
        before, self.problem = self.problem, f"{what}; mails wait in the inbox"
        result = await answer
        self.problem = before
        log.info("the IMAP server answered")
        return result

    def _note_round(self, unmoved: str | None) -> None:
        """After a round without a fault: what was wrong is over, but for what would not be moved.

        A connection alone proves nothing: the database or the disk may still be away.
        """
        if unmoved is not None and unmoved != self.problem:
            log.warning("mails stay in the inbox, trying again", problem=unmoved)
        elif unmoved is None and self.problem is not None:
            log.info("mails are taken in")
        self.problem = unmoved

    async def _handled(self, inbox: Inbox, mails: Sequence[FetchedMail]) -> Mapping[str, str]:
        """The folders of the mails that are stored now.

        One mail on which our own program fails must not keep all others from the desk: it stays
        in the inbox, and is tried again over the next connection.
        """
        try:
            return await self._handler(mails)
        except TemporaryFault:
            raise
        except Exception as error:
            if is_temporary(error):
                raise TemporaryFault("the database is away") from error
            _log_failure(error, mails)
        if len(mails) == 1:
            inbox.leave_alone(mails[0].uid)
            self.stuck += 1
            return {}
        folders: dict[str, str] = {}
        for mail in mails:
            folders |= await self._handled(inbox, [mail])
        return folders


def _log_failure(error: Exception, mails: Sequence[FetchedMail]) -> None:
    """Without the error's own text, which may quote a mail."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error(
        "mails could not be taken in",
        error=type(error).__name__,
        place=f"{place.name}:{place.lineno}",
        uids=[mail.place for mail in mails],
    )


class _Thread:
    """Runs calls one after the other, and keeps no process from ending.

    The threads of a pool are waited for when Python ends: a server that hangs would hold up a
    stop for as long as it likes.
    """

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = (
            queue.SimpleQueue()
        )
        threading.Thread(target=self._run, name="mailbox", daemon=True).start()

    def call(self, function: Callable[[], _T]) -> asyncio.Future[_T]:
        future: Future[_T] = Future()
        self._calls.put((future, function))
        return asyncio.wrap_future(future)

    def end_with(self, function: Callable[[], object]) -> None:
        self._calls.put((Future(), function))
        self._calls.put(None)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            future, function = call
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = function()
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)
