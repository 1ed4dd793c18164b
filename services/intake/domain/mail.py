"""A raw mail to what intake works with. Any bytes give a result: nothing here raises.

The standard library parses in its compatibility mode: the newer mode parses headers when they
are read, raises on some malformed ones, and costs several times as much. Headers are decoded in
`decoding` instead.
"""

import hashlib
import re
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message
from typing import Final

from services.intake.domain.attachments import Attachment, safe_name, true_media_type
from services.intake.domain.authentication import is_authenticated
from services.intake.domain.decoding import clean, decoded, header_text, one_line
from services.intake.domain.html_text import html_to_text

TEXT_LIMIT: Final = 100_000
"""Characters of a mail's text that are read; the original keeps all of it."""
_HTML_LIMIT: Final = 1_000_000
_MAX_PARTS: Final = 200
_MAX_DEPTH: Final = 20
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")
_ADDRESS = r"[^@\s<>\"(),;:\\]{1,100}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,10}"
_PLAIN_FROM = re.compile(
    rf"""\s*(?:(?P<name>"(?:[^"\\]|\\.)*"|[^"<>@,;:()]*)\s*<(?P<angle>{_ADDRESS})>"""
    rf"""|(?P<bare>{_ADDRESS}))\s*(?:\([^()]*\))?\s*"""
)
_LAST_ANGLE = re.compile(rf"<({_ADDRESS})>\s*$")
_REPORT_PARTS: Final = frozenset(
    {"message/delivery-status", "message/disposition-notification", "text/rfc822-headers"}
)


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as intake understands it.

    Attributes:
        headers: All headers, decoded, by lower-case name.
        content_type: The media type of the whole, such as `multipart/report`.
        sender_address: The address in `From`, lower case; empty when there is none.
        authenticated: Our own server vouches for that address (see `authentication`).
        references: The Message-IDs in `In-Reply-To` and `References`.
        text: The whole text, with quoted history and signature.
        reports: Texts of a delivery report's parts: the status and what was returned.
        problem: Why a person has to look at the original; None for a mail that could be read.
    """

    headers: dict[str, list[str]] = field(default_factory=dict)
    content_type: str = "text/plain"
    message_id: str = ""
    subject: str = ""
    sender_name: str = ""
    sender_address: str = ""
    authenticated: bool = False
    references: tuple[str, ...] = ()
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    reports: tuple[str, ...] = ()
    problem: str | None = None

    def header(self, name: str) -> str:
        """The first header of that name; empty when there is none."""
        return self.headers.get(name, [""])[0]


def parse_mail(raw: bytes, authserv_id: str) -> ParsedMail:
    """The mail in raw bytes; one that can't be read comes back with its problem.

    Args:
        raw: As the server delivered it.
        authserv_id: The server whose Authentication-Results are trusted.
    """
    try:
        message = message_from_bytes(raw)
        headers = _headers(message)
        author = _from(message)
    except Exception as error:  # whatever the library raises, the mail is kept
        return ParsedMail(problem=f"the mail can't be parsed ({type(error).__name__})")
    envelope = ParsedMail(
        headers=headers,
        message_id=_first_id(headers, "message-id"),
        subject=one_line(headers.get("subject", [""])[0]),
        sender_name=author.name,
        sender_address=author.address,
        authenticated=author.plain
        and is_authenticated(
            headers.get("authentication-results", ()), authserv_id, author.address
        ),
        references=_references(headers),
    )
    return _with_content(envelope, message)


def fingerprint(raw: bytes) -> str:
    """A digest of what a sender wrote: Message-ID, From, Subject and body.

    It is the same for every delivery of one mail, whatever trace headers the way added. A mail
    that only borrows the Message-ID of another one has a fingerprint of its own, so nobody can
    make the desk drop somebody else's mail as a duplicate.
    """
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    unfolded = re.sub(rb"\n[ \t]+", b" ", head)
    own = [
        line
        for line in unfolded.split(b"\n")
        if line[:20].lower().startswith((b"message-id:", b"from:", b"subject:"))
    ]
    digest = hashlib.sha256(b"\n".join(sorted(own)))
    digest.update(b"\n\n" + body.rstrip())
    return digest.hexdigest()


def _with_content(envelope: ParsedMail, message: Message) -> ParsedMail:
    content = _Content()
    problem = None if "from" in envelope.headers else "the mail does not say who sent it"
    try:
        content.read(message)
        content_type = message.get_content_type()
    except Exception as error:
        problem = f"the mail's content can't be read ({type(error).__name__})"
        content_type = "application/octet-stream"
    if content.truncated:
        problem = problem or "the mail has more parts than are read"
    return replace(
        envelope,
        content_type=content_type,
        text=content.text(),
        attachments=tuple(content.attachments),
        reports=tuple(content.reports),
        problem=problem,
    )


class _Content:
    """Collects the leaves of a mail; alternatives count once, nested mails open up."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.html: list[str] = []
        self.attachments: list[Attachment] = []
        self.reports: list[str] = []
        self.truncated = False
        self._parts = 0

    def text(self) -> str:
        plain = clean("\n\n".join(self.plain))[:TEXT_LIMIT]
        if plain.strip() or not self.html:
            return plain.strip("\n")
        return clean("\n".join(map(html_to_text, self.html)))[:TEXT_LIMIT].strip("\n")

    def read(self, part: Message, depth: int = 0, *, nested: bool = False) -> None:
        self._parts += 1
        if self._parts > _MAX_PARTS or depth > _MAX_DEPTH:
            self.truncated = True
            return
        media_type = part.get_content_type()
        children = _children(part)
        if media_type in _REPORT_PARTS:
            self.reports.append(_report_text(part))
        elif media_type == "message/rfc822" and children:
            self._read_nested(children[0], depth)
        elif children:
            for child in children:
                self.read(child, depth + 1, nested=nested)
        else:
            self._read_leaf(part, media_type, nested=nested)

    def _read_nested(self, mail: Message, depth: int) -> None:
        """A mail inside the mail is a document, and what is attached to it comes along."""
        headers = _headers(mail)
        self.reports.append("\n".join(f"{n}: {v}" for n, vs in headers.items() for v in vs))
        subject = one_line(headers.get("subject", ["mail"])[0], 80)
        self.attachments.append(
            Attachment(safe_name(f"{subject or 'mail'}.eml"), "message/rfc822", mail.as_bytes())
        )
        for child in _children(mail):
            self.read(child, depth + 1, nested=True)

    def _read_leaf(self, part: Message, media_type: str, *, nested: bool) -> None:
        data = _bytes_of(part)
        name = header_text(part.get_filename() or "")
        disposition = part.get_content_disposition()
        is_text = media_type in {"text/plain", "text/html"}
        if is_text and disposition != "attachment" and not name:
            if not nested:
                target = self.html if media_type == "text/html" else self.plain
                target.append(decoded(data[:_HTML_LIMIT], part.get_content_charset()))
        elif data:
            actual = true_media_type(data, media_type)
            self.attachments.append(
                Attachment(
                    safe_name(name, _nameless(actual)),
                    actual,
                    data,
                    inline=disposition == "inline" or (not disposition and "Content-ID" in part),
                )
            )


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    if not isinstance(payload, list):
        return []
    return [child for child in payload if isinstance(child, Message)]


def _bytes_of(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _report_text(part: Message) -> str:
    """The fields of a report; the library parses them into messages of headers only."""
    blocks = [str(child) for child in _children(part)]
    return clean("\n".join(blocks) if blocks else decoded(_bytes_of(part), None))[:TEXT_LIMIT]


def _nameless(media_type: str) -> str:
    suffix = media_type.rpartition("/")[2]
    return f"attachment.{suffix}" if re.fullmatch(r"[a-z]{2,5}", suffix) else "attachment"


def _headers(message: Message) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        headers.setdefault(one_line(name, 100).lower(), []).append(header_text(str(value)))
    return headers


@dataclass(frozen=True, slots=True)
class _From:
    """What `From` says; `plain` if there is only one way to read it."""

    name: str = ""
    address: str = ""
    plain: bool = False


def _from(message: Message) -> _From:
    """The author of a mail, read before encoded words are decoded: they may hide an address.

    Whoever verifies DMARC must read the same address as we do, so anything but one plain address
    counts as not verified.
    """
    values = [str(value) for name, value in message.raw_items() if name.lower() == "from"]
    raw = " ".join(values[0].split())[:2000] if values else ""
    if match := _PLAIN_FROM.fullmatch(raw):
        address = (match["angle"] or match["bare"]).lower()
        name = header_text((match["name"] or "").strip().strip('"').replace("\\", ""))
        return _From(name[:200], address, plain=len(values) == 1)
    angle = _LAST_ANGLE.search(raw)
    if angle is None:
        return _From(header_text(raw)[:200])
    name = header_text(raw[: angle.start()].strip(' "'))[:200]
    address = angle[1].lower()
    return _From(name, address, plain=len(values) == 1 and name.lower() == address)


def _references(headers: dict[str, list[str]]) -> tuple[str, ...]:
    found = (
        message_id
        for name in ("in-reply-to", "references")
        for value in headers.get(name, ())
        for message_id in _MESSAGE_ID.findall(value)
    )
    return tuple(dict.fromkeys(found))[:100]


def _first_id(headers: dict[str, list[str]], name: str) -> str:
    value = headers.get(name, [""])[0]
    match = _MESSAGE_ID.search(value)
    return (match[0] if match else value.strip())[:500]
