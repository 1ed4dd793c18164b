"""Office files with macros are told by their parts, not by their names."""

import io
import zipfile

import pytest

from services.intake.domain.active_content import has_macros

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def packed(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name in names:
            file.writestr(name, b"x")
    return target.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        packed("xl/workbook.xml", "xl/macrosheets/sheet1.xml"),
        packed("mimetype", "content.xml", "Basic/Standard/Module1.xml"),
        OLE + b"\0" * 500 + "_VBA_PROJECT".encode("utf-16-le"),
    ],
    ids=["docm", "macro sheet", "odt", "doc"],
)
def test_macros_are_found(data: bytes):
    assert has_macros(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 damaged",
        packed("[Content_Types].xml", "word/document.xml"),
        packed("vbaProject.bin.txt"),
        OLE + b"\0" * 500,
        b"%PDF-1.7 vbaProject.bin",
    ],
)
def test_other_files_have_none(data: bytes):
    assert not has_macros(data)
