"""Who `From` names, and whether there is only one way to read it."""

import re
from dataclasses import dataclass
from email.message import Message
from typing import Final

from services.intake.domain.decoding import decoded, header_text, one_line

_ADDRESS: Final = r"[^@\s<>\"(),;:\\]{1,100}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,10}"
_PLAIN = re.compile(
    rf"""\s*(?:(?P<name>"(?:[^"\\]|\\.)*"|[^"<>@,;:()]*)\s*<(?P<angle>{_ADDRESS})>"""
    rf"""|(?P<bare>{_ADDRESS}))\s*(?:\([^()]*\))?\s*"""
)
_LAST_ANGLE = re.compile(rf"<({_ADDRESS})>\s*$")
_READ: Final = 2000
"""Characters of the header that are read."""


@dataclass(frozen=True, slots=True)
class NamedAuthor:
    """What `From` says.

    Attributes:
        name: The display name; no identity.
        address: In small letters; empty when there is none.
        plain: One header with one address in ASCII and nothing invisible, so that whoever
            verified DMARC must have read the same address.
    """

    name: str = ""
    address: str = ""
    plain: bool = False


def author_of(message: Message) -> NamedAuthor:
    """The author of a mail, read before encoded words are decoded: they may hide an address.

    An address with letters beyond ASCII is shown but never plain: many of them look like others,
    and some become others when they are made small.
    """
    values = [str(value) for name, value in message.raw_items() if name.lower() == "from"]
    written = " ".join(_as_text(values[0]).split())[:_READ] if values else ""
    shown = one_line(written, _READ)
    author = _read(shown)
    plain = author.plain and len(values) == 1 and shown == written and author.address.isascii()
    return NamedAuthor(author.name, author.address, plain)


def _as_text(value: str) -> str:
    """The header with its raw bytes, which the parser keeps as surrogates, read as text."""
    return decoded(value[: _READ * 10].encode("utf-8", "surrogateescape"), None)


def _read(header: str) -> NamedAuthor:
    if match := _PLAIN.fullmatch(header):
        address = (match["angle"] or match["bare"]).lower()
        name = header_text((match["name"] or "").strip().strip('"').replace("\\", ""))
        return NamedAuthor(name[:200], address, plain=True)
    angle = _LAST_ANGLE.search(header)
    if angle is None:
        return NamedAuthor(header_text(header)[:200])
    name = header_text(header[: angle.start()].strip(' "'))[:200]
    address = angle[1].lower()
    return NamedAuthor(name, address, plain=name.lower() == address)
