"""Keep child processes from outliving their parent, however it dies.

Two ways, both started as `python leash.py WAY COMMAND …`:

* `hold` stays between parent and child and holds a pipe from the parent as its standard
  input. When the pipe ends, the parent is gone: the child gets SIGTERM, and SIGKILL later.
  Unlike the kernel's parent-death signal it does not fire when only the *thread* that
  started the child ends, so it may be used from thread pools and tests.
* `bind ENV_FILE` asks the kernel (Linux) to kill the process with its parent, adds the
  file's variables (`NAME='value'` lines, as for a shell; `-` for none) to the environment,
  then becomes the command, keeping its process id. For children of a single-threaded
  supervisor.

This file imports nothing of the project, so that it starts at once (`python -S -E`).
"""

import ctypes
import os
import select
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
GRACE_S = 30


def command(way: str, *arguments: str | Path) -> list[str]:
    """Return the command line that runs `arguments` on a leash (`hold` or `bind`)."""
    return [sys.executable, "-S", "-E", __file__, way, *map(str, arguments)]


def die_with_parent() -> None:
    """Ask the kernel for SIGKILL when the parent ends; does nothing where it can't."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def bind(env_file: str, arguments: list[str]) -> None:
    """Become the command, to be killed together with the present parent."""
    parent = os.getppid()
    die_with_parent()
    if os.getppid() != parent:
        sys.exit(1)
    if env_file != "-":
        for line in shlex.split(Path(env_file).read_text(encoding="utf-8")):
            name, _, value = line.partition("=")
            os.environ[name] = value
    os.execvp(arguments[0], arguments)  # noqa: S606 - no shell is wanted


def hold(arguments: list[str]) -> int:
    """Run the command until it ends, is asked to end, or the parent is gone."""
    child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)

    def pass_on(number: int, frame: FrameType | None) -> None:
        child.send_signal(number)

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, pass_on)
    # Whoever wants the child killed asks here, so that it is gone once the leash is.
    signal.signal(signal.SIGUSR1, lambda number, frame: child.kill())
    ended, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    while child.poll() is None:
        readable, _, _ = select.select([0, ended], [], [])
        if ended in readable:
            os.read(ended, 512)
        elif 0 in readable:
            child.terminate()
            try:
                child.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
    return child.returncode


if __name__ == "__main__":
    if sys.argv[1] == "bind":
        bind(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(hold(sys.argv[2:]) & 0xFF)
