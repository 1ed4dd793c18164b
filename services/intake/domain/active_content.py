"""Is a file a program, or does it hold macros? By its bytes, whatever its name says.

Neither is ever started or opened here; a program is never served.
"""

import io
import re
import zipfile
from typing import Final

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_VBA_STORAGE: Final = "_VBA_PROJECT".encode("utf-16-le")
"""The name of the macros' storage in a compound file's directory, [MS-OVBA] 2.2.1."""
_MACRO_PARTS: Final = re.compile(
    # Office Open XML: VBA projects, macro sheets, ActiveX; OpenDocument: Basic and scripts.
    r"(^|/)(vbaProject\w*\.bin|vbaData\.xml|macrosheets/.+|activeX/.+)$|^(Basic|Scripts)/.+",
    re.IGNORECASE,
)
_MOST_ENTRIES: Final = 20_000
_WINDOWS: Final = "application/x-msdownload"
_PROGRAMS: Final = (
    (re.compile(rb"MZ"), _WINDOWS),
    (re.compile(rb"\x7fELF"), "application/x-executable"),
    # Mach-O in both orders and widths; the last is also a Java class.
    (
        re.compile(rb"\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe"),
        "application/x-mach-binary",
    ),
    # A path must follow: voice messages begin with "#!AMR".
    (re.compile(rb"#![ \t]*/"), "application/x-sh"),
)
PROGRAMS: Final = frozenset(media_type for _, media_type in _PROGRAMS)
"""The media types that `program_type` gives."""


def program_type(data: bytes, stated: str = "") -> str | None:
    """The media type of a program by its first bytes; None for any other file.

    Args:
        data: The file.
        stated: What the sender calls it: a text may begin with the letters MZ too.
    """
    found = next((kind for begins, kind in _PROGRAMS if begins.match(data)), None)
    is_words = stated.lower().startswith("text/") and b"\0" not in data[:1024]
    return None if found == _WINDOWS and is_words else found


def has_macros(data: bytes) -> bool:
    """Say whether a file is an Office document with macros, by its parts, not by its name.

    Old binary formats keep macros in a storage of a fixed name; new ones in parts of a ZIP file.
    """
    if data.startswith(_OLE):
        return _VBA_STORAGE in data
    if data.startswith(b"PK"):
        return any(_MACRO_PARTS.search(name) for name in _names(data))
    return False


def _names(data: bytes) -> list[str]:
    """The names of a ZIP file's parts; none if it is damaged. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return packed.namelist()[:_MOST_ENTRIES]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return []
