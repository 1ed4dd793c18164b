"""The processes of a desk under `supervisord`, which starts again what dies.

Its configuration is written into the desk's folder. A process that dies is started again at
once, one that keeps dying within `STEADY_S` of its start after a growing pause, and after
`RETRIES` of those it is given up. Stopping goes from the services down to the broker.
"""

import contextlib
import getpass
import hashlib
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

import psutil
from supervisor.xmlrpc import Faults, SupervisorTransport

from deploy.local import leash
from deploy.local.errors import StartError
from deploy.local.process import LeashedProcess, explain, wait_until

STEADY_S = 8
RETRIES = 6
SUPERVISOR_START_S = 20
SUPERVISOR_STOP_S = 45
KILL_S = 10
LONGEST_SOCKET_PATH = 100
"""The kernel's limit is 108 bytes, 104 on macOS."""
OWN, LOGS = "supervisor", "logs"
INTERFACE = "supervisor.rpcinterface:make_main_rpcinterface"
NO_WAIT = False

BROKER, MAIL, SERVICE = 10, 20, 30
"""What starts earlier stops later."""


@dataclass(frozen=True)
class Program:
    """A process to be kept running.

    Attributes:
        name: as people and logs call it.
        command: the program and its arguments.
        priority: low starts first and stops last.
        stop_s: how long it may take to stop before it is killed.
        env_file: variables for its environment, see `deploy.local.leash`.
    """

    name: str
    command: Sequence[str]
    priority: int
    stop_s: int
    env_file: Path | None = None


@dataclass(frozen=True)
class Status:
    """How a process is: supervisord's state, its pid (0 if none), and its last exit status."""

    state: str
    pid: int
    exit_status: int


class Supervisor:
    """A supervisord of our own, with its configuration, socket and log in one folder.

    Its configuration names paths relative to the desk's folder, where it runs: it expands
    some values twice, so that a `%` in the folder's name could not be written.

    Args:
        directory: the desk's folder; `supervisor/` and `logs/` in it are ours.
        cwd: the working folder of the programs.
    """

    def __init__(self, directory: Path, cwd: Path) -> None:
        self._directory = directory
        self._cwd = cwd
        self._socket = _socket_path(directory / OWN)
        self._process: LeashedProcess | None = None

    def start(self, programs: Iterable[Program], *, keep_open: Sequence[int] = ()) -> None:
        """Start supervisord; the programs are known, but not started yet.

        Raises:
            StartError: it did not come up.
        """
        own = self._directory / OWN
        own.mkdir(parents=True, exist_ok=True)
        (self._directory / LOGS).mkdir(exist_ok=True)
        config = own / "supervisord.conf"
        config.write_text(self._config(programs), encoding="utf-8")
        command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-s", "-c", str(config)]
        output = own / "output.log"
        process = LeashedProcess(
            "The supervisor", command, output, cwd=self._directory, keep_open=keep_open
        )
        process.start()
        self._process = process
        wait_until(
            self._answers,
            name="The supervisor",
            log=output,
            alive=lambda: process.alive,
            timeout=SUPERVISOR_START_S,
        )

    @property
    def alive(self) -> bool:
        """Whether supervisord runs."""
        return self._process is not None and self._process.alive

    def log(self, name: str) -> Path:
        """Return the log of a program."""
        return self._directory / LOGS / f"{name}.log"

    def start_program(self, name: str) -> None:
        """Start a program, without waiting for it; nothing if it runs already."""
        self._call("startProcess", name, NO_WAIT, unless=Faults.ALREADY_STARTED)

    def stop_program(self, name: str) -> None:
        """Stop a program in order and keep it stopped; nothing if it doesn't run."""
        self._call("stopProcess", name, unless=Faults.NOT_RUNNING)

    def signal_program(self, name: str, signal: str) -> None:
        """Send a signal, such as `KILL`; a program that ends by it is started again."""
        self._call("signalProcess", name, signal)

    def stop_all(self, names: Iterable[str]) -> None:
        """Stop several programs at the same time and wait until they have."""
        waiting = set(names)
        for name in waiting:
            self._call("stopProcess", name, NO_WAIT, unless=Faults.NOT_RUNNING)
        while any(self.status(name).pid for name in waiting):
            time.sleep(0.05)

    def status(self, name: str) -> Status:
        """Return how a program is."""
        info: dict[str, Any] = self._call("getProcessInfo", name)
        return Status(info["statename"], info["pid"], info["exitstatus"])

    def stop(self) -> None:
        """Stop all programs, the last started first, and supervisord itself."""
        if self._process is not None:
            with contextlib.suppress(OSError, Fault):
                self._call("shutdown")
            self._process.stop(SUPERVISOR_STOP_S)
            self._process = None

    def kill(self) -> None:
        """End supervisord and its programs with SIGKILL; they are gone on return."""
        if self._process is None:
            return
        family = []
        with contextlib.suppress(psutil.NoSuchProcess):
            family = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        self._process = None
        for process in family:
            # On Linux the kernel has done it already.
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=KILL_S)

    def _answers(self) -> bool:
        try:
            return bool(self._call("getState")["statename"] == "RUNNING")
        except (OSError, Fault):
            return False

    def _call(self, method: str, *arguments: object, unless: int | None = None) -> Any:
        # A connection per call: the transport is not made for threads.
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        with contextlib.closing(transport):
            proxy = ServerProxy("http://127.0.0.1", transport=transport)
            try:
                return getattr(proxy.supervisor, method)(*arguments)
            except Fault as fault:
                if fault.faultCode != unless:
                    raise
                return None

    def _config(self, programs: Iterable[Program]) -> str:
        sections = [
            "[unix_http_server]",
            f"file={_escape(str(self._socket))}",
            "chmod=0600",
            "[rpcinterface:supervisor]",
            f"supervisor.rpcinterface_factory={INTERFACE}",
            "[supervisord]",
            f"logfile={OWN}/supervisord.log",
            f"pidfile={OWN}/supervisord.pid",
            "logfile_maxbytes=1MB",
            "logfile_backups=1",
        ]
        if os.getuid() == 0:
            sections.append(f"user={getpass.getuser()}")
        return "\n".join(sections) + "\n" + "".join(map(self._section, programs))

    def _section(self, program: Program) -> str:
        env_file = program.env_file or "-"
        command = shlex.join(leash.command("bind", env_file, *program.command))
        return (
            f"[program:{program.name}]\n"
            f"command={_escape(command)}\n"
            f"directory={_escape(str(self._cwd))}\n"
            f"priority={program.priority}\n"
            "autostart=false\n"
            "autorestart=true\n"
            f"startsecs={STEADY_S}\n"
            f"startretries={RETRIES}\n"
            f"stopwaitsecs={program.stop_s}\n"
            "stopsignal=TERM\n"
            "redirect_stderr=true\n"
            f"stdout_logfile={LOGS}/{program.name}.log\n"
            "stdout_logfile_maxbytes=20MB\n"
            "stdout_logfile_backups=2\n"
        )

    def explain(self, name: str, what: str) -> str:
        """Return a message about a program, with the end of its log."""
        return explain(name, what, self.log(name))


def _escape(text: str) -> str:
    return text.replace("%", "%%")


def _socket_path(directory: Path) -> Path:
    path = directory / "supervisor.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"claimsdesk-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        msg = f"{folder} belongs to somebody else; choose a shorter folder for the desk."
        raise StartError(msg)
    return folder / f"{name}.sock"
