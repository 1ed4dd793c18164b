"""What notify is told by its environment."""

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from services.notify.domain.channel import usable_email
from shared.settings import ServiceSettings


def _address(address: str) -> str:
    if not usable_email(address):
        raise ValueError("no usable email address")
    return address


class Settings(ServiceSettings):
    """The mail server, the print spool and the desk's own address."""

    smtp_host: str
    smtp_port: int
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_connections: Annotated[int, Field(ge=1, le=64)] = 4
    smtp_timeout: Annotated[float, Field(gt=0)] = 60.0
    """Seconds that the mail server may take for one answer."""
    spool_dir: Path
    """Folder that the print provider empties; its reports come in `reports/` in it."""
    print_cutoffs: tuple[time, ...] = (time(16),)
    """Times of day at which a batch is closed, on the desk's working days."""
    print_close_after: timedelta | None = None
    """A batch is also closed when its first letter is this old."""
    print_posting: Literal["reported", "hand_over"] = "reported"
    """When a letter counts as posted: when the provider reports it, or, with a provider that
    posts everything on the same day by contract, when its batch is handed over."""
    print_report_days: Annotated[int, Field(ge=1, le=60)] = 5
    """After so many days without a report a person asks the provider."""
    print_duplex: bool = True
    print_letters_per_batch: Annotated[int, Field(ge=1, le=10_000)] = 1000
    print_sftp_host: str | None = None
    """Batches go to this SFTP server instead of the folder."""
    print_sftp_port: Annotated[int, Field(ge=1, le=65535)] = 22
    print_sftp_user: str = "claimsdesk"
    print_sftp_folder: str = "."
    print_sftp_key_file: Path | None = None
    print_sftp_password: SecretStr | None = None
    print_sftp_known_hosts: Path | None = None
    """The server's host key, as OpenSSH keeps it; without it nothing is sent to a server."""
    desk_address: Annotated[str, AfterValidator(_address)]
    """The desk's own address: sender of every mail, and where answers go."""
    dkim_key_file: Path | None = None
    """Private RSA key (PEM) under which mails are signed for the desk address's domain."""
    dkim_selector: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,62}$")] = "claimsdesk"
    notice_key: Annotated[SecretStr, Field(min_length=1)]
    """Secret that intake and notify share; it proves that a Message-ID is one of ours."""
    answers_per_day: Annotated[int, Field(ge=0)] = 10
    """So many answers that no person decided go to one recipient on one day; what is over waits
    for a person. It ends a loop with a machine that we took for a client."""
    letterheads_file: Path | None = None
    """Names and addresses of the offices that write; the shipped examples if absent."""

    @model_validator(mode="after")
    def _server_is_known(self) -> Self:
        if self.print_sftp_host and self.print_sftp_known_hosts is None:
            raise ValueError("print_sftp_host needs print_sftp_known_hosts: its host key")
        return self
