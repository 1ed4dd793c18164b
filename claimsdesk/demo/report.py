"""The demo's results: one JSON object for programs, a table for people."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from claimsdesk.demo.results import Result

_WIDTH = 220
_COLOURS = {
    "approved": "green",
    "partly_approved": "green",
    "denied": "red",
    "escalated": "yellow",
    "waiting_for_client": "cyan",
    "waiting_for_person": "yellow",
    "waiting_for_department": "cyan",
}


def as_json(results: Sequence[Result], elapsed_s: float) -> str:
    """The JSON object that `claimsdesk demo --json` prints."""
    contacts = [asdict(result) for result in results]
    for contact in contacts:
        del contact["findings"]
    return json.dumps({"contacts": contacts, "elapsed_s": round(elapsed_s, 1)}, indent=2)


def show(results: Sequence[Result]) -> None:
    """Print a table, one row a contact."""
    console = Console(highlight=False)
    if not console.is_terminal:
        # A file or pipe has no width of its own; names must not be cut there.
        console = Console(highlight=False, width=_WIDTH)
    table = Table(
        "", "contact", "by", "intake", "case", "kind", "outcome", "found", "notices",
        "assessed", "answered",
    )  # fmt: skip
    for result in results:
        table.add_row(
            Text("✗", "bold red") if result.mismatches else Text("✓", "green"),
            result.contact,
            result.channel,
            result.intake or ("?" if result.problem is None else "not known"),
            result.case_id or "",
            result.kind or "",
            Text(result.outcome, _COLOURS.get(result.outcome, "")),
            "\n".join(result.findings),
            "\n".join(f"{one.kind} by {one.channel}: {one.status}" for one in result.notices),
            _ms(result.contact_to_assessment_ms),
            _ms(result.contact_to_notice_ms),
        )
    console.print(table)


def summary(results: Sequence[Result], elapsed_s: float) -> str:
    """How many contacts ended as they should, in one line."""
    good = sum(not result.mismatches for result in results)
    return f"{good} of {len(results)} contacts as expected, in {elapsed_s:.1f} s"


def line(result: Result) -> str:
    """A result in one line, as progress."""
    mark = "✗" if result.mismatches else "✓"
    case = f" {result.case_id}" if result.case_id else ""
    if result.problem is not None:
        return f"{mark} {result.contact}:{case} {result.problem}"
    return f"{mark} {result.contact}: {result.intake}{case} {result.outcome}"


def differences(results: Sequence[Result]) -> list[str]:
    """Every mismatch, one a line."""
    return [f"{one.contact}: {what}" for one in results for what in one.mismatches]


def _ms(value: int | None) -> str:
    return "" if value is None else f"{value} ms"
