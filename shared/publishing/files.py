"""Everything in `contract/` that is made from the models, and what of it is not current."""

import json
from collections.abc import Iterator
from pathlib import Path

from shared.contract.catalogue import EVENT_TYPES, EventType
from shared.contract.examples import EXAMPLES
from shared.programmes.schema import desk_schema, programme_schema
from shared.publishing import FOLDER
from shared.publishing.schemas import Schema, event_schema

RELEASED = Path("released")
"""Below `contract/`: what was released stands there unchanged."""


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file: its place below `contract/` and its text."""
    for name, event in EVENT_TYPES.items():
        yield Path("schemas") / f"{name}.json", pretty(event_schema(event))
        yield Path("examples") / f"{name}.json", pretty(event_example(event))
    yield Path("programme.schema.json"), pretty(programme_schema())
    yield Path("desk.schema.json"), pretty(desk_schema())


def event_example(event: EventType) -> Schema:
    """An event's example body as it travels: without what is not known."""
    return EXAMPLES[event.body].model_dump(mode="json", exclude_none=True)


def stale() -> list[str]:
    """What in `contract/` is not as the models say: missing, different or left over."""
    wanted = dict(files())
    there = set(_there())
    differing = {
        path
        for path, content in wanted.items()
        if path in there and (FOLDER / path).read_text(encoding="utf-8") != content
    }
    return sorted(str(path) for path in differing | (wanted.keys() ^ there))


def write() -> None:
    """Write every file and remove what no event has any more."""
    wanted = dict(files())
    for path in _there():
        if path not in wanted:
            (FOLDER / path).unlink()
    for path, content in wanted.items():
        target = FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")


def pretty(value: object) -> str:
    """JSON as it is committed."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _there() -> Iterator[Path]:
    for path in FOLDER.rglob("*.*"):
        if RELEASED not in (below := path.relative_to(FOLDER)).parents:
            yield below
