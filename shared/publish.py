"""Writes the contract for those who have no code of ours, and the schemas of what people write.

A JSON Schema and an example per event, and the schemas of programme files. `python -m
shared.publish` writes `contract/`; with `--check` it only says what differs.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from shared.contract.catalogue import EVENT_TYPES, TOPICS_OF
from shared.contract.examples import EXAMPLES
from shared.programmes.schema import desk_schema, programme_schema

FOLDER = Path(__file__).parents[1] / "contract"


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file: its place below `contract/` and its text."""
    for name, event in EVENT_TYPES.items():
        topics = TOPICS_OF[name]
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:claimsdesk:{name}",
            **event.body.model_json_schema(mode="serialization"),
            "x-topics": [topic.name for topic in topics],
            "x-key": event.key_field,
            "x-owners": sorted({topic.owner for topic in topics}),
            "x-audience": topics[0].audience.value,
            "x-compatibility": "forward: a field may be added as optional, nothing else changes",
            "x-personal-data": event.personal_data,
        }
        yield Path("schemas") / f"{name}.json", _pretty(schema)
        example = EXAMPLES[event.body].model_dump(mode="json", exclude_none=True)
        yield Path("examples") / f"{name}.json", _pretty(example)
    yield Path("programme.schema.json"), _pretty(programme_schema())
    yield Path("desk.schema.json"), _pretty(desk_schema())


def stale() -> list[str]:
    """What in `contract/` is not as the models say: missing, different or left over."""
    wanted = dict(files())
    there = {path.relative_to(FOLDER) for path in FOLDER.rglob("*.json")}
    differing = {
        path
        for path, content in wanted.items()
        if path in there and (FOLDER / path).read_text(encoding="utf-8") != content
    }
    return sorted(str(path) for path in differing | (wanted.keys() ^ there))


def write() -> None:
    """Write every file and remove what no event has any more."""
    wanted = dict(files())
    for path in FOLDER.rglob("*.json"):
        if path.relative_to(FOLDER) not in wanted:
            path.unlink()
    for path, content in wanted.items():
        target = FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


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
