"""The print spool: each letter once, whatever crashes or hurries."""

import hashlib
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from services.notify.adapters.spool import MANIFEST, PrintSpool

DAY = date(2026, 11, 23)
PDF = b"%PDF-1.7 a letter"


@pytest.fixture
def spool(tmp_path: Path) -> PrintSpool:
    return PrintSpool(tmp_path / "spool")


def put(spool: PrintSpool, notice_id: str = "n-1", run: int = 1, pdf: bytes = PDF) -> Path:
    return spool.put(
        DAY, notice_id=notice_id, case_id="C-1", kind="receipt", run=run, pdf=pdf, pages=2
    )


def listed(file: Path) -> list[dict]:
    return [json.loads(line) for line in (file.parent / MANIFEST).read_text().splitlines()]


def visible(file: Path) -> set[str]:
    return {path.name for path in file.parent.iterdir() if not path.name.startswith(".")}


def test_a_letter_and_its_line_in_the_manifest(spool: PrintSpool, tmp_path: Path):
    file = put(spool)
    assert file == tmp_path / "spool" / "2026-11-23" / "n-1.pdf"
    assert file.read_bytes() == PDF
    assert listed(file) == [
        {
            "file": "n-1.pdf",
            "notice_id": "n-1",
            "case_id": "C-1",
            "kind": "receipt",
            "pages": 2,
            "sha256": hashlib.sha256(PDF).hexdigest(),
        }
    ]


def test_a_second_time_changes_nothing(spool: PrintSpool):
    file = put(spool)
    put(spool, pdf=b"%PDF other bytes")
    assert file.read_bytes() == PDF
    assert len(listed(file)) == 1


def test_a_letter_that_a_person_sends_again_is_one_of_its_own(spool: PrintSpool):
    file = put(spool)
    put(spool, run=2)
    assert [line["file"] for line in listed(file)] == ["n-1.pdf", "n-1-2.pdf"]


def test_a_letter_that_was_written_but_not_listed_is_written_again_and_listed(spool: PrintSpool):
    file = put(spool)
    (file.parent / MANIFEST).unlink()
    file.write_bytes(b"%PDF half")
    put(spool)
    assert file.read_bytes() == PDF
    assert len(listed(file)) == 1
    assert visible(file) == {"n-1.pdf", MANIFEST}


@pytest.mark.parametrize("half", [b"{", b'{"file": "n-2.pdf", "not', b'{"file": "n-2.pdf"}'])
def test_half_a_line_from_a_crash_is_cut_off(spool: PrintSpool, half: bytes):
    file = put(spool)
    with (file.parent / MANIFEST).open("ab") as manifest:
        manifest.write(half)
    put(spool, "n-2")
    assert [line["file"] for line in listed(file)] == ["n-1.pdf", "n-2.pdf"]


WORKER = """
import sys
from datetime import date
from pathlib import Path
from services.notify.adapters.spool import PrintSpool
spool = PrintSpool(Path(sys.argv[1]))
for number in range(40):
    spool.put(date(2026, 11, 23), notice_id=f"n-{number}", case_id="C", kind="receipt", run=1,
              pdf=b"%PDF", pages=1)
"""


def test_processes_at_the_same_time_list_each_letter_once(spool: PrintSpool, tmp_path: Path):
    folder = str(tmp_path / "spool")
    processes = [subprocess.Popen([sys.executable, "-c", WORKER, folder]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    file = put(spool, "last")
    names = [line["file"] for line in listed(file)]
    assert sorted(names) == sorted([f"n-{number}.pdf" for number in range(40)] + ["last.pdf"])
    assert visible(file) == {*names, MANIFEST}
