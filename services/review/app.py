"""Puts review together: its frame and the programmes it decides by."""

from dataclasses import dataclass
from datetime import timedelta

from services.review import store
from services.review.settings import Settings
from shared.programmes import Programmes, load_programmes
from shared.service import DeskService


@dataclass(frozen=True, slots=True)
class App:
    """What review's agents and API need.

    Attributes:
        unknown_policy_wait: So long a contact waits for a policy that is not known yet.
    """

    service: DeskService
    programmes: Programmes
    unknown_policy_wait: timedelta


def build(settings: Settings) -> App:
    """Review as the environment says."""
    service = DeskService("review", settings, store.metadata)
    wait = timedelta(seconds=settings.unknown_policy_wait_seconds)
    return App(service, load_programmes(settings.programmes_dir), wait)
