"""What came with a contact: a name that is safe to show, the true type of its bytes, its kind."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.intake.domain.active_content import PROGRAMS, program_type
from services.intake.domain.decoding import one_line
from shared.contract.contacts import DocumentKind

_PATH = re.compile(r".*[/\\]", re.DOTALL)
_UNSAFE = re.compile(r'[<>:"|?*;`$\x00-\x1f]')
_MAGIC: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_KINDS: Final = (
    (
        DocumentKind.POLICE_REPORT,
        re.compile(
            r"anzeige(?!r)|polizei|vorgangsnummer|police[ _-]*report|crime[ _-]*report"
            r"|crime[ _-]*reference|tagebuchnummer",
            re.IGNORECASE,
        ),
    ),
    (
        DocumentKind.INVOICE,
        re.compile(
            r"rechnung|quittung|kaufbeleg|beleg(?!ung)|kassenbon|kostenvoranschlag|invoice|receipt"
            r"|\bbill\b|(?:^|[ _-])bill(?=[ _.-])",
            re.IGNORECASE,
        ),
    ),
    (
        DocumentKind.MEDICAL_REPORT,
        re.compile(
            r"attest|arztbericht|arztbrief|befund|medical|doctor'?s?[ _-]*note", re.IGNORECASE
        ),
    ),
)
_SEALS: Final = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a contact.

    Attributes:
        name: As the sender called it, cleaned, without folders; shown, never used as a path.
        media_type: What its bytes say it is, else what the sender said.
        data: The bytes.
        inline: Shown inside the text by the sender's program, such as a logo.
        text: Its words, where they need no program to read: a text file, a mail in the mail.
    """

    name: str
    media_type: str
    data: bytes
    inline: bool = False
    text: str = ""


def safe_name(name: str, fallback: str = "attachment") -> str:
    """A file name without folders, controls or signs that a shell or browser could act on."""
    cleaned = _UNSAFE.sub("_", _PATH.sub("", one_line(name, 1000))).strip(". ")
    stem, dot, suffix = cleaned.rpartition(".")
    if dot and len(suffix) <= 8:
        return f"{stem[:110]}.{suffix}" if stem else fallback
    return cleaned[:120] or fallback


def true_media_type(data: bytes, stated: str = "application/octet-stream") -> str:
    """The media type of bytes by their first signs; the stated one where they don't tell."""
    if program := program_type(data, stated):
        return program
    # Some writers put a byte order mark or a line before the PDF's header.
    head = data[:1024]
    for magic, media_type in _MAGIC:
        if head.startswith(magic) or (magic == b"%PDF-" and magic in head):
            return media_type
    known = len(stated) <= 100 and re.fullmatch(r"[\w.+-]+/[\w.+-]+", stated)
    return stated.lower() if known else "application/octet-stream"


def kind_of(attachment: Attachment, text: str = "") -> DocumentKind:
    """What a document is, by its name first and then by the words at its beginning.

    A program is no document, whatever it is called.

    Args:
        attachment: The file.
        text: Its text, where one could be read.
    """
    if attachment.media_type in PROGRAMS:
        return DocumentKind.OTHER
    for words in (attachment.name.replace("_", " "), text[:3000]):
        if kind := _first_kind(words):
            return kind
    if attachment.media_type.startswith("image/"):
        return DocumentKind.PHOTO
    return DocumentKind.OTHER


def _first_kind(words: str) -> DocumentKind | None:
    """The kind whose word comes first: an invoice may mention the police, and the reverse."""
    places = [(match.start(), kind) for kind, cue in _KINDS if (match := cue.search(words))]
    return min(places, key=lambda place: place[0])[1] if places else None


def worth_keeping(attachments: Iterable[Attachment]) -> list[Attachment]:
    """The attachments without the small pictures and the keys that belong to a signature."""
    return [
        attachment
        for attachment in attachments
        if attachment.media_type not in _SEALS
        and not (
            attachment.inline
            and attachment.media_type.startswith("image/")
            and len(attachment.data) < 20_000
        )
    ]
