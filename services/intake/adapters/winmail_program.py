"""Opens one winmail.dat in a process of its own, with an end to its memory and its time.

A few bytes can make the library loop for hours or fill all memory. Then this program dies, not
intake: `python -m services.intake.adapters.winmail_program SECONDS`, the file on standard input.
It prints one line of JSON, a list of what was in it with sizes, and then all of it in a row.
"""

import json
import logging
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tnefparse import TNEF, TNEFAttachment
from tnefparse import properties as mapi

_MEMORY_BYTES: Final = 400_000_000
_MOST_BYTES: Final = 50_000_000
_MOST_FILES: Final = 100
_DEEPEST: Final = 3


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    data: bytes
    name: str = ""
    inline: bool = False


def _pieces(tnef: TNEF, depth: int = 0) -> Iterator[_Piece]:
    if not all(each.good_checksum for each in tnef.objects):
        # Cut or damaged: the library would hand over half a file as if it were whole.
        sys.exit("damaged")
    for kind, body in (("text", tnef.body), ("html", tnef.htmlbody)):
        if body:
            yield _Piece(kind, _as_bytes(body))
    if tnef.rtfbody and not (tnef.body or tnef.htmlbody):
        yield _Piece("rtf", b"")
    for attachment in tnef.attachments:
        embedded = getattr(attachment, "embed", None)
        if embedded is not None and depth < _DEEPEST:
            yield from _pieces(embedded, depth + 1)
        elif attachment.data:
            inline = any(each.name == mapi.MAPI_ATTACH_CONTENT_ID for each in attachment.mapi_attrs)
            data = _as_bytes(attachment.data)
            yield _Piece("file", data, _name_of(attachment), inline=inline)


def _as_bytes(value: bytes | str) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else bytes(value)


def _name_of(attachment: TNEFAttachment) -> str:
    try:
        name = attachment.long_filename()
    except UnicodeDecodeError:
        name = attachment._name  # noqa: SLF001 - the library decodes nothing but UTF-8
    return name.decode("cp1252", "replace") if isinstance(name, bytes) else str(name)


class _Doubts(logging.Handler):
    """Hears when the library gives up on a property, which it only logs."""

    heard = False

    def emit(self, record: logging.LogRecord) -> None:
        """Note it; what could not be read is not said, it may be personal."""
        self.heard = self.heard or record.levelno >= logging.ERROR


def main(seconds: str) -> None:
    """Open the file on standard input."""
    doubts = _Doubts()
    logging.getLogger("tnefparse").addHandler(doubts)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    pieces: list[_Piece] = []
    for piece in _pieces(TNEF(sys.stdin.buffer.read(), do_checksum=True)):
        pieces.append(piece)
        if len(pieces) > _MOST_FILES or sum(len(each.data) for each in pieces) > _MOST_BYTES:
            sys.exit("more than is opened")
    if doubts.heard:
        pieces.append(_Piece("doubt", b""))
    described = [
        {"kind": each.kind, "name": each.name, "inline": each.inline, "size": len(each.data)}
        for each in pieces
    ]
    sys.stdout.buffer.write(json.dumps(described).encode() + b"\n")
    for piece in pieces:
        sys.stdout.buffer.write(piece.data)


if __name__ == "__main__":
    main(*sys.argv[1:])
