"""A message as the exact bytes of a mail."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
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
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    if logo:
        *_, page = mail.iter_parts()
        page.add_related(
            logo, "image", "png", cid=f"<{LOGO_ID}>", disposition="inline", filename="logo.png"
        )
    mail["Content-Language"] = message.language.value
    return mail.as_bytes()


def _address(address: str, name: str) -> Address:
    return Address(display_name=one_line(name), addr_spec=address)
