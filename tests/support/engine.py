"""The Docker engine of this machine, if one answers."""

import time
from dataclasses import dataclass

import docker
from docker.errors import DockerException
from requests import RequestException

PULL_SECONDS = 60
"""A pull that takes longer is given up: the embedded broker is there in a few seconds."""


@dataclass(frozen=True)
class Engine:
    """An engine that answered once; every call may still fail if it goes away."""

    client: docker.DockerClient

    def has(self, image: str) -> bool:
        """Say whether the engine holds the image."""
        try:
            self.client.images.get(image)
        except docker.errors.ImageNotFound:
            return False
        return True

    def ensure(self, image: str, *, seconds: float = PULL_SECONDS) -> bool:
        """Pull the image unless it is there; say whether it is there at the end."""
        return self.has(image) or (
            self._pull(image, time.monotonic() + seconds) and self.has(image)
        )

    def _pull(self, image: str, deadline: float) -> bool:
        repository, tag = docker.utils.parse_repository_tag(image)
        try:
            steps = self.client.api.pull(repository, tag or "latest", stream=True, decode=True)
            return all("error" not in step and time.monotonic() < deadline for step in steps)
        except (DockerException, RequestException):
            return False


def find_engine() -> Engine | None:
    """Return the engine that Docker's usual settings name, or None if it does not answer."""
    try:
        client = docker.from_env(timeout=PULL_SECONDS)
        client.ping()
    except (DockerException, RequestException):
        return None
    return Engine(client)
