"""Mail out: one connection to the mail server, used again and again.

The SMTP dialogue is driven command by command, so that the caller's mark is durable before the
first byte of a mail leaves, and as late as can be: after the server said that it is ready for it.
Before the mark nothing was sent, whatever happens. After it only the server's answer tells.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPStatus

_LEADING_POINT: Final = re.compile(rb"^\.", re.MULTILINE)
_REFUSES_US: Final = frozenset({530, 534, 535, 538})
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")


class MailError(Exception):
    """A mail was not, or perhaps not, taken by the server; the text holds nothing personal.

    MailError
    ├── Deferred    surely not sent; may be tried again later
    ├── Refused     surely not sent; the server will never take it
    └── Unanswered  handed over, but the server's answer is missing
    """


class Deferred(MailError):
    """Surely not sent: server away, greylisting, mailbox full; try again later.

    Attributes:
        server_away: There was no usable connection at all, so other mails fare no better.
    """

    def __init__(self, reason: str, *, server_away: bool = False) -> None:
        super().__init__(reason)
        self.server_away = server_away


class Refused(MailError):
    """Surely not sent: the server refuses it for good (5xx)."""


class Unanswered(MailError):
    """The mail was handed over, and then the server fell silent."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where and how mail is handed in."""

    host: str
    port: int
    security: str = "none"
    user: str | None = None
    password: str | None = None
    timeout: float = 60.0


class MailConnection:
    """A connection that opens when it is needed and again when the server closed it.

    Used by one task at a time.
    """

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._client: SMTP | None = None

    async def send(
        self, sender: str, recipient: str, mail: bytes, mark: Callable[[], Awaitable[bool]]
    ) -> bool:
        """Hand in one mail.

        Args:
            sender: Envelope sender; bounces go there.
            recipient: Envelope recipient.
            mail: The mail's exact bytes.
            mark: Awaited when the server is ready for the mail, before its first byte leaves.
                When it says no, the mail is not sent.

        Returns:
            Whether the server took it; False when the mark said no.

        Raises:
            Deferred: Surely not sent; may be tried again.
            Refused: Surely not sent; never will be.
            Unanswered: Nobody knows.
        """
        client = await self._ready(sender, recipient)
        try:
            wanted = await mark()
        except BaseException:
            self.close()
            raise
        if not wanted:
            self.close()
            return False
        await self._body(client, mail)
        return True

    def close(self) -> None:
        """Drop the connection; the server throws away a mail that was not ended."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def quit(self) -> None:
        """Take leave of the server."""
        if self._client is not None and self._client.is_connected:
            with contextlib.suppress(SMTPException, OSError):
                await self._client.quit(timeout=2)
        self.close()

    async def _ready(self, sender: str, recipient: str) -> SMTP:
        """Bring the server to the point where it waits for the mail."""
        used_before = self._client is not None and self._client.is_connected
        try:
            return await self._dialogue(sender, recipient)
        except Deferred as error:
            if not (used_before and error.server_away):
                raise
        return await self._dialogue(sender, recipient)

    async def _dialogue(self, sender: str, recipient: str) -> SMTP:
        client = await self._connected()
        try:
            await client.mail(sender)
            await client.rcpt(recipient)
            response = await client.execute_command(b"DATA")
            if response.code != SMTPStatus.start_input:
                raise SMTPResponseException(response.code, response.message)
        except SMTPResponseException as error:
            await self._reset()
            raise _verdict(error) from None
        except (SMTPException, OSError) as error:
            self.close()
            raise Deferred(_name(error), server_away=True) from None
        return client

    async def _connected(self) -> SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            username=server.user,
            password=server.password,
            timeout=server.timeout,
            local_hostname="claimsdesk",
        )
        try:
            await client.connect()
        except (SMTPException, OSError) as error:
            client.close()
            raise Deferred(_name(error), server_away=True) from None
        self._client = client
        return client

    async def _body(self, client: SMTP, mail: bytes) -> None:
        protocol = client.protocol
        try:
            if protocol is None:
                raise Unanswered("the connection was lost")
            protocol.write(_on_the_wire(mail))
            response = await protocol.read_response(timeout=self._server.timeout)
        except SMTPResponseException as error:
            self.close()
            raise Unanswered(_name(error)) from None
        except (SMTPException, OSError) as error:
            self.close()
            raise Unanswered(_name(error)) from None
        except asyncio.CancelledError:
            self.close()
            raise
        if response.code != SMTPStatus.completed:
            await self._reset()
            raise _verdict(SMTPResponseException(response.code, response.message))

    async def _reset(self) -> None:
        """Leave the connection as if nothing had been begun, or close it."""
        if self._client is None:
            return
        try:
            await self._client.rset()
        except (SMTPException, OSError):
            self.close()


def _on_the_wire(mail: bytes) -> bytes:
    """Line ends as CRLF, leading points doubled, the final point (RFC 5321, section 4.5.2)."""
    lines = _LINE_END.sub(b"\r\n", mail.rstrip(b"\r\n"))
    return _LEADING_POINT.sub(b"..", lines) + b"\r\n.\r\n"


def _verdict(error: SMTPResponseException) -> Deferred | Refused:
    """What an answer means: 5xx is final, 421 and an unreadable answer say nothing of the mail.

    Nor does a refusal of our login (RFC 4954) or of a line without TLS (RFC 3207).
    The server's text is not kept: it often quotes the address.
    """
    reason = f"the mail server answered {error.code}"
    if 500 <= error.code < 600 and error.code not in _REFUSES_US:
        return Refused(reason)
    away = error.code in {SMTPStatus.domain_unavailable, *_REFUSES_US}
    return Deferred(reason, server_away=away)


def _name(error: BaseException) -> str:
    return f"mail server: {type(error).__name__}"
