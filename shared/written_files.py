"""Reads YAML and JSON that people write: exact numbers, no key twice, mistakes with places."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from shared.errors import DeskError

Place = tuple[str | int, ...]
"""The way to something in a file: the keys and indices that lead there."""

_JSON: Final = ".json"


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing that is wrong in a file, and where: `file:line:column: place: what`."""

    path: Path
    line: int
    column: int
    place: str
    said: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.place}: {self.said}"


class WrittenFileError(DeskError, ValueError):
    """A file that can't be used; the text names every mistake with its place.

    Attributes:
        mistakes: Those of them that have a place.
    """

    def __init__(self, *said: Mistake | str) -> None:
        super().__init__("\n".join(dict.fromkeys(map(str, said))))
        self.mistakes = tuple(each for each in said if isinstance(each, Mistake))


class WrittenFile:
    """A YAML or JSON file that holds fields, with the place of everything in it.

    Args:
        path: The file; what ends in `.json` must be JSON.
        refuse: The error to raise.
        purpose: What such a file holds, for the error's text.

    Attributes:
        root: The file's nodes, with their places.
        content: What it holds.

    Raises:
        WrittenFileError: As `refuse`: it can't be read, is no mapping, or has the same key twice.
    """

    def __init__(
        self,
        path: Path,
        refuse: type[WrittenFileError] = WrittenFileError,
        purpose: str = "the file holds fields, such as `name: value`",
    ) -> None:
        self.path = path
        self._refuse = refuse
        try:
            text = path.read_text(encoding="utf-8")
            self.root = _nodes(text, path)
            self._only_fields(purpose)
            self.content: dict[str, Any] = _values(text, path)
        except WrittenFileError:
            raise
        except OSError as error:
            msg = f"{path}: can't be read: {error.strerror or error}"
            raise refuse(msg) from error
        except yaml.MarkedYAMLError as error:
            raise refuse(_unreadable(path, error)) from error
        except UnicodeDecodeError as error:
            msg = f"{path}: is no text in UTF-8"
            raise refuse(msg) from error
        except RecursionError as error:
            msg = f"{path}: lists or fields stand in each other too deeply to be read"
            raise refuse(msg) from error
        except (yaml.YAMLError, ValueError) as error:
            msg = f"{path}: {error}"
            raise refuse(msg) from error

    def error(self, place: Place, message: str) -> WrittenFileError:
        """An error at a place of the file."""
        return self._refuse(self.line(place, message))

    def line(self, place: Place, message: str) -> str:
        """What is wrong at a place: `file:line:column: place: message`."""
        return str(self.mistake(place, message))

    def mistake(self, place: Place, message: str) -> Mistake:
        """What is wrong at a place."""
        return Mistake(self.path, *self.position(place), named(place), message)

    def position(self, place: Place) -> tuple[int, int]:
        """Line and column of a place, or of the deepest part of it that the file has."""
        node: yaml.Node = self.root
        mark = node.start_mark
        for part in place:
            if isinstance(node, yaml.MappingNode):
                pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
                if pair is None:
                    break
                mark, node = pair[0].start_mark, pair[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                if part >= len(node.value):
                    break
                node = node.value[part]
                mark = node.start_mark
            else:
                break
        return mark.line + 1, mark.column + 1

    def _only_fields(self, purpose: str) -> None:
        """Refuse what is no mapping, and a key twice, which YAML libraries pass over in silence."""
        if not isinstance(self.root, yaml.MappingNode):
            msg = f"{self.path}: {purpose}"
            raise self._refuse(msg)
        twice = [
            Mistake(
                self.path,
                key.start_mark.line + 1,
                key.start_mark.column + 1,
                key.value,
                "the same field twice",
            )
            for mapping in _mappings(self.root, set())
            for key in _repeated(mapping)
        ]
        if twice:
            raise self._refuse(*twice)


def values_in(path: Path) -> Any:
    """What a YAML or JSON file holds, for whoever needs no places in it; None if nothing.

    Raises:
        WrittenFileError: It can't be read.
    """
    try:
        return _values(path.read_text(encoding="utf-8"), path)
    except OSError as error:
        msg = f"{path} can't be read: {error.strerror or error}"
        raise WrittenFileError(msg) from error
    except RecursionError as error:
        msg = f"{path} can't be read: lists or fields stand in each other too deeply"
        raise WrittenFileError(msg) from error
    except (yaml.YAMLError, ValueError) as error:
        msg = f"{path} can't be read: it is no valid YAML or JSON: {error}"
        raise WrittenFileError(msg) from error


def mistakes_of(error: ValidationError) -> Iterator[tuple[Place, str]]:
    """Where and what a model found wrong, without quoting what was written.

    A check of several values may name the place of each mistake below its own, as `mistakes` in
    the context of its error.
    """
    for mistake in error.errors(include_url=False, include_input=False):
        place = mistake["loc"]
        for below, said in mistake.get("ctx", {}).get("mistakes", [((), mistake["msg"])]):
            yield (*place, *below), said


def named(place: Place) -> str:
    """A place in words: `versions.0.clocks`."""
    return ".".join(map(str, place)) or "file"


class _ExactLoader(yaml.SafeLoader):
    """Reads decimal fractions as they are written: money is never a float."""


def _as_written(loader: yaml.SafeLoader, node: yaml.Node) -> str:
    assert isinstance(node, yaml.ScalarNode)
    return str(loader.construct_scalar(node))


def _day_or_as_written(loader: yaml.SafeLoader, node: yaml.Node) -> object:
    """A day; one that no month has stays text, so that its model says where it stands."""
    assert isinstance(node, yaml.ScalarNode)
    with contextlib.suppress(ValueError):
        day: object = loader.construct_yaml_timestamp(node)
        return day if isinstance(day, date) else node.value
    return node.value


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _as_written)
_ExactLoader.add_constructor("tag:yaml.org,2002:timestamp", _day_or_as_written)


def _nodes(text: str, path: Path) -> yaml.Node:
    # JSON may be indented with tabs, which YAML forbids; inside its texts there can't be any.
    composed = yaml.compose(
        text.replace("\t", " ") if path.suffix.lower() == _JSON else text, _ExactLoader
    )
    return composed if composed is not None else yaml.ScalarNode("", "")


def _values(text: str, path: Path) -> Any:
    if path.suffix.lower() == _JSON:
        return json.loads(text, parse_float=str)
    return yaml.load(text, _ExactLoader)  # noqa: S506 - a SafeLoader


def _mappings(node: yaml.Node, seen: set[int]) -> Iterator[yaml.MappingNode]:
    """Every mapping of a file once, however often an alias names it."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value, seen)


def _repeated(mapping: yaml.MappingNode) -> Iterator[yaml.ScalarNode]:
    seen: set[str] = set()
    for key, _ in mapping.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                yield key
            seen.add(key.value)


def _unreadable(path: Path, error: yaml.MarkedYAMLError) -> Mistake | str:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"{path}: {error}"
    said = f"this is no valid {'JSON' if path.suffix.lower() == _JSON else 'YAML'}"
    if error.problem:
        said += f": {error.problem}"
    return Mistake(path, mark.line + 1, mark.column + 1, "file", said)
