"""Who writes: the office whose name, address and telephone number stand on a notice."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letterhead:
    """An insurer or agency as it stands on its letters and under its mails."""

    name: str
    unit: str
    street: str
    town: str
    phone: str
    email: str
    footer: tuple[str, ...]
    logo: str = ""
    """The file of its logo (PNG), beside the file of the letterheads; none if empty."""


def letterhead_of(programme: str | None, letterheads: Mapping[str, Letterhead]) -> Letterhead:
    """The letterhead of a programme, or the desk's own."""
    return letterheads.get(programme or "default", letterheads["default"])
