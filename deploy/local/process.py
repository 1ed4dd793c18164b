"""One process of ours: started on a leash, its output in a log, stopped in order or killed."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local import leash
from deploy.local.errors import StartError, disk_is_full, log_end
from deploy.local.ports import is_free

POLL_S = 0.03
KILL_S = 5


class LeashedProcess:
    """A child process in a session of its own that can't outlive us.

    A Ctrl-C in the terminal does not reach it, so that whoever started it decides the order
    in which things stop.

    Args:
        name: what people call it, for messages.
        command: the program and its arguments.
        log: where its output goes.
        cwd: its working folder; ours by default.
        keep_open: descriptors that stay open until the process is gone.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        *,
        cwd: Path | None = None,
        keep_open: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log = log
        self._command = leash.command("hold", *command)
        self._cwd = cwd
        self._keep_open = tuple(keep_open)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; its output goes to the end of its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._cwd,
                pass_fds=self._keep_open,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether the process was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The id of the process's session and process group."""
        if self._process is None:
            msg = f"{self.name} was not started"
            raise StartError(msg)
        return self._process.pid

    def stop(self, timeout: float) -> None:
        """Ask the process to end; kill it after `timeout` seconds."""
        if self._process is None:
            return
        if self.alive:
            self._process.terminate()
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
        self._close()

    def kill(self) -> None:
        """End the process with SIGKILL, as a power cut would; it is gone on return."""
        if self._process is None:
            return
        if self.alive:
            self._process.send_signal(signal.SIGUSR1)
            try:
                self._process.wait(KILL_S)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None


def start_and_wait(
    name: str,
    command: Callable[[], Sequence[str | Path]],
    log: Path,
    *,
    ports: Sequence[int],
    wait_ready: Callable[[Callable[[], bool]], None],
) -> LeashedProcess:
    """Start a process that serves on ports of ours, and wait until it is ready.

    Args:
        name: what people call it, for messages.
        command: prepares what it needs and returns its command line.
        log: where its output goes.
        ports: must be free before.
        wait_ready: waits, as long as what it is given says that the process lives.

    Raises:
        StartError: a port is taken, or the process did not come up; says why.
    """
    for port in ports:
        if not is_free(port):
            msg = f"{name} can't start: port {port} is taken by another process."
            raise StartError(msg)
    process = LeashedProcess(name, command(), log)
    process.start()
    try:
        wait_ready(lambda: process.alive)
    except BaseException:
        process.kill()
        raise
    return process


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Say whether somebody accepts connections on a port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def wait_until(
    ready: Callable[[], bool],
    *,
    name: str,
    log: Path,
    alive: Callable[[], bool],
    timeout: float,
) -> None:
    """Wait until `ready()`; name the process and show the end of its log if that fails.

    Raises:
        StartError: the process ended, or was not ready within `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while not ready():
        if not alive():
            raise StartError(explain(name, "stopped while starting", log))
        if time.monotonic() > deadline:
            raise StartError(explain(name, f"was not ready within {timeout:.0f} s", log))
        time.sleep(POLL_S)


def explain(name: str, what: str, log: Path) -> str:
    """Return a message about a process that failed, with the end of its log and what to do."""
    advice = ""
    if disk_is_full(log):
        advice = (
            f"\nThe disk is full: free some space on the disk of {log.parent}, then start again."
        )
    return f"{name} {what}. The end of its log ({log}):\n{log_end(log)}{advice}"
