"""`python -m shared.publishing`: write `contract/`; with `--check` only say what differs."""

import sys

from shared.publishing.files import stale, write


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` name those that are not current; 1 if there are any."""
    if "--check" not in arguments:
        write()
        return 0
    names = stale()
    for name in names:
        sys.stderr.write(f"contract/{name} is not current: run `make contract`\n")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
