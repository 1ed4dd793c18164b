"""A real SMTP and IMAP server on loopback: GreenMail, with mailboxes made on first delivery.

GreenMail keeps mails in memory. `stop()` therefore saves every mailbox as `.eml` files first,
and the next start loads them; a `kill()` loses what was not saved. The desk itself loses
nothing by that: a contact is stored durably before its mail is moved out of the inbox.

It never sends a mail anywhere: whatever the address, the mail lands in a mailbox here.
"""

import contextlib
import json
import shutil
import smtplib
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from imaplib import IMAP4
from pathlib import Path
from urllib.parse import quote

from imap_tools import BaseMailBox, MailBoxUnencrypted

from deploy.local.jvm import java_command
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.process import LeashedProcess, listens, start_and_wait, wait_until
from deploy.local.runtime import Progress, class_path, quiet

HEAP_MB = 96
START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 5
CONNECTIONS = 8
MAIN = "com.icegreen.greenmail.standalone.GreenMailStandaloneRunner"

DESK_ADDRESS = "claims@claimsdesk.example"
PASSWORD = "local-desk"  # noqa: S105 - the server is on loopback and asks for none
"""Any password is accepted; clients of IMAP have to send one."""


class MailServer:
    """GreenMail on the Java runtime of a wheel.

    Args:
        directory: its own folder: log and saved mailboxes.
        smtp_port: where mail is handed in; a free port by default.
        imap_port: where mailboxes are read; a free port by default.
        api_port: GreenMail's own HTTP API, used to list the mailboxes; a free port by default.
        log: where its output goes; a file in `directory` by default.
        progress: told about the jar while it is being fetched.
        heap_mb: its memory; it keeps all mails there, each several times.
    """

    def __init__(
        self,
        directory: Path,
        smtp_port: int | None = None,
        imap_port: int | None = None,
        api_port: int | None = None,
        *,
        log: Path | None = None,
        progress: Progress = quiet,
        heap_mb: int = HEAP_MB,
    ) -> None:
        self.directory = directory.resolve()
        self.log = (log or self.directory / "mail.log").resolve()
        self.host = LOOPBACK
        self.smtp_port = smtp_port or free_port()
        self.imap_port = imap_port or free_port()
        self._api_port = api_port or free_port()
        self._progress = progress
        self._heap_mb = heap_mb
        self._process: LeashedProcess | None = None

    @property
    def alive(self) -> bool:
        """Whether the process that `start()` started still runs."""
        return self._process is not None and self._process.alive

    def prepare(self) -> list[str]:
        """Return the command line, for whoever runs the process itself.

        Raises:
            FetchError: GreenMail could not be fetched.
        """
        jars = class_path("greenmail", progress=self._progress)
        (self._saved / DESK_ADDRESS / "INBOX").mkdir(parents=True, exist_ok=True)
        options = [
            f"-Dgreenmail.smtp.hostname={self.host}",
            f"-Dgreenmail.smtp.port={self.smtp_port}",
            f"-Dgreenmail.imap.hostname={self.host}",
            f"-Dgreenmail.imap.port={self.imap_port}",
            f"-Dgreenmail.api.hostname={self.host}",
            f"-Dgreenmail.api.port={self._api_port}",
            f"-Dgreenmail.users={DESK_ADDRESS.replace('@', f':{PASSWORD}@')}",
            "-Dgreenmail.users.login=email",
            "-Dgreenmail.auth.disabled",
            "-Dgreenmail.startup.timeout=20000",
            f"-Dgreenmail.preload.dir={self._saved}",
            "-Dfile.encoding=UTF-8",
        ]
        return java_command(MAIN, jars, heap_mb=self._heap_mb, options=options)

    def start(self) -> None:
        """Start the server and wait until it takes and shows mail.

        Raises:
            FetchError: GreenMail could not be fetched.
            StartError: a port is taken, or the server did not come up; says why.
        """
        if self.alive:
            return
        self._process = start_and_wait(
            "The mail server",
            self.prepare,
            self.log,
            ports=[self.smtp_port, self.imap_port],
            wait_ready=lambda alive: self.wait_ready(alive=alive),
        )

    def wait_ready(
        self, *, alive: Callable[[], bool] = lambda: True, timeout: float = START_TIMEOUT_S
    ) -> None:
        """Wait until SMTP and IMAP answer.

        Raises:
            StartError: the server ended or did not answer within `timeout` seconds.
        """
        wait_until(
            self._answers,
            name="The mail server",
            log=self.log,
            alive=alive,
            timeout=timeout,
        )

    def mailbox(self, address: str) -> BaseMailBox:
        """Open somebody's mailbox over IMAP; use it as a context manager."""
        return MailBoxUnencrypted(self.host, self.imap_port).login(address, PASSWORD)

    def addresses(self) -> list[str]:
        """Return the addresses of all mailboxes, those made on delivery included."""
        url = f"http://{self.host}:{self._api_port}/api/user"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return sorted(user["email"] for user in json.load(answer))

    def save(self) -> int:
        """Write every mail of every mailbox to disk, for the next start; return how many."""
        staged = self.directory / "saved.new"
        shutil.rmtree(staged, ignore_errors=True)
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            counts = list(pool.map(partial(self._save_mailbox, staged), self.addresses()))
        shutil.rmtree(self._saved, ignore_errors=True)
        staged.rename(self._saved)
        return sum(counts)

    def save_quietly(self) -> None:
        """Save the mailboxes before a stop, which must not fail over it."""
        with contextlib.suppress(OSError, IMAP4.error):
            self.save()

    def stop(self) -> None:
        """Save the mailboxes and stop the server."""
        if self._process is not None:
            self.save_quietly()
            self._process.stop(STOP_TIMEOUT_S)
            self._process = None

    def kill(self) -> None:
        """End the server with SIGKILL: what was not saved is lost."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _save_mailbox(self, staged: Path, address: str) -> int:
        count = 0
        with self.mailbox(address) as mailbox:
            for folder in mailbox.folder.list():
                mailbox.folder.set(folder.name, readonly=True)
                target = staged / _file_name(address) / _file_name(folder.name)
                target.mkdir(parents=True)
                # The bytes as they came: a mail that can't be parsed is kept as well.
                _, answers = mailbox.client.fetch("1:*", "(BODY.PEEK[])")
                mails = [answer[1] for answer in answers if isinstance(answer, tuple)]
                for number, mail in enumerate(mails):
                    (target / f"{number:06}.eml").write_bytes(mail)
                count += len(mails)
        return count

    def _answers(self) -> bool:
        # The API comes up last.
        if not listens(self._api_port):
            return False
        try:
            smtplib.SMTP(self.host, self.smtp_port, timeout=2).quit()
            IMAP4(self.host, self.imap_port, timeout=2).logout()
        except (OSError, smtplib.SMTPException, IMAP4.error):
            return False
        return True

    @property
    def _saved(self) -> Path:
        return self.directory / "saved"


def _file_name(name: str) -> str:
    """Return a name for one folder, whatever a sender put into an address."""
    quoted = quote(name, safe="@+ ")
    return quoted.replace(".", "%2E", 1) if quoted.startswith(".") else quoted
