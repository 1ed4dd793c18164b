"""`python -m shared.publishing`: write `contract/`, hold it against its releases, release it.

Without arguments the files are written. `--check` says which are not current and what a released
version forbids. `--release NOTE` releases what changed since the last time.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from shared.publishing import FOLDER
from shared.publishing.files import stale, write
from shared.publishing.released import release, releases, schemas_of_today, violations


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Do what was asked for; 1 with a message if something is wrong."""
    if arguments[:1] == ["--release"]:
        return _release(" ".join(arguments[1:]), folder)
    if "--check" in arguments:
        return _check(folder)
    write(folder)
    return 0


def _check(folder: Path) -> int:
    broken = violations(releases(folder), schemas_of_today())
    for violation in broken:
        sys.stderr.write(f"contract: {violation}\n")
    if broken:
        sys.stderr.write("contract: add a new event type beside the old one instead\n")
    names = stale(folder)
    for name in names:
        sys.stderr.write(f"contract/{name} is not current: run `make contract`\n")
    return 1 if names or broken else 0


def _release(note: str, folder: Path) -> int:
    day = datetime.now(UTC).date().isoformat()  # noqa: TID251
    try:
        new = release(day, note, folder)
    except ValueError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    write(folder)
    for one in new:
        sys.stdout.write(f"{one.event}: released version {one.number}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
