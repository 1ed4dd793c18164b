"""`claimsdesk up` as a person meets it: opened, opened twice, closed, and closed in a hurry."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from deploy.local.desk_lock import is_running
from deploy.local.runtime import PROJECT

COMMAND = [sys.executable, "-c", "from claimsdesk.main import app; app()", "up", "--no-samples"]
OPEN_S = 60

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Start]:
    """Give a function that starts `claimsdesk up` on the test's folder."""
    with ExitStack() as stack:

        def start(**environ: str) -> "subprocess.Popen[str]":
            process = subprocess.Popen(
                [*COMMAND, "--directory", str(tmp_path / "var")],
                cwd=PROJECT,
                env=os.environ | environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return process

        yield start


def read_until(process: "subprocess.Popen[str]", text: str) -> str:
    assert process.stdout is not None
    said = ""
    deadline = time.monotonic() + OPEN_S
    for line in process.stdout:
        said += line
        if text in line:
            return said
        assert time.monotonic() < deadline, said
    pytest.fail(f"it ended without saying {text!r}:\n{said}")


def test_opened_twice_and_closed_with_ctrl_c(up: Start, tmp_path: Path) -> None:
    first = up()
    said = read_until(first, "Ctrl-C stops everything")
    assert "intake     │ " in said
    description = json.loads((tmp_path / "var" / "desk.json").read_text())
    for url in description["urls"].values():
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            assert answer.status == 200

    output, _ = up().communicate(timeout=30)
    assert f"A desk already runs on {tmp_path / 'var'}" in " ".join(output.split())

    family = psutil.Process(first.pid).children(recursive=True)
    first.send_signal(signal.SIGINT)
    output, _ = first.communicate(timeout=30)
    assert output.rstrip().endswith("Stopped.")
    assert first.returncode == 0
    assert psutil.wait_procs(family, timeout=1)[1] == []
    assert not is_running(tmp_path / "var")
    assert not (tmp_path / "var" / "desk.json").exists()

    again = up()
    read_until(again, "Ctrl-C stops everything")
    same = json.loads((tmp_path / "var" / "desk.json").read_text())
    assert same["urls"] == description["urls"]
    family = psutil.Process(again.pid).children(recursive=True)
    for _ in range(2):
        again.send_signal(signal.SIGINT)
        time.sleep(0.2)
    output, _ = again.communicate(timeout=30)
    assert again.returncode == 130, output
    assert psutil.wait_procs(family, timeout=5)[1] == []


def test_a_port_that_is_taken_is_said_before_anything_starts(up: Start, tmp_path: Path) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        process = up(CLAIMSDESK_REVIEW_PORT=str(port))
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"Port {port} (CLAIMSDESK_REVIEW_PORT) is taken by" in output
    assert "Traceback" not in output
    assert not (tmp_path / "var" / "logs").exists()


def test_without_a_network_the_first_run_says_what_to_do(up: Start, tmp_path: Path) -> None:
    process = up(
        CLAIMSDESK_CACHE_DIR=str(tmp_path / "empty"), CLAIMSDESK_MAVEN_URL="http://127.0.0.1:9"
    )
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The first run needs a network" in output
    assert "Traceback" not in output
