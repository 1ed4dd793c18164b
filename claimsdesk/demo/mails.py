"""A mail from a file, made ready to be sent once more: a Message-ID and a date of its own.

Only these two header lines change; every other byte stays as the file has it.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from email.utils import format_datetime, parseaddr

NOBODY = "nobody@sender.example"
"""The envelope's sender of a mail that names none: even a broken mail came from somewhere."""

_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_HEADER = re.compile(rb"^([!-9;-~]+)[ \t]*:.*(?:\r?\n[ \t].*)*\r?\n?", re.MULTILINE)
_ADDRESS = re.compile(r"[!-~]+@[!-~]+")
_REPLACED = {b"message-id", b"date", b"return-path"}


@dataclass(frozen=True, slots=True)
class Mail:
    """What an SMTP dialogue needs.

    `sender` is the envelope's, empty for delivery reports; `author` the address in `From`.
    """

    sender: str
    author: str
    message_id: str
    content: bytes


def ready_to_send(raw: bytes, *, message_id: str, at: datetime) -> Mail:
    """The mail with a fresh Message-ID and date, lines ended as SMTP wants them.

    The envelope's sender is what `Return-Path` says (then removed: the receiving server writes
    it), else the address in `From`.

    Args:
        raw: The mail as its file has it.
        message_id: The new Message-ID, with its angle brackets.
        at: The new date, with a time zone.
    """
    match = _END_OF_HEADERS.search(raw)
    head, body = (raw[: match.start()], raw[match.end() :]) if match else (raw, b"")
    kept = b"".join(
        line[0] if line[0].endswith(b"\n") else line[0] + b"\n"
        for line in _HEADER.finditer(head)
        if line[1].lower() not in _REPLACED
    )
    fresh = f"Date: {format_datetime(at)}\nMessage-ID: {message_id}\n".encode()
    lines = (kept + fresh + b"\n" + body).replace(b"\r\n", b"\n")
    headers = message_from_bytes(head + b"\n\n", policy=default)
    author = _address_in(headers.get("From")) or NOBODY
    stated = headers.get("Return-Path")
    sender = author if stated is None else _address_in(stated)
    return Mail(sender, author, message_id, lines.replace(b"\n", b"\r\n"))


def _address_in(header: object) -> str:
    """The address in a header, if SMTP can carry it; else nothing."""
    address = parseaddr(str(header))[1]
    return address if _ADDRESS.fullmatch(address) else ""
