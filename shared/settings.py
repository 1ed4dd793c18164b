"""What every service is told by its environment (`CLAIMSDESK_…`); nothing else reads it."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """The settings that all services share; a service adds its own in a subclass."""

    model_config = SettingsConfigDict(env_prefix="CLAIMSDESK_", extra="ignore")

    kafka: str = "127.0.0.1:9092"
    """Bootstrap servers, `host:port`, comma-separated."""
    database_url: str
    """SQLAlchemy URL: `postgresql+asyncpg://…` or `sqlite+aiosqlite:///…`."""
    http_host: str = "127.0.0.1"
    http_port: int = 8000
    jwks_file: Path
    """Public keys (JSON Web Key Set) that sign the tokens of people and systems."""
    documents_dir: Path
    """Folder of the document store."""
    programmes_dir: Path | None = None
    """Folder with programmes; the shipped ones if absent."""
    log_format: Literal["console", "json"] = "console"
    batch_records: int = 1000
    """Most records of one partition that are handled in one transaction."""

    @property
    def form_limit_bytes(self) -> int:
        """Most bytes of a request with files; a service that takes any says how much more."""
        return 2_000_000
