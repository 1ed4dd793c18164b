"""Bytes and headers to clean text: wrong charsets, encoded words, characters nobody can store.

Everything here takes any input and never raises: what a mail says about itself is often wrong.
"""

import base64
import binascii
import codecs
import quopri
import re
import unicodedata
from functools import lru_cache
from typing import Final

_ENCODED_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_TEXT_CODECS: Final = ("utf", "iso8859", "cp", "koi8", "gb", "big5", "euc", "shift", "ascii", "mac")
_SINGLE_BYTE_LATIN: Final = frozenset({"ascii", "iso8859-1", "iso8859-15", "cp1252"})
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\u2060\ufeff\u00ad]"
)
_FOLD = re.compile(r"\r?\n[ \t]*")
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")


def clean(text: str) -> str:
    """The text in one normal form: composed letters, plain spaces and line ends, no controls.

    What is left can be stored in any database and written as JSON.
    """
    if text.isascii() and text.isprintable():
        return text  # as most headers are
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = _LINE_ENDS.sub("\n", text)
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _SPACES.sub(" ", text)))


def one_line(text: str, limit: int = 500) -> str:
    """The cleaned text on one line and cut to a length."""
    return " ".join(clean(text).split())[:limit]


def decoded(data: bytes, charset: str | None) -> str:
    """The text of bytes in a charset that may be wrong, unknown or absent.

    UTF-8 that says it is Latin is far more common than Latin that happens to be valid UTF-8, and
    "iso-8859-1" means Windows-1252 in practice.
    """
    codec = _text_codec(charset)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16"
    candidates = ["utf-8", codec] if codec is None or codec in _SINGLE_BYTE_LATIN else [codec]
    for candidate in (*candidates, "utf-8"):
        if candidate:
            try:
                return data.decode("cp1252" if candidate == "iso8859-1" else candidate)
            except ValueError:
                continue
    return data.decode("cp1252", "replace")


@lru_cache(maxsize=256)
def _text_codec(charset: str | None) -> str | None:
    try:
        name = codecs.lookup((charset or "").strip("\"' ")).name
    except (LookupError, ValueError):
        return None
    return name if name.startswith(_TEXT_CODECS) else None


def unwrapped(text: str, *, delete_space: bool) -> str:
    """Lines that a mail program broke while sending, whole again (RFC 3676, `format=flowed`).

    Args:
        text: With lines that end in a space where they go on.
        delete_space: The space is not part of the text (`DelSp=yes`).
    """
    lines: list[list[str]] = []
    goes_on = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        soft = words.endswith(" ") and words != "-- "
        kept = words[:-1] if soft and delete_space else words
        if goes_on == depth and words != "-- ":
            lines[-1].append(kept)
        else:
            lines.append([f"{'>' * depth} {kept}" if depth else kept])
        goes_on = depth if soft else -1
    return "\n".join("".join(pieces) for pieces in lines)


def header_text(raw: str) -> str:
    """The words of a header as a person reads them, on one line.

    Args:
        raw: The header as the parser keeps it: encoded words, raw bytes as surrogates.
    """
    unfolded = _FOLD.sub(" ", raw) if "\n" in raw else raw
    if unfolded.isascii() and "=?" not in unfolded:
        return one_line(unfolded, limit=8000)
    as_bytes = unfolded.encode("utf-8", "surrogateescape")
    text = decoded(as_bytes, None)
    return one_line(_decode_words(text), limit=8000)


def _decode_words(text: str) -> str:
    pieces: list[str] = []
    position = 0
    pending = b""
    pending_charset = ""
    for match in _ENCODED_WORD.finditer(text):
        between = text[position : match.start()]
        charset = match[1].lower()
        # White space between two encoded words is none, and a letter may be split over both.
        joined = bool(pending) and not between.strip() and charset == pending_charset
        if not joined:
            pieces.append(decoded(pending, pending_charset))
            pieces.append(between if between.strip() or not pending else "")
            pending = b""
        pending += _word_bytes(match[2], match[3])
        pending_charset = charset
        position = match.end()
    pieces.append(decoded(pending, pending_charset))
    return "".join(pieces) + text[position:]


def _word_bytes(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8")
    if encoding in "qQ":
        return quopri.decodestring(raw, header=True)
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        return raw
