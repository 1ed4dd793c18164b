"""Our own words around the facts, and what is missing when they can't be said."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contract.contacts import Language


class ContentMissing(ValueError):
    """The case file does not hold what this notice has to say; a person must look."""


@dataclass(frozen=True, slots=True)
class Words:
    """Our own words around the facts, in one language (`templates/words.yaml`)."""

    language: Language
    salutation: str
    closing: str
    hint: str
    amount_heads: tuple[str, str, str]
    total: str
    adjusted: str
    steps: Mapping[str, str]
    labels: Mapping[str, str]
    departments: Mapping[str, str]
    enclosures: Mapping[str, str]
    reply: Mapping[str, str]
    """The words of the reply sheet."""
