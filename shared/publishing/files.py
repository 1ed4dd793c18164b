"""Everything in `contract/` that is made from the models, and what of it is not current."""

from collections.abc import Iterator
from pathlib import Path

from shared.contract.catalogue import EVENT_TYPES
from shared.programmes.schema import desk_schema, programme_schema
from shared.publishing import FOLDER
from shared.publishing.asyncapi import asyncapi
from shared.publishing.changelog import changelogs
from shared.publishing.page import page
from shared.publishing.released import RELEASED, pretty, releases
from shared.publishing.schemas import event_example, event_schema


def files(folder: Path = FOLDER) -> Iterator[tuple[Path, str]]:
    """Every generated file: its place below the folder and its text."""
    for name, event in EVENT_TYPES.items():
        yield Path("schemas") / f"{name}.json", pretty(event_schema(event))
        yield Path("examples") / f"{name}.json", pretty(event_example(event))
    yield Path("asyncapi.yaml"), asyncapi()
    for name, text in changelogs(releases(folder)):
        yield Path("changelog") / f"{name}.md", text
    yield Path("index.html"), page()
    yield Path("programme.schema.json"), pretty(programme_schema())
    yield Path("desk.schema.json"), pretty(desk_schema())


def stale(folder: Path = FOLDER) -> list[str]:
    """What in the folder is not as the models say: missing, different or left over."""
    wanted = dict(files(folder))
    there = set(_there(folder))
    differing = {
        path
        for path, content in wanted.items()
        if path in there and (folder / path).read_text(encoding="utf-8") != content
    }
    return sorted(str(path) for path in differing | (wanted.keys() ^ there))


def write(folder: Path = FOLDER) -> None:
    """Write every file and remove what no event has any more."""
    wanted = dict(files(folder))
    for path in _there(folder):
        if path not in wanted:
            (folder / path).unlink()
    for path, content in wanted.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")


def _there(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*.*"):
        if RELEASED not in (below := path.relative_to(folder)).parents:
            yield below
