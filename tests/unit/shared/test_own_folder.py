"""Temporary folders, also of processes that were killed."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.own_folder import own_folder

HOLD = """
from shared.own_folder import own_folder
with own_folder("test") as folder:
    print(folder, flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def holder() -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_a_folder_is_gone_at_the_end(temporary: Path):
    with own_folder("test") as folder:
        assert folder.parent == temporary
        (folder / "scan").write_text("something")
    assert list(temporary.iterdir()) == []


def test_the_next_one_removes_what_a_killed_process_left_and_nothing_else(temporary: Path):
    killed, left = holder()
    living, held = holder()
    other = temporary / "claimsdesk-other-1"
    being_made = temporary / "claimsdesk-test-being-made"
    for folder in (other, being_made):
        folder.mkdir()
    (left / "scan").write_text("something")
    killed.kill()
    killed.wait(10)
    try:
        with own_folder("test"):
            assert not left.exists()
            assert held.exists()
            assert other.exists()
            assert being_made.exists()
    finally:
        living.communicate("\n")
    assert not held.exists()
