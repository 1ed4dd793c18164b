"""Does a file hold macros? It is marked then; the desk itself never opens Office files."""

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
