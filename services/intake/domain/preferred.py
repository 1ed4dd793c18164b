"""Which of the desk's languages a browser or program asks for (RFC 9110 §12.5.4)."""

import re
from typing import Final

from shared.contract.contacts import Language

_RANGE: Final = re.compile(
    r"^([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]+)?(?:\s*;\s*q=([01](?:\.\d{1,3})?))?$"
)


def preferred_language(accept: str | None) -> Language:
    """The language with the highest weight in an `Accept-Language` header; German if none."""
    best, weight = Language.GERMAN, 0.0
    for part in (accept or "")[:500].split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None or match[1].lower() not in set(Language):
            continue
        wanted = float(match[2] or 1)
        if wanted > weight:
            best, weight = Language(match[1].lower()), wanted
    return best
