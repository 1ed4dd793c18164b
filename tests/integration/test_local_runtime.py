"""Fetching the jars: from a real HTTP server, whole or not at all, with messages that help."""

import hashlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from deploy.local import runtime
from deploy.local.errors import FetchError


class Repository(SimpleHTTPRequestHandler):
    """A Maven repository in a folder, which fails as often as it is told to."""

    failures: ClassVar[list[int]] = []
    served: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        if not self.path.endswith(".sha1"):
            self.served.append(self.path)
            if self.failures:
                self.send_error(self.failures.pop())
                return
        super().do_GET()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name in the base class
        """Keep quiet."""


JARS = {"first": b"one jar" * 1000, "second": b"another jar" * 1000}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A repository with two jars, which are all that is locked."""
    folder = tmp_path / "repository"
    lock = tmp_path / "jars.lock"
    lines = []
    for name, content in JARS.items():
        place = folder / "org" / "example" / name / "1.0"
        place.mkdir(parents=True)
        (place / f"{name}-1.0.jar").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        lines.append(f"kafka org.example:{name}:1.0 {len(content)} {digest}\n")
    lock.write_text("# a lock\n" + "".join(lines))
    monkeypatch.setattr(runtime, "LOCK_FILE", lock)
    monkeypatch.setattr(runtime, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(Repository, "failures", [])
    monkeypatch.setattr(Repository, "served", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Repository, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("CLAIMSDESK_MAVEN_URL", f"http://127.0.0.1:{server.server_port}")
    yield folder
    server.shutdown()
    server.server_close()
    thread.join()


def test_fetches_once_and_reports_progress(repository: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    for _ in range(2):
        paths = runtime.class_path(
            "kafka", cache=tmp_path / "cache", progress=lambda *step: seen.append(step)
        )
    assert [path.read_bytes() for path in paths] == list(JARS.values())
    assert len(Repository.served) == len(JARS)
    total = sum(map(len, JARS.values()))
    assert seen[0] == ("Apache Kafka 4.3.0", 0, total)
    assert seen[-1] == ("Apache Kafka 4.3.0", total, total)


def test_a_passing_fault_is_tried_again(repository: Path, tmp_path: Path) -> None:
    Repository.failures[:] = [503, 502, 503]
    paths = runtime.class_path("kafka", cache=tmp_path / "cache")
    assert [path.read_bytes() for path in paths] == list(JARS.values())


def test_another_file_than_the_locked_one_is_refused(repository: Path, tmp_path: Path) -> None:
    forged = repository / "org" / "example" / "second" / "1.0" / "second-1.0.jar"
    forged.write_bytes(forged.read_bytes().replace(b"another", b"evil ja"))
    with pytest.raises(FetchError, match=r"second-1\.0\.jar(.|\n)*not the one"):
        runtime.class_path("kafka", cache=tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("second*.jar"))


def test_half_a_jar_and_a_dead_fetch_are_mended(repository: Path, tmp_path: Path) -> None:
    jars = tmp_path / "cache" / "jars"
    (jars / ".fetch-dead" / "first").mkdir(parents=True)
    (jars / "first-1.0.jar").write_bytes(JARS["first"][:100])
    paths = runtime.class_path("kafka", cache=tmp_path / "cache")
    assert [path.read_bytes() for path in paths] == list(JARS.values())
    assert not list(jars.glob(".fetch-*"))


def test_several_at_once_fetch_once(repository: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(
            lambda _: runtime.class_path("kafka", cache=tmp_path / "cache"), range(4)
        )
        for paths in results:
            assert [path.read_bytes() for path in paths] == list(JARS.values())
    assert len(Repository.served) == len(JARS)


def test_without_a_network_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        monkeypatch.setattr(runtime, "FIRST_PAUSE_S", 0.01)
        with pytest.raises(FetchError) as caught:
            runtime.class_path("greenmail", cache=tmp_path / "cache")
    message = str(caught.value)
    assert "greenmail-standalone" in message
    assert "needs a network" in message
    assert "HTTPS_PROXY" in message
    assert "CLAIMSDESK_CACHE_DIR" in message


@pytest.fixture
def untrusted_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A repository behind a certificate that nobody trusts; gives that certificate's file."""
    certificate, key = tmp_path / "ca.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    name = ["-subj", "/CN=a proxy", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, *files, *name], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    folder = tmp_path / "repository"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Repository, directory=str(folder)))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("CLAIMSDESK_MAVEN_URL", f"https://127.0.0.1:{server.server_port}")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    yield certificate
    server.shutdown()
    server.server_close()
    thread.join()


def test_behind_a_proxy_that_opens_tls_it_says_how_to_trust_it(
    repository: Path,
    untrusted_repository: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(FetchError) as caught:
        runtime.class_path("kafka", cache=tmp_path / "cache")
    assert "REQUESTS_CA_BUNDLE=/path/to/ca.pem SSL_CERT_FILE=" in str(caught.value)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(untrusted_repository))
    paths = runtime.class_path("kafka", cache=tmp_path / "cache")
    assert [path.read_bytes() for path in paths] == list(JARS.values())
