"""A service as it runs: a process of its own with its HTTP side, killed and stopped for real."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from deploy.local.keys import SigningKey
from deploy.local.ports import free_port


class ServiceProgram:
    """A running service; what it says goes to a log in its folder."""

    def __init__(self, name: str, folder: Path, **settings: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._name = name
        self._key = SigningKey(folder)
        self._port = free_port()
        self._log = (folder / f"{name}-{self._port}.log").open("wb")
        given = {
            "http_port": self._port,
            "jwks_file": self._key.jwks_file,
            "documents_dir": folder / "documents",
            **settings,
        }
        self._environment = os.environ | {
            f"CLAIMSDESK_{setting.upper()}": str(value) for setting, value in given.items()
        }
        self._process = self._start()

    def _start(self) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", f"services.{self._name}"],
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def call(
        self, method: str, path: str, role: str = "", *, by: str = "rita", **options: object
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(by, role)}"} if role else {}
        return httpx.request(method, f"{self.url}{path}", headers=headers, timeout=10, **options)

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self._port}"

    def token(self, person: str, role: str) -> str:
        """The token of a person with a role."""
        return self._key.token(person, person.title(), [role])

    def wait_until(
        self, path: str, says: Callable[[httpx.Response], bool], seconds: float = 30
    ) -> None:
        end = time.monotonic() + seconds
        while True:
            assert self._process.poll() is None, f"{self._name} ended"
            assert time.monotonic() < end, f"{self._name}: {path} never said it"
            try:
                if says(self.call("GET", path)):
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)

    def wait_until_ready(self, seconds: float = 30) -> None:
        self.wait_until("/readyz", lambda answer: answer.status_code == 200, seconds)

    def wait_until_alive(self, seconds: float = 30) -> None:
        self.wait_until("/healthz", lambda answer: answer.status_code == 200, seconds)

    def kill_and_restart(self) -> None:
        self._process.kill()
        self._process.wait(10)
        self._process = self._start()

    def stop(self) -> int:
        """Stop it in order; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(20)
        finally:
            self._process.kill()
            self._process.wait(10)
            self._log.close()
