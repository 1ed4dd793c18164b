"""Reads programme files: exact numbers, no key twice, errors with file, line and column."""

from abc import ABC, abstractmethod
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from shared.plain_mistakes import meant, plain_mistakes
from shared.programmes.models import DeskRules
from shared.programmes.programme import Programme, ProgrammeVersion
from shared.written_files import Mistake, Place, WrittenFile, WrittenFileError

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

    def circumstances(self, day: date) -> frozenset[str]:
        """The circumstances that some programme excludes on a day."""
        versions = (programme.version_on(day) for programme in self.by_code.values())
        return frozenset[str]().union(*(each.circumstances() for each in versions if each))


def load_programmes(directory: Path | None = None) -> Programmes:
    """Read `desk.yaml` and every programme beside it.

    Args:
        directory: Where the files are; the shipped examples if None. Without a `desk.yaml` of its
            own, the shipped one holds.

    Raises:
        ProgrammeError: Files can't be read or say something impossible; it names every mistake of
            every file.
    """
    folder = directory or SHIPPED
    desk = read_desk(folder)
    by_code: dict[str, Programme] = {}
    wrong: list[Mistake | str] = []
    for path in programme_files(folder):
        try:
            file = ProgrammeFile(path, desk)
        except ProgrammeError as error:
            wrong += error.mistakes or [str(error)]
            continue
        code = file.programme.code
        if code in by_code:
            wrong.append(file.mistake(("code",), f"programme {code!r} is in another file already"))
        by_code[code] = file.programme
    if not by_code and not wrong:
        wrong.append(f"{folder}: no programme here; a programme is one .yaml file")
    if wrong:
        raise ProgrammeError(*wrong)
    return Programmes(desk, by_code)


def programme_files(folder: Path) -> list[Path]:
    """The files of a folder's programmes."""
    return [path for path in sorted(folder.glob("*.yaml")) if path.name != DESK_FILE]


def read_desk(folder: Path) -> DeskRules:
    """The desk's rules in a folder; the shipped ones if it has none of its own.

    Raises:
        ProgrammeError: They can't be read or say something impossible.
    """
    own = folder / DESK_FILE
    return DeskFile(own if own.exists() else SHIPPED / DESK_FILE).rules


class _File(WrittenFile, ABC):
    """A file that makes one model."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, ProgrammeError, "a programme file holds fields, such as `code: travel`"
        )

    def build(self, model: type[_Model], values: dict[str, Any], known: Container[str]) -> _Model:
        """The model of the file.

        Args:
            model: What it is.
            values: What it says, completed.
            known: The fields that the file itself may have.

        Raises:
            ProgrammeError: It names every mistake with its line and column.
        """
        wrong = [
            self.mistake((name,), f"no such field; {meant(name, self.fields)}")
            for name in map(str, self.content)
            if name not in known
        ]
        try:
            built = model.model_validate(values)
        except ValidationError as error:
            wrong += [
                self.mistake(self.origin(place), said)
                for place, said in plain_mistakes(error, model)
            ]
        if wrong:
            raise ProgrammeError(*sorted(set(wrong)))
        return built

    @property
    @abstractmethod
    def fields(self) -> tuple[str, ...]:
        """The fields at the top of the file."""

    def origin(self, place: Place) -> Place:
        """Where in the file its author wrote what stands at a place of the model."""
        return place


class DeskFile(_File):
    """`desk.yaml`, and the rules in it.

    Raises:
        ProgrammeError: It can't be read or says something impossible.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.rules = self.build(DeskRules, self.content, self.content)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields at the top of the file."""
        return tuple(DeskRules.model_fields)


class ProgrammeFile(_File):
    """A programme's file, and the programme in it, completed with what the desk says for all.

    Raises:
        ProgrammeError: It can't be read or says something impossible.
    """

    def __init__(self, path: Path, desk: DeskRules) -> None:
        super().__init__(path)
        self._desk = desk
        self._desks_clocks: dict[int, int] = {}
        common: dict[str, Any] = {key: self.content[key] for key in _COMMON if key in self.content}
        versions = self.content.get("versions")
        if not isinstance(versions, list) or not versions:
            raise self.error(("versions",), "`versions` is a list with at least one version")
        completed = [self._completed(at, version, common) for at, version in enumerate(versions)]
        values = {"code": common.get("code"), "versions": completed}
        self.programme = self.build(Programme, values, self.fields)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields at the top of the file."""
        return (*_COMMON, "versions")

    def _completed(self, index: int, version: Any, common: dict[str, Any]) -> Any:
        """A version with what the file and the desk say for all."""
        if not isinstance(version, dict):
            return version
        own_reasons = version.get("reasons") or {}
        clocks = version.get("clocks", [])
        if isinstance(clocks, list):
            kinds = {clock.get("kind") for clock in clocks if isinstance(clock, dict)}
            desks = [
                clock
                for clock in self._desk.clocks
                if clock.kind not in kinds and clock.only_for in (None, common.get("kind"))
            ]
            self._desks_clocks[index] = len(desks)
            clocks = [*desks, *clocks]
        return {
            "answer_days": self._desk.answer_days,
            **common,
            **version,
            "clocks": clocks,
            "reasons": {**self._desk.reasons, **own_reasons}
            if isinstance(own_reasons, dict)
            else own_reasons,
        }

    def origin(self, place: Place) -> Place:
        """Where the author wrote it: what a version has from its programme stands at the top.

        A version's own clocks come after those of the desk.
        """
        if place[:1] != ("versions",) or len(place) < 3:
            return place
        _, version, field, *further = place
        written = self.content["versions"][version]
        if field in self.content and not (isinstance(written, dict) and field in written):
            return (field, *further)
        if field == "clocks" and further and isinstance(further[0], int):
            assert isinstance(version, int)
            own = further[0] - self._desks_clocks.get(version, 0)
            return ("versions", version, "clocks", max(own, 0), *further[1:])
        return place
