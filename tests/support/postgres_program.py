"""A PostgreSQL server of one's own: this machine's programs, an empty folder, a free port."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.errors import StartError
from deploy.local.ports import free_port
from deploy.local.process import LeashedProcess, wait_until
from shared.own_folder import own_folder

START_SECONDS = 30
STOP_SECONDS = 15
SERVICE_ACCOUNT = "postgres"


def find_programs() -> Path | None:
    """Return the folder of `initdb` and `postgres`, the newest of several versions."""
    found = []
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run(
            [pg_config, "--bindir"], capture_output=True, text=True, check=False
        )
        found.append(Path(answer.stdout.strip()))
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    found += sorted(versions, key=lambda path: float(path.parent.name), reverse=True)
    for folder in found:
        # `pg_config` comes with the client's library too, where no server is.
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


@contextmanager
def running_program(
    programs: Path, user: str, password: str, settings: Mapping[str, str]
) -> Iterator[int]:
    """Start a server with an empty data folder, give its port, and end both.

    Args:
        programs: the folder of `initdb` and `postgres`.
        user: the superuser to create.
        password: the superuser's password.
        settings: server settings beyond the defaults.

    Raises:
        StartError: the server did not come up.
    """
    # Not in pytest's folder, which only its owner may enter.
    with own_folder("postgres") as home:
        port = free_port()
        _initialise(programs, home, user, password)
        server = _server(programs, home, {"port": str(port), **settings})
        server.start()
        try:
            wait_until(
                lambda: _says_ready(home / "data" / "postmaster.pid"),
                name="PostgreSQL",
                log=server.log,
                alive=lambda: server.alive,
                timeout=START_SECONDS,
            )
            yield port
        finally:
            _stop(server)


def _initialise(programs: Path, home: Path, user: str, password: str) -> None:
    password_file = home / "password"
    password_file.write_text(password)
    if _as_root():
        shutil.chown(home, SERVICE_ACCOUNT)
        shutil.chown(password_file, SERVICE_ACCOUNT)
    command = [
        *_as_service_account(),
        str(programs / "initdb"),
        *("--pgdata", str(home / "data"), "--username", user, "--pwfile", str(password_file)),
        *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
    ]
    made = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        msg = f"PostgreSQL could not make its data folder:\n{made.stderr[-2000:]}"
        raise StartError(msg)


def _server(programs: Path, home: Path, settings: Mapping[str, str]) -> LeashedProcess:
    everything = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        **settings,
    }
    options = [f"--{name}={value}" for name, value in everything.items()]
    command = [*_as_service_account(), programs / "postgres", "-D", home / "data", *options]
    return LeashedProcess("PostgreSQL", command, home / "log")


def _as_root() -> bool:
    return os.geteuid() == 0


def _as_service_account() -> list[str]:
    """Return how a command is begun that must not run as root, which PostgreSQL refuses."""
    if not _as_root():
        return []
    account = pwd.getpwnam(SERVICE_ACCOUNT)
    # `runuser` would stay as the server's parent, and killed would leave the server behind.
    return [
        *("setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"),
        *("--pdeathsig", "INT", "--"),
    ]


def _says_ready(status_file: Path) -> bool:
    try:
        lines = status_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    # The eighth line is the one that `pg_ctl --wait` looks at.
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _stop(server: LeashedProcess) -> None:
    if server.alive:
        # A fast shutdown; on SIGTERM it would wait for the clients to leave.
        os.kill(server.pid, signal.SIGINT)
    server.stop(STOP_SECONDS)
