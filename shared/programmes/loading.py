"""Reads programme files: exact numbers, no key twice, errors with file, line and column."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from shared.programmes.models import DeskRules
from shared.programmes.programme import Programme, ProgrammeVersion
from shared.written_files import Place, WrittenFile, WrittenFileError, mistakes_of, named

SHIPPED: Final = Path(__file__).parent / "data"
DESK_FILE: Final = "desk.yaml"
_COMMON: Final = ("code", "kind", "names")
"""What a programme says once for all its versions."""

_Model = TypeVar("_Model", bound=BaseModel)


class ProgrammeError(WrittenFileError):
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


class _File(WrittenFile):
    """A programme file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, ProgrammeError, "a programme file holds fields, such as `code: travel`"
        )

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
                (*self.position(place), named(place), said)
                for place, said in (
                    (self._origin(place), said) for place, said in mistakes_of(error)
                )
            )
            lines = [f"{self.path}:{row}:{col}: {name}: {msg}" for row, col, name, msg in mistakes]
            raise ProgrammeError("\n".join(dict.fromkeys(lines))) from None

    def _origin(self, place: Place) -> Place:
        """Where the author wrote it: what a version has from its programme stands at the top."""
        inherited = place[2:]
        if place[:1] != ("versions",) or not inherited or inherited[0] not in self.content:
            return place
        return inherited
