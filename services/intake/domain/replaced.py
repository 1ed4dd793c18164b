"""Whether a text calls a value the old one, which the client gave up."""

import re

_OLD = re.compile(
    r"\b(?:alt(?:e[nrsm]?)?|bisherige[nrs]?|frühere[nrs]?|old|previous|former)\b", re.IGNORECASE
)
_NEW = re.compile(r"\b(?:neu(?:e[nrsm]?)?|new|ab sofort|künftig|jetzt|nun|now)\b", re.IGNORECASE)
_REACH = 60


def is_replaced(before: str) -> bool:
    """Say whether the words before a value call it old, and not new.

    Args:
        before: The text up to the value.
    """
    near = before[-_REACH:]
    old = [match.end() for match in _OLD.finditer(near)]
    new = [match.end() for match in _NEW.finditer(near)]
    return bool(old) and (not new or max(new) < max(old))
