"""Puts intake together: its frame, programmes, document store and edges."""

import asyncio
from dataclasses import dataclass, field

from services.intake import store
from services.intake.adapters.scans import ScanReader
from services.intake.settings import Settings
from shared.documents import DocumentStore
from shared.programmes import Programmes, load_programmes
from shared.service import DeskService


@dataclass(frozen=True, slots=True)
class App:
    """What intake's agents, loops and API need.

    Attributes:
        to_examine: Set when something waits to be read, or what it waits for may have arrived.
    """

    service: DeskService
    settings: Settings
    programmes: Programmes
    documents: DocumentStore
    scans: ScanReader
    to_examine: asyncio.Event = field(default_factory=asyncio.Event)


def build(settings: Settings) -> App:
    """Intake as the environment says."""
    return App(
        DeskService("intake", settings, store.metadata),
        settings,
        load_programmes(settings.programmes_dir),
        DocumentStore(settings.documents_dir),
        ScanReader(settings.ocr_timeout_seconds),
    )
