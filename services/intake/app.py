"""Puts intake together: its frame, programmes, document store and edges."""

import asyncio
from dataclasses import dataclass, field

from services.intake import store
from services.intake.adapters.scans import ScanReader
from services.intake.adapters.virus_scanner import CheckedDocuments, Clamd
from services.intake.settings import Settings
from shared.programmes import Programmes, load_programmes
from shared.service import DeskService


class WakeUp:
    """An event with several waiters, each of which sees every call."""

    def __init__(self) -> None:
        self._waiters: list[asyncio.Event] = []

    def subscribe(self) -> asyncio.Event:
        """An event of the caller's own; it is set now, and at every call from now on."""
        event = asyncio.Event()
        event.set()
        self._waiters.append(event)
        return event

    def set(self) -> None:
        """Wake everybody."""
        for waiter in self._waiters:
            waiter.set()


@dataclass(frozen=True, slots=True)
class App:
    """What intake's agents, loops and API need.

    Attributes:
        to_examine: Set when something waits to be read, or what it waits for may have arrived.
    """

    service: DeskService
    settings: Settings
    programmes: Programmes
    documents: CheckedDocuments
    scans: ScanReader
    viruses: Clamd | None = None
    to_examine: WakeUp = field(default_factory=WakeUp)


def build(settings: Settings) -> App:
    """Intake as the environment says."""
    viruses = _virus_scanner(settings)
    return App(
        DeskService("intake", settings, store.metadata),
        settings,
        load_programmes(settings.programmes_dir),
        CheckedDocuments(settings.documents_dir, viruses),
        ScanReader(settings.ocr_timeout_seconds),
        viruses,
    )


def _virus_scanner(settings: Settings) -> Clamd | None:
    if not settings.clamd:
        return None
    return Clamd(settings.clamd, settings.clamd_timeout_seconds, settings.clamd_largest_bytes)
