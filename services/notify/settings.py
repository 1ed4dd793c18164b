"""What notify is told by its environment."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

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
    """Folder that the print provider empties."""
    desk_address: Annotated[str, AfterValidator(_address)]
    """The desk's own address: sender of every mail, and where answers go."""
    notice_key: Annotated[SecretStr, Field(min_length=1)]
    """Secret that intake and notify share; it proves that a Message-ID is one of ours."""
    answers_per_day: Annotated[int, Field(ge=0)] = 10
    """So many answers that no person decided go to one recipient on one day; what is over waits
    for a person. It ends a loop with a machine that we took for a client."""
    letterheads_file: Path | None = None
    """Names and addresses of the offices that write; the shipped examples if absent."""
