"""`claimsdesk complaints report`: a year of the register as CSV, for the yearly report."""

import asyncio
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from claimsdesk.demo.apis import Apis
from claimsdesk.desks import find_desk
from claimsdesk.errors import CommandError

COLUMNS: Final = (
    "case_id",
    "received_on",
    "channel",
    "language",
    "programme",
    "category",
    "about_case",
    "result",
    "answered_on",
    "days_to_answer",
    "no_complaint",
    "reported_in",
)
"""In this order; `docs/complaints.md` says where each comes from."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet begins a formula; what a person typed must never be one."""


def report(
    year: int, out: Path | None, *, desk: str | None, who: str, mark_reported: bool
) -> tuple[str, str]:
    """A year's complaints.

    Args:
        year: In which they were received.
        out: The file to write; None to get its text back instead.
        desk: As `find_desk` takes it.
        who: Who asks; marking them as reported is a supervisor's.
        mark_reported: Say in each case that it stands in the yearly report.

    Returns:
        The CSV's text if there is no file, and what was done in words.

    Raises:
        CommandError: No desk runs there, it refused, or the file can't be written.
    """
    if mark_reported and out is None:
        raise CommandError("--mark-reported needs --out: a report that nobody kept is none")
    complaints = asyncio.run(_complaints(desk, who, year))
    text = as_csv(complaints)
    if out is not None:
        try:
            # A byte order mark: without it a German Excel takes UTF-8 for Latin-1.
            out.write_text(text, encoding="utf-8-sig", newline="")
        except OSError as problem:
            message = f"{out} can't be written: {problem.strerror}"
            raise CommandError(message) from problem
    done = f"{len(complaints)} complaints of {year}"
    if mark_reported:
        in_it = [complaint["case_id"] for complaint in complaints]
        done += f", {asyncio.run(_mark(desk, who, year, in_it))} marked as reported"
    return ("" if out else text), done


def as_csv(complaints: Iterable[Mapping[str, Any]]) -> str:
    """The complaints as a spreadsheet reads them in Germany: semicolons, dates as ISO 8601."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for complaint in complaints:
        writer.writerow([_harmless(_value(complaint, column)) for column in COLUMNS])
    return file.getvalue()


def _value(complaint: Mapping[str, Any], column: str) -> str:
    if column == "days_to_answer":
        return _days(complaint.get("received_on"), complaint.get("answered_on"))
    if column == "no_complaint":
        return "yes" if complaint.get("misread") else ""
    value = complaint.get(column)
    return "" if value is None else str(value)


def _days(received: str | None, answered: str | None) -> str:
    if not received or not answered:
        return ""
    return str((date.fromisoformat(answered) - date.fromisoformat(received)).days)


def _harmless(value: str) -> str:
    """A value that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return f"'{value}" if value.startswith(_FORMULA) else value


async def _complaints(desk: str | None, who: str, year: int) -> Sequence[Mapping[str, Any]]:
    async with Apis(find_desk(desk)) as apis:
        found: list[dict[str, Any]] = await apis.read(
            "review", "/complaints", {"year": str(year)}, who
        )
        return found


async def _mark(desk: str | None, who: str, year: int, case_ids: Sequence[str]) -> int:
    content = {"year": year, "case_ids": case_ids}
    async with Apis(find_desk(desk)) as apis:
        done = await apis.post("review", "/complaints/reported", who, json=content)
        return int(done["marked"])
