"""What changed from release to release of each event, in words, worked out from the schemas."""

from collections.abc import Iterator

from shared.contract.catalogue import EVENT_TYPES
from shared.publishing.fields import changes
from shared.publishing.released import Release, undated
from shared.publishing.schemas import Schema, event_schema


def changelogs(released: dict[str, list[Release]]) -> Iterator[tuple[str, str]]:
    """Each event's name and its changelog, the newest first."""
    for name, event in EVENT_TYPES.items():
        yield name, _changelog(name, event_schema(event), released.get(name, []))


def _changelog(name: str, today: Schema, versions: list[Release]) -> str:
    parts = [f"# {name}\n"]
    if not versions:
        parts.append("## Not released yet\n")
    elif undated(versions[-1].schema) != today:
        parts.append("## Not released yet\n\n" + _list(versions[-1].schema, today))
    for index in reversed(range(len(versions))):
        one = versions[index].schema
        head = f"## {versions[index].number} ({one['x-released-on']})\n\n"
        said = f"{one['x-released-because']}\n"
        listed = "\n" + _list(versions[index - 1].schema, one) if index else ""
        parts.append(head + said + listed)
    return "\n".join(parts)


def _list(before: Schema, after: Schema) -> str:
    told = changes(before, after) or ["Only words that explain it, or where it travels."]
    return "".join(f"- {one}\n" for one in told)
