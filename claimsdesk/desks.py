"""A desk that runs on this machine: where its services, broker and mail server are, and its people.

`claimsdesk up` describes its desk in `desk.json` of its folder; the other commands read it there.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimsdesk.errors import CommandError
from deploy.local.keys import SIGNING_KEY, SigningKey

DEFAULT_FOLDER = Path("var")
DESCRIPTION = "desk.json"
ROLES = {
    "representative": "rita",
    "second_representative": "ruben",
    "supervisor": "sven",
    "auditor": "ada",
}
"""Who of the local desk acts when a command names a role."""


@dataclass(frozen=True, slots=True)
class Desk:
    """How to reach a desk's parts, and as whom.

    Attributes:
        keys: The folder of the local sign-in's key, to sign tokens for others than its people.
    """

    urls: Mapping[str, str]
    kafka: str
    smtp: tuple[str, int]
    imap: tuple[str, int]
    address: str
    tokens: Mapping[str, str]
    keys: Path

    def token(self, who: str) -> str:
        """The token of a person (`rita`) or of who has a role (`supervisor`).

        Raises:
            CommandError: Nobody at this desk is called so.
        """
        subject = ROLES.get(who, who)
        if subject not in self.tokens:
            known = ", ".join(sorted({*self.tokens, *ROLES}))
            message = f"nobody at this desk is {who!r}; known are: {known}"
            raise CommandError(message)
        return self.tokens[subject]

    def system_token(self, name: str, clients: Iterable[str]) -> str:
        """A token for a client's own system, which may act for these clients.

        Raises:
            CommandError: The desk's signing key is not on this machine.
        """
        if not (self.keys / SIGNING_KEY).is_file():
            message = f"{self.keys} holds no signing key; only the local desk signs tokens"
            raise CommandError(message)
        return SigningKey(self.keys).token(name, name, ["client_system"], clients=clients)


def find_desk(given: str | None) -> Desk:
    """The running desk that a person names.

    Args:
        given: The desk's folder, its `desk.json`, or the base URL of one of its services; `var`
            if absent.

    Raises:
        CommandError: No desk runs there.
    """
    if given is not None and given.startswith(("http://", "https://")):
        return _desk_at_url(given.rstrip("/"))
    file = _description_file(Path(given) if given else DEFAULT_FOLDER)
    if not file.is_file():
        message = (
            f"No desk runs on {file.parent}: {file} is not there. "
            "Start one with `make run` (or `claimsdesk up`), or name its folder with --desk."
        )
        raise CommandError(message)
    return read_description(file)


def find_kafka(given: str | None, desk: str | None = None) -> str:
    """The broker that a person names, or that of the desk that they name.

    Args:
        given: The broker, `host:port`.
        desk: As `find_desk` takes it; the desk running on `var` if absent.

    Raises:
        CommandError: None was named and no desk runs.
    """
    if given:
        return given
    if desk is None and not (DEFAULT_FOLDER / DESCRIPTION).is_file():
        message = (
            "Which broker? No desk runs on `var`; name one with --kafka HOST:PORT "
            "or CLAIMSDESK_KAFKA, or a running desk's folder with --desk."
        )
        raise CommandError(message)
    return find_desk(desk).kafka


def read_description(file: Path) -> Desk:
    """The desk that a `desk.json` describes.

    Raises:
        CommandError: It can't be read, or the process that wrote it has gone.
    """
    try:
        said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        tokens = {
            who: Path(path).read_text(encoding="utf-8").strip()
            for who, path in said["tokens"].items()
        }
        desk = Desk(
            urls=said["urls"],
            kafka=said["kafka"],
            smtp=_address(said["smtp"]),
            imap=_address(said["imap"]),
            address=said["desk_address"],
            tokens=tokens,
            keys=Path(said.get("keys", file.parent / "keys")),
        )
    except (OSError, ValueError, KeyError, AttributeError) as problem:
        message = f"{file} does not describe a desk: {problem}"
        raise CommandError(message) from problem
    if isinstance(said.get("pid"), int) and not _runs(said["pid"]):
        message = f"The desk that wrote {file} has gone (process {said['pid']}). Start it again."
        raise CommandError(message)
    return desk


def _description_file(path: Path) -> Path:
    return path if path.suffix == ".json" else path / DESCRIPTION


def _desk_at_url(url: str) -> Desk:
    file = _description_file(DEFAULT_FOLDER)
    if file.is_file():
        desk = read_description(file)
        if url in {there.rstrip("/") for there in desk.urls.values()}:
            return desk
    message = (
        f"{url} is not a service of the desk on {file.parent}. A desk is more than one address "
        "(mail server, broker, tokens): name its folder or its desk.json instead."
    )
    raise CommandError(message)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
