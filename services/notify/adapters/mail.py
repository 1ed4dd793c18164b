"""A message as the exact bytes of a mail."""

from base64 import encodebytes
from binascii import b2a_qp
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import cache
from hashlib import blake2b
from typing import Final

from services.notify.adapters.templates import RenderedMail
from services.notify.domain.channel import Email
from services.notify.domain.message import Message
from services.notify.domain.wording import one_line


class _Policy(EmailPolicy):
    """SMTP line ends, and no header that begins with an empty line.

    The email package folds a subject that fits the limit alone, but not beside its name, right
    after the name; some readers take that for an empty subject.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        return super().fold_binary(name, value).replace(b":\r\n ", b": ", 1)


_POLICY: Final = _Policy(linesep="\r\n")

LOGO_ID: Final = "logo@claimsdesk"
"""How the HTML names the logo."""


def mail_of(
    message: Message,
    rendered: RenderedMail,
    *,
    sender: str,
    to: Email,
    message_id: str,
    now: datetime,
    logo: bytes = b"",
) -> bytes:
    """Text and HTML as alternatives, with headers that no autoresponder answers.

    The logo (PNG) stands beside the HTML, so that nothing is fetched from anywhere to show it.

    `Auto-Submitted` (RFC 3834), `X-Auto-Response-Suppress` (Exchange) and `List-Id` (which
    vacation programs look for) keep machines quiet; a bounce still comes, to the envelope sender.
    A header can't be injected: every value is one line and goes through the email package, which
    encodes it.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address(sender, message.signature[0])
    mail["To"] = _address(to.address, to.name)
    mail["Subject"] = one_line(f"[{message.case_id}] {message.subject}")
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["List-Id"] = f"<notices.{sender.rpartition('@')[2]}>"
    mail["Content-Language"] = message.language.value
    head = mail.as_bytes().rstrip(b"\r\n")
    boundary = blake2b(message_id.encode(), digest_size=12).hexdigest()
    text = _part("text/plain", rendered.text)
    page = _part("text/html", rendered.html)
    if logo:
        page = _multipart("related", f"r-{boundary}", page, _picture(logo))
    body = _multipart("alternative", f"a-{boundary}", text, page)
    return head + b"\r\nMIME-Version: 1.0\r\n" + body


def _multipart(kind: str, boundary: str, *parts: bytes) -> bytes:
    """Several parts as one; our own texts never hold a line that is the boundary.

    The email package would do the same, five times slower and with another boundary each time.
    """
    line = f"\r\n--{boundary}"
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n'
    inside = b"".join(line.encode() + b"\r\n" + part for part in parts)
    return head.encode() + inside + line.encode() + b"--\r\n"


def _part(media_type: str, text: str) -> bytes:
    """A text, quoted-printable: a line never ends in a space, and never is too long."""
    lines = text.replace("\r\n", "\n").encode()
    quoted = b2a_qp(lines, istext=True).replace(b"\r", b"").replace(b"\n", b"\r\n")
    head = f"Content-Type: {media_type}; charset=utf-8\r\n"
    return head.encode() + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted


@cache
def _picture(logo: bytes) -> bytes:
    """A letterhead's logo; there are as many as letterheads."""
    return (
        b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: inline; filename="logo.png"\r\n'
        + f"Content-ID: <{LOGO_ID}>\r\n\r\n".encode()
        + encodebytes(logo).replace(b"\n", b"\r\n")
    )


def _address(address: str, name: str) -> Address:
    return Address(display_name=one_line(name), addr_spec=address)
