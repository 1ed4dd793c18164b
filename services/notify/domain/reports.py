"""What the print provider says of letters, as a file with a line for each.

    notice_id;run;status;on;reason
    5a0e…;1;posted;2026-11-24;
    77c1…;1;returned;2026-12-01;unknown at this address

Comma or semicolon, in any order of columns; `file` (`5a0e….pdf`) may stand for id and run, and a
run that is not said is the first.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from services.notify.domain.wording import one_line

_FILE: Final = re.compile(r"(?P<notice_id>[0-9a-f-]{36})(?:-(?P<run>[1-9][0-9]{0,3}))?\.pdf")
_NOTICE_ID: Final = re.compile(r"[0-9a-f-]{36}")
_RUN: Final = re.compile(r"[1-9][0-9]{0,3}")
_REASON_SIGNS: Final = 120


class UnreadableReport(ValueError):
    """The file is no report; nothing of it counts."""


@dataclass(frozen=True, slots=True)
class LetterReport:
    """What became of one letter; `line` is its place in the file."""

    line: int
    notice_id: str
    run: int
    status: Literal["posted", "returned"]
    on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that says nothing that we understand; it holds nobody else up."""

    line: int
    problem: str


def read(data: bytes) -> Iterator[LetterReport | BadLine]:
    """The lines of a report.

    Raises:
        UnreadableReport: It is no text in UTF-8, or its first line names no columns of ours.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableReport("it is no text in UTF-8") from error
    lines = io.StringIO(text, newline=None)
    reader = csv.DictReader(lines, delimiter=";" if ";" in lines.readline() else ",")
    lines.seek(0)
    try:
        columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        if not {"status", "on"} <= set(columns) or not {"notice_id", "file"} & set(columns):
            raise UnreadableReport("its first line must name: notice_id (or file), status, on")
        reader.fieldnames = columns
        for row in reader:
            yield _line(reader.line_num, row)
    except csv.Error as error:
        message = f"line {reader.line_num}: {error}"
        raise UnreadableReport(message) from error


def _line(number: int, row: Mapping[str | None, str | list[str] | None]) -> LetterReport | BadLine:
    def cell(name: str) -> str:
        value = row.get(name)
        return value.strip() if isinstance(value, str) else ""

    file = _FILE.fullmatch(cell("file"))
    notice_id = cell("notice_id") or (file["notice_id"] if file else "")
    run = cell("run") or (file["run"] if file and file["run"] else "1")
    if not _NOTICE_ID.fullmatch(notice_id) or not _RUN.fullmatch(run):
        return BadLine(number, "it names no letter")
    status = cell("status").lower()
    if status not in {"posted", "returned"}:
        return BadLine(number, "its status is neither posted nor returned")
    try:
        on = date.fromisoformat(cell("on"))
    except ValueError:
        return BadLine(number, "its day is not written like 2026-11-23")
    reason = one_line(cell("reason"))[:_REASON_SIGNS]
    known: Literal["posted", "returned"] = "posted" if status == "posted" else "returned"
    return LetterReport(number, notice_id, int(run), known, on, reason)
