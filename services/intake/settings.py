"""What intake is told by its environment."""

from pathlib import Path

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where the mailbox is, whom intake trusts, and how long it waits."""

    imap_host: str = "127.0.0.1"
    imap_port: int = 143
    imap_user: str = ""
    imap_password: SecretStr = SecretStr("")
    imap_tls: bool = True
    authserv_id: str = "mail.claimsdesk.example"
    """The mail server whose Authentication-Results are trusted; it has to remove foreign ones."""
    desk_address: str = "claims@claimsdesk.example"
    notice_key: SecretStr = Field(default=SecretStr(""))
    """Secret of the Message-IDs of our notices, shared with notify."""
    reference_wait_seconds: float = 5.0
    """How long a reference to something not seen yet is tried again."""
    mail_limit_bytes: int = 40_000_000
    """A larger mail goes to a person without being read in; 25 MB of attachments are 34 as mail."""
    upload_limit_bytes: int = 25_000_000
    """For one file: a letter, or a document of a client's system."""
    claim_limit_bytes: int = 60_000_000
    """For one claim of a client's system, with all its documents."""
    ocr_timeout_seconds: float = 120.0
    """For one page."""
    scan_folder: Path | None = None
    """Where the scan station puts letters; none: nothing is watched."""
    scan_settle_seconds: float = 3.0
    """A file that did not change for so long is complete."""
    scan_limit_bytes: int = 200_000_000
    """For one file of the scan station, which may hold a whole day's letters."""
    clamd: str = Field(default="", pattern=r"^(/.+|.+:\d{1,5}|)$")
    """ClamAV's daemon, `host:port` or the path of its socket; empty: no virus scanner."""
    clamd_timeout_seconds: float = 60.0
    clamd_largest_bytes: int = 100_000_000
    """Its `StreamMaxLength`; what is larger can't be checked and is never served."""

    @property
    def form_limit_bytes(self) -> int:
        """Files and some more, so that what is a little too large is told by its own name."""
        return max(self.claim_limit_bytes, self.upload_limit_bytes) + 10_000_000
