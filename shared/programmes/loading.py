"""Reads programme files: exact numbers, no key twice, errors with file, line and column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from shared.errors import DeskError
from shared.programmes.models import DeskRules, Programme, ProgrammeVersion

SHIPPED: Final = Path(__file__).parent / "data"
DESK_FILE: Final = "desk.yaml"
_COMMON: Final = ("code", "kind", "names")
"""What a programme says once for all its versions."""

_Place = tuple[str | int, ...]
_Model = TypeVar("_Model", bound=BaseModel)


class ProgrammeError(DeskError, ValueError):
    """Programme files that can't be used; the text names every mistake with its place."""


@dataclass(frozen=True, slots=True)
class Programmes:
    """All programmes of the desk, and the rules that hold beside them."""

    desk: DeskRules
    by_code: Mapping[str, Programme]

    def version_on(self, code: str, day: date) -> ProgrammeVersion | None:
        """The terms of a programme on a day; None when the programme or a version is unknown."""
        programme = self.by_code.get(code)
        return programme.version_on(day) if programme else None

    def version(self, code: str, version: str) -> ProgrammeVersion | None:
        """A version by its name, as a case file carries it."""
        programme = self.by_code.get(code)
        versions = programme.versions if programme else ()
        return next((each for each in versions if each.version == version), None)

    def benefit_keywords(self, day: date) -> dict[str, tuple[str, ...]]:
        """For each benefit that some programme has on a day, the words that tell of it."""
        words: dict[str, tuple[str, ...]] = {}
        for programme in self.by_code.values():
            version = programme.version_on(day)
            for code, benefit in version.benefits.items() if version else ():
                words[code] = (*words.get(code, ()), *benefit.keywords.de, *benefit.keywords.en)
        return words


def load_programmes(directory: Path | None = None) -> Programmes:
    """Read `desk.yaml` and every programme beside it.

    Args:
        directory: Where the files are; the shipped examples if None. Without a `desk.yaml` of its
            own, the shipped one holds.

    Raises:
        ProgrammeError: A file can't be read or says something impossible.
    """
    folder = directory or SHIPPED
    desk_file = folder / DESK_FILE
    if not desk_file.exists():
        desk_file = SHIPPED / DESK_FILE
    desk = _File(desk_file).build(DeskRules, {})
    by_code: dict[str, Programme] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == DESK_FILE:
            continue
        programme = _programme(path, desk)
        if programme.code in by_code:
            message = f"{path}: programme {programme.code!r} is in another file already"
            raise ProgrammeError(message)
        by_code[programme.code] = programme
    if not by_code:
        message = f"{folder}: no programme here; a programme is one .yaml file"
        raise ProgrammeError(message)
    return Programmes(desk, by_code)


def _programme(path: Path, desk: DeskRules) -> Programme:
    """One programme, its versions completed with what the file and the desk say for all."""
    file = _File(path)
    common = {key: file.value(key) for key in _COMMON if key in file.content}
    versions = file.value("versions")
    if not isinstance(versions, list) or not versions:
        raise file.error(("versions",), "`versions` is a list with at least one version")
    completed: list[Any] = []
    for version in versions:
        if not isinstance(version, dict):
            completed.append(version)
            continue
        own_reasons = version.get("reasons") or {}
        completed.append(
            {
                "answer_days": desk.answer_days,
                **common,
                **version,
                "clocks": _clocks(desk, version.get("clocks", [])),
                "reasons": {**desk.reasons, **own_reasons}
                if isinstance(own_reasons, dict)
                else own_reasons,
            }
        )
    unknown = file.content.keys() - {*_COMMON, "versions"}
    if unknown:
        place = (min(map(str, unknown)),)
        raise file.error(place, "no such field of a programme")
    return file.build(Programme, {"code": common.get("code"), "versions": completed})


def _clocks(desk: DeskRules, own: Any) -> Any:
    """The desk's clocks and the programme's; one of the same kind replaces the desk's."""
    if not isinstance(own, list):
        return own
    kinds = {clock.get("kind") for clock in own if isinstance(clock, dict)}
    return [*(clock for clock in desk.clocks if clock.kind not in kinds), *own]


class _File:
    """A YAML file, with the place of everything in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open(encoding="utf-8") as stream:
                loader = _ExactLoader(stream)
                try:
                    root = loader.get_single_node()
                    if not isinstance(root, yaml.MappingNode):
                        message = f"{path}: a programme file holds fields, such as `code: travel`"
                        raise ProgrammeError(message)
                    self.root = root
                    self._no_key_twice()
                    self.content: dict[str, Any] = loader.construct_document(root)
                finally:
                    loader.dispose()
        except yaml.YAMLError as error:
            message = f"{path}: {error}"
            raise ProgrammeError(message) from error
        except (OSError, UnicodeDecodeError) as error:
            message = f"{path}: can't be read: {error}"
            raise ProgrammeError(message) from error

    def value(self, key: str) -> Any:
        """A field of the file, None if absent."""
        return self.content.get(key)

    def build(self, model: type[_Model], values: dict[str, Any]) -> _Model:
        """The model of the file.

        Raises:
            ProgrammeError: It names every mistake with its line and column.
        """
        try:
            return model.model_validate(values or self.content)
        except ValidationError as error:
            mistakes = sorted(
                (*self._position(place), _named(place), mistake["msg"])
                for mistake in error.errors(include_url=False, include_input=False)
                for place in [self._origin(mistake["loc"])]
            )
            lines = [f"{self.path}:{row}:{col}: {name}: {msg}" for row, col, name, msg in mistakes]
            raise ProgrammeError("\n".join(dict.fromkeys(lines))) from None

    def error(self, place: _Place, message: str) -> ProgrammeError:
        """An error at a place of the file."""
        row, column = self._position(place)
        return ProgrammeError(f"{self.path}:{row}:{column}: {_named(place)}: {message}")

    def _origin(self, place: _Place) -> _Place:
        """Where the author wrote it: what a version has from its programme stands at the top."""
        inherited = place[2:]
        if place[:1] != ("versions",) or not inherited or inherited[0] not in self.content:
            return place
        return inherited

    def _position(self, place: _Place) -> tuple[int, int]:
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

    def _no_key_twice(self) -> None:
        """Refuse a mapping with the same key twice, which YAML libraries pass over in silence."""
        for mapping in _mappings(self.root):
            seen: set[str] = set()
            for key, _ in mapping.value:
                if key.value in seen:
                    mark = key.start_mark
                    message = (
                        f"{self.path}:{mark.line + 1}:{mark.column + 1}: "
                        f"{key.value}: the same field twice"
                    )
                    raise ProgrammeError(message)
                seen.add(key.value)


class _ExactLoader(yaml.SafeLoader):
    """Reads decimal fractions as they are written: money is never a float."""


def _as_written(loader: yaml.SafeLoader, node: yaml.Node) -> str:
    assert isinstance(node, yaml.ScalarNode)
    return str(loader.construct_scalar(node))


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _as_written)


def _mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value)


def _named(place: _Place) -> str:
    return ".".join(map(str, place)) or "file"
