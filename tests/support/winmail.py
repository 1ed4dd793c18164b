"""Outlook's winmail.dat, written as MS-OXTNEF says."""

import struct

_MESSAGE, _ATTACHMENT = 1, 2


def winmail(body: str = "", files: dict[str, bytes] | None = None) -> bytes:
    """A package with a text and files."""
    attributes = [
        _attribute(_MESSAGE, 0x9006, 8, struct.pack("<I", 0x10000)),
        _attribute(_MESSAGE, 0x9007, 6, struct.pack("<II", 1252, 0)),
    ]
    if body:
        attributes.append(_attribute(_MESSAGE, 0x800C, 2, body.encode("cp1252") + b"\0"))
    for name, data in (files or {}).items():
        attributes += [
            _attribute(_ATTACHMENT, 0x9002, 6, bytes(14)),
            _attribute(_ATTACHMENT, 0x8010, 1, name.encode() + b"\0"),
            _attribute(_ATTACHMENT, 0x800F, 6, data),
        ]
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


def doubtful_winmail(name: str, data: bytes) -> bytes:
    """A file, and properties of which one has a type that does not exist."""
    properties = struct.pack("<IHH", 1, 0x0055, 0x1000) + bytes(8)
    return winmail(files={name: data}) + _attribute(_MESSAGE, 0x9003, 6, properties)


def endless_winmail() -> bytes:
    """A hundred bytes over which a trusting reader counts to four billion."""
    properties = struct.pack("<IHHI", 1, 0x1002, 0x0E04, 0xFFFFFFFF) + bytes(40)
    return struct.pack("<IH", 0x223E9F78, 1) + _attribute(_MESSAGE, 0x9003, 6, properties)


def _attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
    head = struct.pack("<BHHI", level, name, kind, len(data))
    return head + data + struct.pack("<H", sum(data) & 0xFFFF)
