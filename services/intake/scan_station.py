"""Letters from the scan station: every file of its folder, once."""

import asyncio
from typing import Final

import structlog

from services.intake.adapters.scan_folder import FAILED, PROCESSED, ScanFile, ScanFolder
from services.intake.app import App
from services.intake.domain.decoding import one_line
from services.intake.taking import letter_scan, take_scan, taken_before
from shared.database import is_temporary
from shared.errors import RuleViolation, TemporaryFault

log = structlog.get_logger(__name__)

OFF: Final = "off, CLAIMSDESK_SCAN_FOLDER is not set"
_PAUSE_SECONDS: Final = 1.0


class ScanStation:
    """Takes what lies in the folder, and says what is wrong when it can't."""

    def __init__(self, app: App, folder: ScanFolder) -> None:
        self._app = app
        self._folder = folder
        self.problem: str | None = None

    async def run(self) -> None:
        """Take files until cancelled; whatever is away is waited for."""
        while True:
            try:
                problem = await self._round()
            except Exception as error:
                problem = _told(error)
            if problem is not None and problem != self.problem:
                log.warning("scans wait in their folder, trying again", problem=problem)
            self.problem = problem
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _round(self) -> str | None:
        """Take every complete file; what went wrong with the last one that could not be taken."""
        problem = None
        for file in await asyncio.to_thread(self._folder.complete):
            try:
                await self._take(file)
            except OSError as error:
                # One file that can't be read or moved holds up no other.
                problem = _told(error)
        return problem

    async def _take(self, file: ScanFile) -> None:
        if not await taken_before(self._app, file.place):
            limit = self._app.settings.scan_limit_bytes
            data = await asyncio.to_thread(self._folder.read, file, limit)
            if data is None:
                return
            try:
                scan = letter_scan(data, one_line(file.path.name, 200), limit)
            except RuleViolation as refusal:
                log.warning("a file in the scan folder is no letter", reason=refusal.code)
                await asyncio.to_thread(self._folder.move, file, FAILED, str(refusal))
                return
            row = await take_scan(self._app, scan, place=file.place, scanned_at=file.changed_at)
            log.info("letter from the scan station", received_id=row.received_id)
        await asyncio.to_thread(self._folder.move, file, PROCESSED)


def _told(error: Exception) -> str:
    """What a fault that passes means for the scans; any other one is raised again."""
    if isinstance(error, OSError):
        return f"the scan folder can't be read or written: {error.strerror or type(error).__name__}"
    if isinstance(error, TemporaryFault):
        return f"{error}; scans wait in their folder"
    if is_temporary(error):
        return "the database is away; scans wait in their folder"
    raise error
