"""One IMAP connection to the desk's inbox: what waits there, its bytes, and its way out.

Every method blocks and belongs into the mailbox's thread. What the server refuses for single
mails is remembered here and tried again; what breaks the connection is raised.
"""

import contextlib
import imaplib
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from imaplib import IMAP4, Internaldate2tuple
from typing import Final

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError

from services.intake.adapters.moves import MOVE_AGAIN_SECONDS, Moves, Refused, accept

LEFT_OUT: Final = "X-Claimsdesk-Left-Out"
"""A header of ours on top of the headers of a mail that is too large: how many bytes it has."""
UNKNOWN_ARRIVAL: Final = datetime.max.replace(tzinfo=UTC)
CONNECTION_ERRORS: Final = (OSError, IMAP4.error, ImapToolsError)
_BATCH_MAILS: Final = 50
_BATCH_BYTES: Final = 4_000_000
"""A larger mail comes alone, so that memory holds one of them."""
_HEAD_BYTES: Final = 200_000
_IDLE_SLICE_SECONDS: Final = 0.5
"""How long a stop waits for the mailbox's thread."""
_ROUND_SECONDS: Final = 10.0
"""The inbox is searched this often even if the server announces nothing."""
_POLL_SECONDS: Final = 1.0

# The library gives up on longer lines; the search of an inbox after a long outage is one.
imaplib._MAXLINE = 20_000_000  # type: ignore[attr-defined]  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A mail as it lies in the inbox.

    Attributes:
        uid: Its number in the inbox.
        validity: The inbox's UIDVALIDITY: another one means that the numbers begin anew.
        raw: Its bytes; of a mail that is larger than the desk reads, the headers only.
        arrived_at: When the server got it, UTC; far in the future if it does not say.
        left_out: Bytes of the whole mail when only its headers were fetched, else 0.
    """

    uid: str
    validity: str
    raw: bytes
    arrived_at: datetime
    left_out: int = 0

    @property
    def place(self) -> str:
        """Where it lies: unique for a mailbox's life."""
        return f"{self.validity}:{self.uid}"


@dataclass(frozen=True, slots=True)
class Account:
    """Where the mailbox is, and who reads it.

    Attributes:
        tls: With a certificate that this machine trusts (`SSL_CERT_FILE` names more authorities).
        limit_bytes: A larger mail is not read in.
        timeout_seconds: A server that says nothing for so long is away.
    """

    host: str
    port: int
    user: str
    password: str
    tls: bool
    limit_bytes: int = 40_000_000
    timeout_seconds: float = 30.0


class LoginRefused(Exception):
    """The server does not take this user with this password."""


class Inbox:
    """One connection, opened in its thread."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._open_box: BaseMailBox | None = None
        self._validity = ""
        self._waiting: list[str] = []
        self._left_alone: set[str] = set()
        self._moves: Moves | None = None

    @property
    def _box(self) -> BaseMailBox:
        assert self._open_box is not None
        return self._open_box

    @property
    def moves(self) -> Moves:
        """The way out of the inbox."""
        assert self._moves is not None
        return self._moves

    @property
    def can_idle(self) -> bool:
        """Whether the server announces new mails."""
        return "IDLE" in self._box.client.capabilities

    def open(self) -> None:
        """Connect, log in and select the inbox."""
        account = self._account
        where = account.host, account.port
        seconds = account.timeout_seconds
        if account.tls:
            # The library's own context would take any certificate.
            trusted = ssl.create_default_context()
            box: BaseMailBox = MailBox(*where, timeout=seconds, ssl_context=trusted)
        else:
            box = MailBoxUnencrypted(*where, timeout=seconds)
        self._open_box = box
        self._moves = Moves(box)
        login = box.login if account.password.isascii() else box.login_utf8
        try:
            login(account.user, account.password, initial_folder=None)
        except (MailboxLoginError, IMAP4.error) as error:
            if isinstance(error, IMAP4.abort):
                raise
            raise LoginRefused from None
        box.folder.set("INBOX")
        _, told = box.client.response("UIDVALIDITY")
        self._validity = told[-1].decode("ascii") if told and told[-1] else "0"

    def next_batch(self) -> list[FetchedMail]:
        """The oldest mails in the inbox, as many as one batch may hold."""
        self.moves.again()
        while self._waiting or self._searched():
            sizes = self._sizes(self._waiting[:_BATCH_MAILS])
            chosen = self._within_limit(sizes) or self._waiting[:_BATCH_MAILS]
            end = self._waiting.index(chosen[-1]) + 1
            passed, self._waiting = self._waiting[:end], self._waiting[end:]
            mails = self._fetched(chosen, sizes) if sizes else []
            # What somebody deleted meanwhile; what a server lists and does not give is no better.
            self._left_alone |= set(passed) - {mail.uid for mail in mails}
            if mails:
                return mails
        return []

    def _searched(self) -> bool:
        """Look for mails; says whether there are any."""
        passed_over = self._left_alone | self.moves.waiting
        self._waiting = [uid for uid in self._box.uids("UNDELETED") if uid not in passed_over]
        return bool(self._waiting)

    def leave_alone(self, uid: str) -> None:
        """Don't fetch a mail again over this connection."""
        self._left_alone.add(uid)

    def _sizes(self, uids: Sequence[str]) -> dict[str, int]:
        """Sizes by uid, oldest first, of those that are still there."""
        _, lines = self._box.client.uid("FETCH", ",".join(uids), "(UID RFC822.SIZE)")
        found = {}
        for line in lines:
            words = _words(line) if isinstance(line, bytes) else []
            if b"UID" in words and b"RFC822.SIZE" in words:
                found[_after(words, b"UID")] = int(_after(words, b"RFC822.SIZE"))
        return {uid: found[uid] for uid in uids if uid in found}

    def _within_limit(self, sizes: Mapping[str, int]) -> list[str]:
        """As many as fit into memory, at least one; one that is too large comes alone."""
        room = min(_BATCH_BYTES, self._account.limit_bytes)
        total = 0
        fitting: list[str] = []
        for uid, size in sizes.items():
            total += size
            if fitting and total > room:
                break
            fitting.append(uid)
        return fitting

    def _fetched(self, uids: Sequence[str], sizes: Mapping[str, int]) -> list[FetchedMail]:
        size = sizes[uids[0]]
        if size > self._account.limit_bytes:
            return [
                replace(
                    mail, raw=b"%s: %d\r\n%s" % (LEFT_OUT.encode(), size, mail.raw), left_out=size
                )
                for mail in self._parts(uids, f"BODY.PEEK[HEADER]<0.{_HEAD_BYTES}>")
            ]
        try:
            return list(self._parts(uids, "BODY.PEEK[]"))
        except Refused:
            if len(uids) == 1:
                return []
            # One of them is damaged on the server: the others come without it.
            return [mail for uid in uids for mail in self._fetched([uid], sizes)]

    def _parts(self, uids: Sequence[str], what: str) -> Iterator[FetchedMail]:
        asked = f"(UID INTERNALDATE {what})"
        status, parts = self._box.client.uid("FETCH", ",".join(uids), asked)
        accept(status, parts)
        for index, part in enumerate(parts):
            if not isinstance(part, tuple):
                continue
            # Servers put the fields before or after the body, as they like.
            after = parts[index + 1] if index + 1 < len(parts) else b""
            fields = part[0] + (after if isinstance(after, bytes) else b"")
            words = _words(fields)
            if b"UID" in words:
                uid = _after(words, b"UID")
                yield FetchedMail(uid, self._validity, part[1], _arrived(fields))

    def wait(self, leave: threading.Event) -> None:
        """Return when something arrives, and after a while anyway."""
        if not self.can_idle:
            leave.wait(_POLL_SECONDS)
            self._box.client.noop()
            return
        if self._start_idle():
            return
        end = time.monotonic() + (MOVE_AGAIN_SECONDS if self.moves.waiting else _ROUND_SECONDS)
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
        """Say goodbye, if there is still somebody to say it to."""
        if self._open_box is not None:
            with contextlib.suppress(*CONNECTION_ERRORS):
                self._open_box.logout()


def _words(fields: bytes) -> list[bytes]:
    return fields.replace(b"(", b" ").replace(b")", b" ").split()


def _after(words: Sequence[bytes], name: bytes) -> str:
    return words[words.index(name) + 1].decode("ascii")


def _arrived(fields: bytes) -> datetime:
    local = Internaldate2tuple(fields)
    return datetime.fromtimestamp(time.mktime(local), UTC) if local else UNKNOWN_ARRIVAL
