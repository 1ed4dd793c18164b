"""veraPDF, the reference validator of PDF/A and PDF/UA, on the broker's JRE."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from deploy.local.jvm import java_command
from deploy.local.runtime import class_path

PROFILES = ("2a", "ua1")


def failures(files: Sequence[Path]) -> list[str]:
    """What veraPDF says of files that are not PDF/A-2a and PDF/UA-1; empty if all are."""
    said: list[str] = []
    command = java_command(
        "org.verapdf.apps.GreenfieldCliWrapper", class_path("verapdf"), heap_mb=300
    )
    for profile in PROFILES:
        run = subprocess.run(
            [*command, "-f", profile, "--format", "text", *map(str, files)],
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        lines = [line for line in run.stdout.splitlines() if line.startswith(("PASS ", "FAIL "))]
        assert len(lines) == len(files), run.stdout + run.stderr
        said += [line for line in lines if line.startswith("FAIL ")]
    return said
