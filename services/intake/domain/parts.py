"""The parts of a mail: its text, what is attached, and what a mail server reports.

Alternatives count once, mails inside the mail open up. A mail may be a bomb: parts, depth and
text are limited, and what is beyond the limits stays in the original, for a person.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Final

from services.intake.domain.attachments import Attachment, safe_name, true_media_type
from services.intake.domain.bounded import parsed
from services.intake.domain.decoding import clean, decoded, header_text, one_line, unwrapped
from services.intake.domain.html_text import html_to_text

TEXT_LIMIT: Final = 100_000
"""Characters of a mail's text that are read; the original keeps all of it."""
_HTML_LIMIT: Final = 1_000_000
_MAX_PARTS: Final = 200
_MAX_DEPTH: Final = 20
_MAX_HEADERS: Final = 1000
_HEADER_LIMIT: Final = 100_000
_REPORT_PARTS: Final = frozenset(
    {"message/delivery-status", "message/global-delivery-status"}
    | {"message/disposition-notification", "message/global-disposition-notification"}
    | {"text/rfc822-headers", "message/global-headers"}
)
_MAILS: Final = frozenset({"message/rfc822", "message/global"})
_WORDS: Final = frozenset({"text/plain", "text/html"})
_SEALED: Final = frozenset(
    {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
)
_HEADS: Final = (("from", "Von"), ("date", "Datum"), ("subject", "Betreff"))
_ABOUT_HTML = re.compile(r"\bhtml\b|multi-?part message", re.IGNORECASE)
_HTML_BEGINS: Final = ("<html", "<!doctype html")
_NO_LETTERS = re.compile(r"[\W_]+")
_LONGEST_EXCUSE: Final = 400


@dataclass(frozen=True, slots=True)
class Content:
    """What a mail holds.

    Attributes:
        text: The whole text, with quoted history and signature.
        reports: Texts of a delivery report's parts: the status and what was returned.
        is_report: The mail itself is a report, not one that somebody attached to it.
        problem: Why a person has to look at the original.
    """

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    reports: tuple[str, ...] = ()
    is_report: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of one part, as it was sent."""

    words: str
    html: bool = False


@dataclass(slots=True)
class _Collector:
    """Walks through the parts in their order."""

    attachments: list[Attachment] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    is_report: bool = False
    problem: str | None = None
    seen: int = 0

    def read(self, part: Message, depth: int = 0, *, nested: bool = False) -> list[_Text]:
        """The texts of a part and of all below it."""
        self.seen += 1
        if self.seen > _MAX_PARTS or depth > _MAX_DEPTH:
            self._note("the mail has more parts than are read")
            return []
        media_type = part.get_content_type()
        if media_type in _SEALED and not nested:
            self._note("the mail is encrypted or sealed and can't be read here")
        self.is_report = self.is_report or (media_type == "multipart/report" and not nested)
        children = children_of(part)
        if media_type in _REPORT_PARTS:
            self.reports.append(_report_text(part, children))
            return []
        if media_type in _MAILS and (mail := _inner_mail(part, children)):
            return self._read_mail(mail, depth, nested=nested)
        if not children:
            return self._read_leaf(part, media_type, depth, nested=nested)
        texts = [self.read(child, depth + 1, nested=nested) for child in children]
        if media_type == "multipart/alternative":
            return _best_alternative(texts)
        return [text for each in texts for text in each]

    def _read_mail(self, mail: Message, depth: int, *, nested: bool) -> list[_Text]:
        """A mail inside the mail is a document; who wrote it is no identity.

        Only the outermost is kept as a file: it holds the others.
        """
        headers = headers_of(mail)
        self.reports.append("\n".join(f"{n}: {v}" for n, vs in headers.items() for v in vs))
        place = len(self.attachments)
        inner = self.read(mail, depth + 1, nested=True)
        heads = [f"{label}: {headers[name][0]}" for name, label in _HEADS if name in headers]
        words = "\n".join([*heads, "", text_of(inner)]).strip()
        if nested:
            return [_Text(words)]
        subject = one_line(headers.get("subject", ["mail"])[0], 80)
        self.attachments.insert(
            place,
            Attachment(
                safe_name(f"{subject or 'mail'}.eml"),
                "message/rfc822",
                _as_bytes(mail),
                text=words[:TEXT_LIMIT],
            ),
        )
        return []

    def _read_leaf(
        self, part: Message, media_type: str, depth: int, *, nested: bool
    ) -> list[_Text]:
        data = _bytes_of(part)
        name = header_text(part.get_filename() or "")
        disposition = part.get_content_disposition()
        # Without a boundary nothing can be told apart: then the words are all there is.
        is_text = media_type in _WORDS or media_type.startswith("multipart/")
        charset = part.get_content_charset()
        if is_text and disposition != "attachment" and not name:
            return [_text(part, decoded(data[:_HTML_LIMIT], charset), media_type)]
        if name.lower().endswith(".eml") and media_type == "application/octet-stream":
            return self._read_mail(parsed(data)[0], depth, nested=nested)
        if data:
            actual = true_media_type(data, media_type)
            self.attachments.append(
                Attachment(
                    safe_name(name, _nameless(actual)),
                    actual,
                    data,
                    inline=disposition == "inline" or (not disposition and "Content-ID" in part),
                    text=words_of_file(data, actual, charset),
                )
            )
        return []

    def _note(self, problem: str) -> None:
        self.problem = self.problem or problem


def content_of(message: Message) -> Content:
    """Everything in a mail; what can't be read is named, never raised."""
    collector = _Collector()
    problem = None
    texts: list[_Text] = []
    try:
        texts = collector.read(message)
    except Exception as error:  # whatever the library raises, the mail is kept
        problem = f"the mail's content can't be read ({type(error).__name__})"
    return Content(
        text_of(texts),
        tuple(collector.attachments),
        tuple(collector.reports),
        collector.is_report,
        problem or collector.problem,
    )


def text_of(texts: Sequence[_Text]) -> str:
    """The words of texts that follow each other; HTML that only repeats them is left out."""
    plain = "\n\n".join(text.words for text in texts if not text.html)
    said = _letters(plain[:TEXT_LIMIT])
    blocks = []
    for text in texts:
        words = html_to_text(text.words) if text.html else text.words
        # Some programs send both forms side by side, as if they were two texts.
        if text.html and said and (letters := _letters(words)) and (letters in said):
            continue
        blocks.append(words)
    return clean("\n\n".join(blocks))[:TEXT_LIMIT].strip("\n")


def _text(part: Message, words: str, media_type: str) -> _Text:
    """A part's text; some programs call HTML plain."""
    html = media_type == "text/html" or words.lstrip()[:15].lower().startswith(_HTML_BEGINS)
    if not html and str(part.get_param("format")).lower() == "flowed":
        words = unwrapped(words, delete_space=str(part.get_param("delsp")).lower() == "yes")
    return _Text(words, html=html)


def _letters(words: str) -> str:
    return _NO_LETTERS.sub("", words).lower()


def _best_alternative(versions: Iterable[list[_Text]]) -> list[_Text]:
    """The plain version, unless it is empty or only says that there is another one."""
    told = [version for version in versions if any(text.words.strip() for text in version)]
    plain = [version for version in told if not any(text.html for text in version)]
    for version in plain:
        words = "\n".join(text.words for text in version)
        if len(told) == 1 or len(words) > _LONGEST_EXCUSE or not _ABOUT_HTML.search(words):
            return version
    formatted = [version for version in told if any(text.html for text in version)]
    return next(iter([*reversed(formatted), *plain]), [])


def headers_of(message: Message) -> dict[str, list[str]]:
    """All headers, decoded, by name in small letters."""
    headers: dict[str, list[str]] = {}
    for number, (name, value) in enumerate(message.raw_items()):
        if number >= _MAX_HEADERS:
            break
        text = header_text(str(value)[:_HEADER_LIMIT])
        headers.setdefault(one_line(name, 100).lower(), []).append(text)
    return headers


def children_of(part: Message) -> list[Message]:
    """The parts of a part."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        return []
    return [child for child in payload if isinstance(child, Message)]


def _is_encoded(part: Message) -> bool:
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    return encoding in {"base64", "quoted-printable"}


def _decoded_again(part: Message, children: Sequence[Message]) -> bytes:
    """The bytes of a message part that was encoded against RFC 2046, section 5.2."""
    carrier = Message()
    carrier["Content-Transfer-Encoding"] = str(part["content-transfer-encoding"])
    carrier.set_payload(children[0].as_string() if children else "")
    return _bytes_of(carrier)


def _inner_mail(part: Message, children: Sequence[Message]) -> Message | None:
    if not children:
        data = _bytes_of(part)
        return parsed(data)[0] if data else None
    if _is_encoded(part):
        return parsed(_decoded_again(part, children).lstrip())[0]
    return children[0]


def _as_bytes(mail: Message) -> bytes:
    try:
        return mail.as_bytes()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The library can't write everything that it can read.
        return b"\n".join(f"{n}: {v}".encode() for n, vs in headers_of(mail).items() for v in vs)


def _bytes_of(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _report_text(part: Message, children: Sequence[Message]) -> str:
    """The fields of a report; the library parses them into messages of headers only."""
    if children and _is_encoded(part):
        return clean(decoded(_decoded_again(part, children), None))[:TEXT_LIMIT]
    blocks = [str(child) for child in children]
    return clean("\n".join(blocks) if blocks else decoded(_bytes_of(part), None))[:TEXT_LIMIT]


def words_of_file(data: bytes, media_type: str, charset: str | None) -> str:
    """The words of a text file, such as a saved page or a list; empty for any other file."""
    if not media_type.startswith("text/") or media_type in {"text/calendar", "text/vcard"}:
        return ""
    text = decoded(data[:_HTML_LIMIT], charset)
    return clean(html_to_text(text) if media_type == "text/html" else text)[:TEXT_LIMIT].strip()


def _nameless(media_type: str) -> str:
    suffix = media_type.rpartition("/")[2]
    return f"attachment.{suffix}" if re.fullmatch(r"[a-z]{2,5}", suffix) else "attachment"
