"""Puts review together: its frame and the programmes it decides by."""

from dataclasses import dataclass

from services.review import store
from services.review.settings import Settings
from shared.programmes import Programmes, load_programmes
from shared.service import DeskService


@dataclass(frozen=True, slots=True)
class App:
    """What review's agents and API need."""

    service: DeskService
    programmes: Programmes


def build(settings: Settings) -> App:
    """Review as the environment says."""
    service = DeskService("review", settings, store.metadata)
    return App(service, load_programmes(settings.programmes_dir))
