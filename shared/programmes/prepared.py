"""What is worked out of a programme's terms once, and used for every claim."""

from collections.abc import Callable
from typing import Final, TypeVar

from shared.programmes.programme import ProgrammeVersion

_Made = TypeVar("_Made")
_MOST: Final = 1_000
"""So many versions are kept; a desk has a few, a test makes thousands."""


def prepared(make: Callable[[ProgrammeVersion], _Made]) -> Callable[[ProgrammeVersion], _Made]:
    """Work something out once for each version that is in use.

    A version is told by its identity: its terms never change, and comparing them would cost more
    than working it out again.
    """
    known: dict[int, tuple[ProgrammeVersion, _Made]] = {}

    def of(version: ProgrammeVersion) -> _Made:
        found = known.get(id(version))
        if found is None:
            if len(known) >= _MOST:
                known.clear()
            # The version is kept beside it, so that no other object gets its id.
            found = known[id(version)] = version, make(version)
        return found[1]

    return of
