"""Runs JavaScript with the Node and the packages that the tests have from their locks."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.no_skips import missing

FOLDER = Path(__file__).parents[1] / "contract" / "node"
PROGRAM = Path(sys.executable).with_name("node")


def node(script: Path, *arguments: str, seconds: float = 90, **variables: str) -> str:
    """Run a script beside the packages; give what it printed.

    Raises:
        AssertionError: The script failed; with all that it said.
    """
    _there()
    done = subprocess.run(
        [PROGRAM, script, *arguments],
        cwd=FOLDER,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"{script.name}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def prepared(folder: Path) -> None:
    """Let scripts in a folder of their own import the packages.

    Raises:
        AssertionError: In CI, if they are not installed; elsewhere the test is skipped.
    """
    _there()
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")


def _there() -> None:
    if not (FOLDER / "node_modules").is_dir() or not PROGRAM.exists():
        missing("Node packages are not installed: run `make setup`")
