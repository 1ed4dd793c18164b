"""`python -m deploy.local.fetch`: fill the cache, so that a desk can start without a network."""

import sys

from deploy.local.errors import LocalDeskError
from deploy.local.runtime import fetch_all

_said: set[str] = set()


def _say_once(what: str, done: int, total: int) -> None:
    if what not in _said:
        _said.add(what)
        print(f"fetching {what} ({(total - done) // 1_000_000} MB) …", flush=True)


def main() -> int:
    """Fetch what is missing; 1 with a message if that fails."""
    try:
        fetch_all(progress=_say_once)
    except LocalDeskError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
