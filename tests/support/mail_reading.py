"""Mails read to the end without a desk: what intake knows of them from their bytes."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from services.intake.adapters.scans import ScanReader
from services.intake.parsing import Parsed, Parser
from services.intake.reading import ReadMail, read_mail
from services.intake.settings import Settings
from shared.programmes import load_programmes

AUTHSERV_ID: Final = "mail.claimsdesk.example"
NOTICE_KEY: Final = "a secret of the test"
_SETTINGS = Settings(
    kafka="127.0.0.1:1",
    database_url="sqlite+aiosqlite://",
    jwks_file=Path("jwks.json"),
    documents_dir=Path("documents"),
    notice_key=NOTICE_KEY,
    authserv_id=AUTHSERV_ID,
)
_SCANS = ScanReader(30)


async def read(raw: bytes) -> ReadMail:
    """Read a mail as intake does when it fetches it."""
    return await read_mail(raw, _SETTINGS, _SCANS)


async def parsed_mail(raw: bytes) -> Parsed:
    """What a mail becomes at a desk that knows nobody."""
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    return await Parser(_SETTINGS, load_programmes(), _SCANS).mail(raw, at)
