"""The local desk's processes: started, watched, started again, stopped, and never orphaned."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from claimsdesk.topics import existing_topics
from deploy.local import supervision
from deploy.local.desk import LocalDesk
from deploy.local.desk_lock import is_running
from deploy.local.errors import AlreadyRunningError, StartError
from deploy.local.runtime import PROJECT
from deploy.local.services import Service

TINY = (Service("intake", "tests.support.tiny_service"),)
LINES: list[tuple[str, str]] = []
"""What the shared desk showed on its console."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalDesk]:
    """A running desk, in a folder whose name needs quoting."""
    folder = tmp_path_factory.mktemp("local") / "a desk's 100% folder"
    prepared: list[str] = []
    desk = LocalDesk(
        folder,
        services=TINY,
        prepare=prepared.append,
        show=lambda name, line: LINES.append((name, line)),
    )
    with desk:
        assert prepared == [desk.bootstrap]
        desk.wait_ready()
        yield desk


def eventually(condition: object, seconds: float = 20) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def answer(desk: LocalDesk, service: str) -> str:
    with urllib.request.urlopen(f"{desk.urls[service]}/anything", timeout=5) as response:
        return response.read().decode()


def test_says_where_everything_is(desk: LocalDesk) -> None:
    assert answer(desk, "intake") == desk.bootstrap
    assert "claims.contacts.v1" in existing_topics(desk.bootstrap)
    description = json.loads((desk.directory / "desk.json").read_text())
    assert description["urls"] == desk.urls
    assert description["kafka"] == desk.bootstrap
    assert ("intake", "tiny service at your service") in LINES
    assert desk.log("intake").read_text().startswith("tiny service")


def test_the_folder_is_taken_while_it_runs(desk: LocalDesk) -> None:
    with pytest.raises(AlreadyRunningError, match="already runs on"):
        LocalDesk(desk.directory, services=TINY).start()
    clean = subprocess.run(
        [sys.executable, "-m", "deploy.local.desk_lock", str(desk.directory)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert clean.returncode == 1
    assert "stop it first" in clean.stderr


def test_a_killed_service_is_started_again(desk: LocalDesk) -> None:
    killed = desk.pid("intake")
    desk.kill_process("intake")
    eventually(lambda: desk.pid("intake") not in (0, killed))
    desk.wait_ready()
    assert answer(desk, "intake") == desk.bootstrap


def test_a_stopped_process_stays_stopped_until_started(desk: LocalDesk) -> None:
    desk.stop_process("intake")
    assert desk.pid("intake") == 0
    with pytest.raises(StartError, match="intake is not ready after 1 s"):
        desk.wait_ready(timeout=1)
    desk.start_process("intake")
    desk.wait_ready()


def test_a_service_that_cant_start_is_named_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINY_SERVICE_IS_BROKEN", "yes")
    monkeypatch.setattr(supervision, "RETRIES", 1)
    with LocalDesk(tmp_path, services=TINY) as desk:
        with pytest.raises(StartError, match=r"intake can't start(.|\n)*no such thing as a claim"):
            desk.wait_ready()
        with pytest.raises(StartError, match=r"intake keeps stopping and is given up"):
            desk.check()
    assert not is_running(tmp_path)


OWNER = """
import sys, time
from pathlib import Path
from tests.integration.test_local_desk import TINY
from deploy.local.desk import LocalDesk
desk = LocalDesk(Path(sys.argv[1]), services=TINY)
desk.start()
desk.wait_ready()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("victim", ["the owner", "the supervisor"])
def test_nothing_outlives_a_kill(tmp_path: Path, victim: str) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == "ready\n"
    family = psutil.Process(owner.pid).children(recursive=True)
    commands = {process.pid: " ".join(process.cmdline()) for process in family}
    assert any("kafka.Kafka" in command for command in commands.values())
    assert any("tiny_service" in command for command in commands.values())
    if victim == "the owner":
        owner.kill()
    else:
        [supervisor] = [
            process
            for process in family
            if process.cmdline()[1:3] == ["-m", "supervisor.supervisord"]
        ]
        # The leash that held it is the owner's child, which does not look after it here.
        family = [supervisor, *supervisor.children(recursive=True)]
        supervisor.kill()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert [commands[process.pid] for process in alive] == []
    owner.kill()
    owner.communicate()
    assert not is_running(tmp_path)
