"""A real SMTP server on loopback that behaves as badly as a test wants it to."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.ports import free_port


@dataclass
class Behaviour:
    """What the server says; each hook may be replaced while it runs.

    Attributes:
        mails: What it took, as bytes.
        on_rcpt: Its answer to a recipient.
        on_data: Its answer to a mail that was wholly received.
        delay: Seconds that it takes for a mail.
        slow_over: Keeps a mail with this in it waiting until `go_on`.
        drop_after_body: Close the connection instead of answering a mail.
        connections: How many clients came.
    """

    mails: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    on_rcpt: Callable[[str], str] = lambda _address: "250 OK"
    on_data: Callable[[bytes], str] = lambda _mail: "250 OK"
    delay: float = 0.0
    slow_over: bytes | None = None
    go_on: threading.Event = field(default_factory=threading.Event)
    keep_when_dropping: bool = True
    drop_after_body: bool = False
    connections: int = 0
    received: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list
    ) -> list:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list
    ) -> str:
        answer = self.on_rcpt(address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.delay)
        mail = bytes(envelope.content or b"")
        if self.slow_over is not None and self.slow_over in mail:
            await asyncio.to_thread(self.go_on.wait, 10)
        if self.drop_after_body:
            if self.keep_when_dropping:
                self._keep(mail, envelope)
            server.transport.abort()
            return "250 too late"
        answer = self.on_data(mail)
        if answer.startswith("2"):
            self._keep(mail, envelope)
        return answer

    def _keep(self, mail: bytes, envelope: Envelope) -> None:
        self.mails.append(mail)
        self.recipients.extend(envelope.rcpt_tos)


@dataclass(frozen=True)
class SmtpServer:
    """Where it listens and how it behaves."""

    port: int
    behaviour: Behaviour


@contextmanager
def smtp_server(port: int | None = None, **tls: ssl.SSLContext | bool) -> Iterator[SmtpServer]:
    """Run a server in a thread of its own; `ssl_context`, or `tls_context` for STARTTLS."""
    behaviour = Behaviour()
    port = port or free_port()
    controller = Controller(behaviour, hostname="127.0.0.1", port=port, **tls)
    controller.start()
    try:
        yield SmtpServer(port, behaviour)
    finally:
        controller.stop()
