"""The guard against skips, on real pytest runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
CONFTEST = """
from tests.support.no_skips import NoSkips, in_ci

def pytest_configure(config):
    config.addinivalue_line("markers", "soak: long")
    if in_ci():
        config.pluginmanager.register(NoSkips())
"""
PASSING = "def test_passes():\n    pass\n"
SKIPPED = "import pytest\n\ndef test_skipped():\n    pytest.skip('no scanner')\n"
MODULE_SKIPPED = "import pytest\npytest.importorskip('no_such_library')\n"
EXPECTED_FAILURE = (
    "import pytest\n\n@pytest.mark.xfail(strict=True)\ndef test_known():\n    assert False\n"
)
FIXTURE_MISSING = """
import pytest
from tests.support.no_skips import missing

@pytest.fixture
def server():
    missing("no server")

def test_needs_it(server):
    pass
"""
SOAK = "import pytest\n\n@pytest.mark.soak\ndef test_long():\n    pytest.skip('not today')\n"


def run(folder, ci, *sources, options=()):
    tests = folder / "tests_of_a_project"
    tests.mkdir()
    (tests / "conftest.py").write_text(CONFTEST)
    for number, source in enumerate(sources):
        (tests / f"test_{number}.py").write_text(source)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("source", "ci", "status", "said"),
    [
        (SKIPPED, "true", 1, "test_1.py::test_skipped: Skipped: no scanner"),
        (SKIPPED, "", 0, "1 passed, 1 skipped"),
        (MODULE_SKIPPED, "true", 1, "could not import 'no_such_library'"),
        (EXPECTED_FAILURE, "true", 0, "1 passed, 1 xfailed"),
        (FIXTURE_MISSING, "true", 1, "missing in CI: no server"),
        (FIXTURE_MISSING, "", 0, "1 passed, 1 skipped"),
        (PASSING, "true", 0, "2 passed"),
    ],
)
def test_a_skip_fails_the_run_in_ci_only(tmp_path, source, ci, status, said):
    result = run(tmp_path, ci, PASSING, source)
    assert (result.returncode, said in result.stdout) == (status, True), result.stdout


def test_what_a_marker_deselects_is_not_skipped(tmp_path):
    result = run(tmp_path, "true", PASSING, SOAK, options=("-m", "not soak"))
    assert result.returncode == 0, result.stdout
    assert "1 passed, 1 deselected" in result.stdout
