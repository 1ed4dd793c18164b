"""Mails of the corpus whose bytes no text file can hold, or only a huge one; by name."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Final

from tests.support.winmail import winmail

_HEAD: Final = (
    b"Authentication-Results: mail.claimsdesk.example; dmarc=pass header.from=example.org\r\n"
    b"From: Anna Schmidt <anna@example.org>\r\n"
    b"To: claims@claimsdesk.example\r\n"
)
_JPEG: Final = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40)


def _with_file(text: str, data: bytes, media_type: str, name: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Schaden"
    message["Message-ID"] = f"<{name}-{len(data)}@example.org>"
    message.set_content(text)
    maintype, _, subtype = media_type.partition("/")
    message.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    return _HEAD + message.as_bytes().replace(b"\n", b"\r\n")


def _control_characters() -> bytes:
    return (
        _HEAD.replace(b"Anna Schmidt", b"Anna\x00 \x1bSchmidt")
        + b"Subject: Schaden\x00 am \x07Rad\r\nMessage-ID: <controls@example.org>\r\n\r\n"
        + b"Mein \x00Rad\x0b ist \xe2\x80\x8bweg.\r\n"
    )


def _no_mail_at_all() -> bytes:
    return b"\x00\xff this is no mail at all\r\n\r\n\xfe\xfe"


def _long_header() -> bytes:
    return (
        _HEAD + b"X-Long: " + b"a" * 200_000 + b"\r\nSubject: Schaden\r\n\r\nMein Rad ist weg.\r\n"
    )


def _nested() -> bytes:
    return _HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 60 + b"Mein Rad ist weg.\r\n"


def _three_hundred_parts() -> bytes:
    head = b"Subject: Schaden\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    return _HEAD + head + b"--b\r\n\r\nx\r\n" * 300 + b"--b--\r\n"


def _winmail() -> bytes:
    text = "Mein Rad wurde gestohlen, HH-2024-000123."
    package = winmail(text, {"foto rad.jpg": _JPEG})
    return _with_file("", package, "application/ms-tnef", "winmail.dat")


def _winmail_damaged() -> bytes:
    package = winmail("Text", {"foto rad.jpg": _JPEG})[:-20]
    return _with_file("Mein Rad wurde gestohlen.", package, "application/ms-tnef", "winmail.dat")


def _twenty_five_megabytes() -> bytes:
    video = bytes(range(256)) * 72_000
    return _with_file("Das Video vom Schaden, HH-2024-000123.", video, "video/mp4", "video.mp4")


ODD_MAILS: Final[dict[str, Callable[[], bytes]]] = {
    "control-characters": _control_characters,
    "no-mail-at-all": _no_mail_at_all,
    "header-of-200-kilobytes": _long_header,
    "nested-beyond-measure": _nested,
    "three-hundred-parts": _three_hundred_parts,
    "winmail": _winmail,
    "winmail-damaged": _winmail_damaged,
    "twenty-five-megabytes": _twenty_five_megabytes,
}
