"""Ports, disk, folder, keys and the lock of a local desk: each trouble has its message."""

import json
import os
import socket
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.local.desk_lock import DeskLock, is_running
from deploy.local.errors import AlreadyRunningError, PreflightError
from deploy.local.keys import SigningKey, write_tokens
from deploy.local.ports import PortBook, free_port
from deploy.local.preflight import check_machine
from shared.auth import TokenVerifier


def listening_socket(port: int = 0) -> socket.socket:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen()
    return server


def test_ports_are_remembered_and_differ(tmp_path: Path) -> None:
    said: list[str] = []
    names = [f"port-{number}" for number in range(20)]
    first = PortBook(tmp_path / "ports.json", say=said.append, environ={})
    ports = [first.port(name) for name in names]
    second = PortBook(tmp_path / "ports.json", say=said.append, environ={})
    assert [second.port(name) for name in names] == ports
    assert len(set(ports)) == len(ports)
    assert not said


def test_a_remembered_port_that_is_taken_is_replaced_and_said(tmp_path: Path) -> None:
    said: list[str] = []
    with listening_socket() as server:
        taken = server.getsockname()[1]
        (tmp_path / "ports.json").write_text(json.dumps({"review": taken}))
        chosen = PortBook(tmp_path / "ports.json", say=said.append, environ={}).port("review")
    assert chosen != taken
    assert f"Port {taken} (review)" in said[0]
    assert f"process {os.getpid()}" in said[0]
    assert str(chosen) in said[0]


def test_a_port_that_was_asked_for_and_is_taken_stops_the_start(tmp_path: Path) -> None:
    with listening_socket() as server:
        taken = server.getsockname()[1]
        book = PortBook(
            tmp_path / "ports.json",
            say=pytest.fail,
            environ={"CLAIMSDESK_REVIEW_PORT": str(taken)},
        )
        with pytest.raises(PreflightError) as caught:
            book.port("review")
    message = str(caught.value)
    assert f"Port {taken} (CLAIMSDESK_REVIEW_PORT) is taken by" in message
    assert f"process {os.getpid()}" in message


@pytest.mark.parametrize("nonsense", ["http", "80", "70000", "-1"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, nonsense: str) -> None:
    environ = {"CLAIMSDESK_REVIEW_PORT": nonsense}
    book = PortBook(tmp_path / "ports.json", say=pytest.fail, environ=environ)
    with pytest.raises(PreflightError, match=nonsense):
        book.port("review")


def test_a_damaged_book_of_ports_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text('{"review": ')
    book = PortBook(tmp_path / "ports.json", say=pytest.fail, environ={})
    assert book.port("review") > 0


def test_too_little_space_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(PreflightError) as caught:
        check_machine(tmp_path, free=lambda _: 999_000_000)
    assert "999 MB are free, 1000 MB are needed" in str(caught.value)
    assert "--directory" in str(caught.value)
    check_machine(tmp_path, free=lambda _: 1_000_000_000)


def test_a_folder_that_cant_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PreflightError, match="Can't write to"):
        check_machine(tmp_path / "file" / "var")


def test_an_old_python_is_said(tmp_path: Path) -> None:
    with pytest.raises(PreflightError, match=r"needs Python 3\.11 or newer; this is 3\.10"):
        check_machine(tmp_path, python=(3, 10))


def test_tokens_are_those_that_services_accept(tmp_path: Path) -> None:
    key = SigningKey(tmp_path / "keys")
    verifier = TokenVerifier(key.jwks_file)
    files = write_tokens(SigningKey(tmp_path / "keys"), tmp_path / "tokens")
    actor = verifier.actor(files["sven"].read_text())
    assert (actor.subject, actor.roles) == ("sven", {"supervisor"})
    assert stat.S_IMODE(files["sven"].stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys" / "signing-key.json").stat().st_mode) == 0o600
    assert "d" not in json.loads(key.jwks_file.read_text())["keys"][0]
    with pytest.raises(ValueError, match="expired"):
        verifier.actor(key.token("rita", "Rita", ["representative"], timedelta(minutes=-5)))
    with pytest.raises(ValueError, match="not valid"):
        TokenVerifier(SigningKey(tmp_path / "other").jwks_file).actor(files["sven"].read_text())


def test_one_desk_per_folder(tmp_path: Path) -> None:
    assert not is_running(tmp_path)
    first = DeskLock(tmp_path)
    first.acquire()
    assert is_running(tmp_path)
    with pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"):
        DeskLock(tmp_path).acquire()
    first.release()
    assert not is_running(tmp_path)
    second = DeskLock(tmp_path)
    second.acquire()
    second.release()


def test_free_ports_can_be_listened_on() -> None:
    with listening_socket(free_port()) as server:
        assert server.getsockname()[1] > 0
