"""Asks services whether they are ready, until they are or can't be."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping

from deploy.local.errors import StartError
from deploy.local.supervision import Supervisor

PAUSE_S = 0.05
DEATHS_BEFORE_READY = 3
READY = "ready"


def readiness(url: str) -> str:
    """Return `ready`, or what a service's `/readyz` says instead."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 - our own loopback URL
            return READY
    except urllib.error.HTTPError as answer:
        return answer.read(500).decode("utf-8", "replace")
    except OSError as problem:
        return f"no answer: {problem}"


def wait_ready(
    urls: Mapping[str, str], supervisor: Supervisor, *, timeout: float, say: Callable[[str], None]
) -> None:
    """Wait until every service is ready.

    Args:
        urls: the base URL of each service.
        supervisor: runs the services.
        timeout: seconds for all of them together.
        say: told of each service that is ready.

    Raises:
        StartError: a service died again and again, or is not ready in time; names it and
            shows the end of its log.
    """
    deadline = time.monotonic() + timeout
    waiting = dict(urls)
    lives: dict[str, set[int]] = {name: set() for name in waiting}
    while waiting:
        for name, url in list(waiting.items()):
            status = supervisor.status(name)
            lives[name].add(status.pid)
            if status.state == "FATAL" or len(lives[name] - {0}) > DEATHS_BEFORE_READY:
                raise StartError(supervisor.explain(name, "can't start"))
            if (said := readiness(url)) == READY:
                del waiting[name]
                say(f"{name} is ready")
            elif time.monotonic() > deadline:
                what = f"is not ready after {timeout:.0f} s ({said})"
                raise StartError(supervisor.explain(name, what))
        time.sleep(PAUSE_S)
