"""What intake is told by its environment."""

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
    upload_limit_bytes: int = 25_000_000
    ocr_timeout_seconds: float = 120.0
    """For one page."""
