"""Ports of the local desk: chosen once, remembered, and explained when they are taken."""

import json
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from deploy.local.errors import PreflightError

LOOPBACK = "127.0.0.1"
PRIVILEGED = 1024


def free_port() -> int:
    """Return a loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Say whether a server could listen on the loopback port now."""
    with socket.socket() as probe:
        # As servers do: the remains of closed connections don't hold a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def holder(port: int) -> str:
    """Name the process that listens on a port, as far as this user may see it."""
    try:
        for connection in psutil.net_connections("inet"):
            address = connection.laddr
            if connection.status != psutil.CONN_LISTEN or not address:
                continue
            if address.port == port and connection.pid:
                process = psutil.Process(connection.pid)
                return f"{process.name()} (process {process.pid})"
    except psutil.Error:
        pass
    return "another process"


class PortBook:
    """The desk's ports by name, kept in a file from one start to the next.

    A port that the person set in `environ` (`CLAIMSDESK_<NAME>_PORT`) is taken as it
    is, or refused with the reason. A port we chose ourselves and that somebody else took
    meanwhile is replaced, and `say` is told.
    """

    def __init__(
        self, file: Path, *, say: Callable[[str], None], environ: Mapping[str, str]
    ) -> None:
        self._file = file
        self._environ = environ
        self._say = say
        self._ports: dict[str, int] = self._read()

    def port(self, name: str) -> int:
        """Return the port for `name` (for example `kafka` or `review`), free at this moment.

        Raises:
            PreflightError: the port set in the environment is no port, or is taken.
        """
        variable = f"CLAIMSDESK_{name.upper()}_PORT"
        given = self._environ.get(variable)
        if given:
            self._ports[name] = _checked(variable, given)
        elif name not in self._ports:
            self._ports[name] = self._unused()
        elif not is_free(self._ports[name]):
            taken = self._ports[name]
            self._ports[name] = self._unused()
            self._say(
                f"Port {taken} ({name}) is now held by {holder(taken)}; "
                f"using {self._ports[name]} from here on."
            )
        self._write()
        return self._ports[name]

    def _unused(self) -> int:
        while (port := free_port()) in self._ports.values():
            pass
        return port

    def _read(self) -> dict[str, int]:
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            return {str(name): int(port) for name, port in content.items()}
        except (FileNotFoundError, ValueError, AttributeError, TypeError):
            return {}

    def _write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        staged = self._file.with_suffix(".new")
        staged.write_text(json.dumps(self._ports, indent=2) + "\n", encoding="utf-8")
        staged.replace(self._file)


def _checked(variable: str, given: str) -> int:
    if not given.isdigit() or not PRIVILEGED <= int(given) <= 65535:
        msg = f"{variable}={given} is no port. Give a number from {PRIVILEGED} to 65535."
        raise PreflightError(msg)
    port = int(given)
    if not is_free(port):
        msg = (
            f"Port {port} ({variable}) is taken by {holder(port)}.\n"
            f"End that process, or set {variable} to another port, or leave it unset: "
            "then a free port is chosen."
        )
        raise PreflightError(msg)
    return port
