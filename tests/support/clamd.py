"""ClamAV's daemon with a signature of our own: no download, up in a second."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import free_port
from tests.support.no_skips import missing

HARMLESS_VIRUS = b"a harmless text that our own signature calls a virus"
_CONFIGURATION = """\
Foreground yes
LocalSocket {folder}/clamd.sock
TCPSocket {port}
TCPAddr 127.0.0.1
DatabaseDirectory {folder}/signatures
StreamMaxLength 2M
"""


@dataclass(frozen=True)
class RunningClamd:
    """Where it listens."""

    port: int
    path: Path

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def running_clamd(folder: Path, port: int | None = None) -> Iterator[RunningClamd]:
    """A scanner that finds `HARMLESS_VIRUS`, also inside mails and archives."""
    program = shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        missing("clamd is not installed")
    port = port or free_port()
    signatures = folder / "signatures"
    signatures.mkdir(parents=True, exist_ok=True)
    (signatures / "desk.ndb").write_text(f"Desk.Harmless:0:*:{HARMLESS_VIRUS.hex()}\n")
    configuration = folder / "clamd.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, port=port))
    with (folder / "clamd.log").open("w") as log:
        process = subprocess.Popen(
            [program, f"--config-file={configuration}"], stdout=log, stderr=log
        )
    try:
        _wait(process, port, folder / "clamd.log")
        yield RunningClamd(port, folder / "clamd.sock")
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
        else:
            return
