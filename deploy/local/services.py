"""The services of a local desk, and what each is told by its environment."""

import secrets
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.keys import write_private
from deploy.local.mail import DESK_ADDRESS, PASSWORD
from deploy.local.ports import LOOPBACK
from deploy.local.supervision import SERVICE, Program

STOP_S = 10

DatabaseUrl = Callable[[str], str]


@dataclass(frozen=True)
class Service:
    """A service: its name, and the module that runs it."""

    name: str
    module: str


SERVICES = tuple(
    Service(name, f"services.{name}") for name in ("intake", "review", "escalation", "notify")
)


@dataclass(frozen=True)
class Surroundings:
    """Everything outside a service that it is told about."""

    directory: Path
    bootstrap: str
    smtp_port: int
    imap_port: int
    jwks_file: Path
    database_url_for: DatabaseUrl | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    def environment(self, service: str, http_port: int) -> dict[str, str]:
        """Return the `CLAIMSDESK_…` variables of a service.

        Every service gets them all and reads those it knows.
        """
        return {
            "CLAIMSDESK_KAFKA": self.bootstrap,
            "CLAIMSDESK_DATABASE_URL": self._database_url(service),
            "CLAIMSDESK_HTTP_HOST": LOOPBACK,
            "CLAIMSDESK_HTTP_PORT": str(http_port),
            "CLAIMSDESK_JWKS_FILE": str(self.jwks_file),
            "CLAIMSDESK_DOCUMENTS_DIR": str(self._folder("documents")),
            "CLAIMSDESK_SPOOL_DIR": str(self._folder("spool")),
            # Nobody empties this spool: what is handed over to it counts as posted.
            "CLAIMSDESK_PRINT_CLOSE_AFTER": "PT1S",
            "CLAIMSDESK_PRINT_POSTING": "hand_over",
            "CLAIMSDESK_NOTICE_KEY": self._notice_key(),
            "CLAIMSDESK_DESK_ADDRESS": DESK_ADDRESS,
            "CLAIMSDESK_IMAP_HOST": LOOPBACK,
            "CLAIMSDESK_IMAP_PORT": str(self.imap_port),
            "CLAIMSDESK_IMAP_USER": DESK_ADDRESS,
            "CLAIMSDESK_IMAP_PASSWORD": PASSWORD,
            "CLAIMSDESK_IMAP_TLS": "false",
            "CLAIMSDESK_AUTHSERV_ID": "mail.claimsdesk.example",
            "CLAIMSDESK_SMTP_HOST": LOOPBACK,
            "CLAIMSDESK_SMTP_PORT": str(self.smtp_port),
            "CLAIMSDESK_LOG_FORMAT": "console",
            "PYTHONUNBUFFERED": "1",
            # Compiled modules start a service in a third of the time.
            "PYTHONDONTWRITEBYTECODE": "",
            **self.settings,
        }

    def program(self, service: Service, http_port: int) -> Program:
        """Return how a service is run, with its environment written."""
        return Program(
            service.name,
            [sys.executable, "-m", service.module],
            SERVICE,
            stop_s=STOP_S,
            env_file=self.write(service.name, http_port),
        )

    def write(self, service: str, http_port: int) -> Path:
        """Write a service's environment as a file that a shell can read, too.

        To run a service by hand: `set -a; . var/env/review.env; python -m services.review`.
        """
        file = self.directory / "env" / f"{service}.env"
        variables = self.environment(service, http_port).items()
        lines = (f"{name}={shlex.quote(value)}\n" for name, value in variables)
        write_private(file, "".join(lines))
        return file

    def _database_url(self, service: str) -> str:
        if self.database_url_for is not None:
            return self.database_url_for(service)
        return f"sqlite+aiosqlite:///{self._folder('databases') / service}.db"

    def _notice_key(self) -> str:
        file = self.directory / "keys" / "notice-key"
        if not file.exists():
            write_private(file, secrets.token_urlsafe(32))
        return file.read_text(encoding="utf-8")

    def _folder(self, name: str) -> Path:
        folder = self.directory / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder
