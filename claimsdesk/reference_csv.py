"""Clients and policies from CSV, as spreadsheets write it: any usual delimiter, encoding and style.

A file of policies has a row for each version of a policy, the rows of one policy together; a file
of clients a row for each client. `docs/policies.md` shows the columns.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TextIO

from pydantic import ValidationError

from claimsdesk import csv_cells
from claimsdesk.csv_cells import CellError
from claimsdesk.policies import policy_mistakes
from shared.contract.base import Body
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.plain_mistakes import meant, plain_mistakes
from shared.written_files import Mistake

_DELIMITERS: Final = ";,\t|"
_ROW: Final = "row"
_DAYS: Final = frozenset({"valid_from", "valid_to"})
"""Of versions: without one of them nobody knows which versions overlap."""


_Read = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a CSV file may hold.

    Attributes:
        model: What its rows make.
        key: The column that says which of them belong together.
        once: Columns that are the same in all rows of one thing.
        repeated: Columns of each row, such as a policy's versions.
        section: Where the rows go in the model; empty if a row is the whole.
        needed: Columns without which nothing can be read.
    """

    model: type[Body]
    key: str
    once: Mapping[str, _Read]
    needed: Sequence[str]
    repeated: Mapping[str, _Read] = field(default_factory=dict)
    section: str = ""

    @property
    def columns(self) -> Mapping[str, _Read]:
        """All columns."""
        return {**self.once, **self.repeated}


POLICIES: Final = Kind(
    PolicyChanged,
    "policy_number",
    once={
        "policy_number": csv_cells.text,
        "programme": csv_cells.text,
        "holder_client_id": csv_cells.text,
        "currency": csv_cells.text,
        "cancelled_from": csv_cells.day,
        "first_premium_paid_on": csv_cells.day,
        "revision": csv_cells.number,
    },
    repeated={
        "valid_from": csv_cells.day,
        "valid_to": csv_cells.day,
        "sum_insured": csv_cells.amount,
        "insured_value": csv_cells.amount,
        "deductible": csv_cells.amount,
        "benefits": csv_cells.listed,
        "insured_clients": csv_cells.listed,
    },
    section="versions",
    needed=("policy_number", "programme", "holder_client_id", "valid_from"),
)
CLIENTS: Final = Kind(
    ClientChanged,
    "client_id",
    once={
        "client_id": csv_cells.text,
        "name": csv_cells.text,
        "salutation": csv_cells.text,
        "language": csv_cells.text,
        "emails": csv_cells.listed,
        "email_consent": csv_cells.yes_or_no,
        "phones": csv_cells.listed,
        "address": csv_cells.listed,
        "country": csv_cells.text,
        "date_of_birth": csv_cells.day,
        "confirmed_iban": csv_cells.text,
        "revision": csv_cells.number,
    },
    needed=("client_id", "name"),
)


@dataclass(slots=True)
class _Thing:
    """The rows of one policy or client so far."""

    line: int
    fields: dict[str, Any]
    rows: list[tuple[int, dict[str, Any]]]
    wrong: list[Mistake] = field(default_factory=list)


def read_csv(path: Path) -> Iterator[Body | list[Mistake]]:
    """Yield every client or policy of a file, or what is wrong with it; one after the other.

    Without a column `revision`, the revision is 0: whoever sends them knows the latest.

    Raises:
        OSError: The file can't be read.
    """
    with path.open(encoding=_encoding(path), newline="") as text:
        reader = _Reader(path, text)
        if reader.wrong:
            yield reader.wrong
            return
        yield from reader.things()


class _Reader:
    """Reads the rows of one file."""

    def __init__(self, path: Path, text: TextIO) -> None:
        self._path = path
        head = text.readline()
        delimiter = max(_DELIMITERS, key=head.count)
        self._header = [_column(name) for name in next(csv.reader([head], delimiter=delimiter), [])]
        self._rows = csv.reader(text, delimiter=delimiter, strict=True)
        self._kind = POLICIES if "policy_number" in self._header else CLIENTS
        self.wrong = list(self._wrong_header())

    def _wrong_header(self) -> Iterator[Mistake]:
        columns = self._kind.columns
        for number, name in enumerate(self._header, 1):
            if name not in columns:
                said = f"no such column; {meant(name, columns)}"
                yield Mistake(self._path, 1, number, name or "(no name)", said)
            if name in self._header[: number - 1]:
                yield Mistake(self._path, 1, number, name, "the same column twice")
        for name in self._kind.needed:
            if name not in self._header:
                yield Mistake(self._path, 1, 1, name, "this column is missing")

    def things(self) -> Iterator[Body | list[Mistake]]:
        """What the file holds, each once its last row was read."""
        thing: _Thing | None = None
        done: set[int] = set()
        for line, cells, wrong in self._lines():
            key = cells.get(self._kind.key)
            if thing is None or key is None or key != thing.fields.get(self._kind.key):
                if thing is not None:
                    yield self._finished(thing)
                thing = _Thing(line, cells, [])
                if key is not None and hash(key) in done:
                    said = f"{key} stands further up already: its rows belong together"
                    thing.wrong.append(self._mistake(line, self._kind.key, said))
                done.add(hash(key))
            thing.wrong += [*wrong, *self._contradictions(thing, line, cells)]
            thing.rows.append((line, cells))
        if thing is not None:
            yield self._finished(thing)

    def _lines(self) -> Iterator[tuple[int, dict[str, Any], list[Mistake]]]:
        """Each row's line, what its cells say, and what is wrong with them."""
        while True:
            line = self._rows.line_num + 2
            try:
                row = next(self._rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, {}, [Mistake(self._path, line, 1, _ROW, f"is no CSV: {error}")]
                return
            if not any(cell.strip() for cell in row):
                continue
            yield line, *self._cells(line, row)

    def _cells(self, line: int, row: Sequence[str]) -> tuple[dict[str, Any], list[Mistake]]:
        wrong: list[Mistake] = []
        if len(row) > len(self._header) and any(cell.strip() for cell in row[len(self._header) :]):
            said = f"the row has {len(row)} cells, the header {len(self._header)}"
            wrong.append(Mistake(self._path, line, len(self._header) + 1, _ROW, said))
        cells: dict[str, Any] = {}
        for name, cell in zip(self._header, row, strict=False):
            written = cell.strip()
            if not written:
                continue
            try:
                cells[name] = self._kind.columns[name](written)
            except CellError as error:
                wrong.append(self._mistake(line, name, str(error)))
                cells[name] = None
        return cells, wrong

    def _contradictions(self, thing: _Thing, line: int, cells: Mapping[str, Any]) -> list[Mistake]:
        return [
            self._mistake(line, name, f"says otherwise than line {thing.line}")
            for name in self._kind.once
            if None not in (said := cells.get(name), before := thing.fields.get(name))
            and said != before
        ]

    def _finished(self, thing: _Thing) -> Body | list[Mistake]:
        if any(mistake.place == _ROW for mistake in thing.wrong):
            return thing.wrong  # its cells may stand in other columns than they should
        values = self._values(thing)
        revision = values["revision"]
        try:
            # Who sends it gives the revision where the file has none.
            body = self._kind.model.model_validate({**values, "revision": revision or 1})
        except ValidationError as error:
            return self._with_unreadable(thing, plain_mistakes(error, self._kind.model))
        wrong = policy_mistakes(body) if isinstance(body, PolicyChanged) else ()
        if all_wrong := self._with_unreadable(thing, wrong):
            return all_wrong
        return body if revision else body.model_copy(update={"revision": 0})

    def _with_unreadable(
        self, thing: _Thing, found: Iterable[tuple[tuple[str | int, ...], str]]
    ) -> list[Mistake]:
        """All that is wrong: cells that can't be read, and what the others say wrongly."""
        unreadable = {(mistake.line, mistake.place) for mistake in thing.wrong}
        days_unknown = any(name in _DAYS for _, name in unreadable)
        told = list(found)
        # A row with a mistake does not count for the model: it would miss that one, too.
        rows_told = any(len(where) > 1 and where[0] == self._kind.section for where, _ in told)
        placed = [
            self._placed(thing, where, said)
            for where, said in told
            if not (rows_told and where == (self._kind.section,))
        ]
        further = [
            each
            for each in placed
            if (each.line, each.place) not in unreadable
            and not (days_unknown and each.place in _DAYS)
        ]
        return sorted([*thing.wrong, *further], key=lambda each: (each.line, each.column))

    def _values(self, thing: _Thing) -> dict[str, Any]:
        """What a thing's cells say, as its model wants it; None where a cell can't be read."""
        once = {name: value for name, value in thing.fields.items() if name in self._kind.once}
        values = {"revision": 0, **once}
        if self._kind.section:
            values[self._kind.section] = [
                {name: value for name, value in cells.items() if name in self._kind.repeated}
                for _, cells in thing.rows
            ]
        if "address" in values or "country" in values:
            address = {"lines": values.pop("address", [])}
            country = values.pop("country", None)
            values["postal_address"] = {**address, **({"country": country} if country else {})}
        return values

    def _placed(self, thing: _Thing, place: tuple[str | int, ...], said: str) -> Mistake:
        line, name = thing.line, str(place[0]) if place else self._kind.key
        if place[:1] == (self._kind.section,) and len(place) > 1:
            line = thing.rows[int(place[1])][0]
            name = str(place[2]) if len(place) > 2 else self._kind.key
        if name == "postal_address":
            name = "address" if "lines" in place else "country"
        return self._mistake(line, name, said)

    def _mistake(self, line: int, name: str, said: str) -> Mistake:
        column = self._header.index(name) + 1 if name in self._header else 1
        return Mistake(self._path, line, column, name, said)


def _column(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _encoding(path: Path) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, otherwise what Windows calls ANSI."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        first = file.read(2)
        if first in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"
