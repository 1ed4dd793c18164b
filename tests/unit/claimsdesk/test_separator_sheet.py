"""The sheet between two letters: written, and read back by what reads scans."""

from pathlib import Path

import pypdfium2
import zxingcpp
from typer.testing import CliRunner

from claimsdesk.main import app
from services.intake.domain.letter_parts import PageMarks


def test_the_sheet_separates_letters_however_it_is_scanned(tmp_path: Path):
    file = tmp_path / "sheet.pdf"
    written = CliRunner().invoke(app, ["separator-sheet", str(file)])
    assert written.exit_code == 0
    (page,) = pypdfium2.PdfDocument(file)
    picture = page.render(scale=150 / 72).to_pil().convert("L")
    for degrees in (0, 90, 187, 275):
        turned = picture.rotate(degrees, expand=True, fillcolor=255)
        codes = tuple(code.text for code in zxingcpp.read_barcodes(turned))
        assert PageMarks(codes).separates


def test_a_sheet_that_can_not_be_written_is_said(tmp_path: Path):
    refused = CliRunner().invoke(app, ["separator-sheet", str(tmp_path / "no" / "sheet.pdf")])
    assert refused.exit_code == 1
    assert "can't be written: No such file or directory" in refused.output
