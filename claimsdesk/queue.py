"""`claimsdesk queue`: the unidentified queue of a desk, looked at and emptied from the terminal."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from claimsdesk.demo.apis import Apis
from claimsdesk.desks import find_desk
from claimsdesk.errors import CommandError

_PAGE = 200
_TEXT_SIGNS = 60
_CERTAIN = frozenset({"assign", "new-case"})
"""After these a person vouches for the case; otherwise it is only suspected."""


def show(desk: str | None, who: str, *, as_json: bool) -> None:
    """Print what waits, longest waiting first.

    Raises:
        CommandError: No desk runs there, or it refused.
    """
    waiting = asyncio.run(_waiting(desk, who))
    if as_json:
        print(json.dumps(waiting, ensure_ascii=False, indent=2))
        return
    show_waiting(waiting)


def show_waiting(waiting: Sequence[Mapping[str, Any]]) -> None:
    """Print entries for a person."""
    if not waiting:
        print("nothing waits")
        return
    table = Table("received id", "since", "channel", "suspicion", "from", "says", "may belong to")
    for each in waiting:
        table.add_row(
            each["received_id"],
            each["received_at"][:16],
            each["channel"],
            each["suspicion"],
            each["sender_address"] or each["sender_name"],
            (each["subject"] or each["text"])[:_TEXT_SIGNS],
            "\n".join(_place(proposal) for proposal in each["proposals"]),
        )
    Console(width=None if Console().is_terminal else 200).print(table)


def act(desk: str | None, who: str, received_id: str, verb: str, body: Mapping[str, Any]) -> str:
    """Do something with an entry as it is now, and say what it is since then.

    Args:
        desk: As `find_desk` takes it.
        who: Who acts.
        received_id: The entry.
        verb: `assign`, `new-case`, `discard` or `restore`.
        body: What the act needs beside the sequence.

    Raises:
        CommandError: No such entry, or the desk refused.
    """
    return said_of(verb, asyncio.run(_act(desk, who, received_id, verb, body)))


def said_of(verb: str, done: Mapping[str, Any]) -> str:
    """What an entry is after an act, in one line."""
    belongs = "case" if verb in _CERTAIN else "may belong to"
    case = f", {belongs} {done['case_id']}" if done["case_id"] else ""
    return f"{done['received_id']}: {done['verdict']}{case}"


async def _act(
    desk: str | None, who: str, received_id: str, verb: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    async with Apis(find_desk(desk)) as apis:
        entries = _discarded if verb == "restore" else _unidentified
        for entry in await entries(apis, who):
            if entry["received_id"] == received_id:
                stated = {name: value for name, value in body.items() if value is not None}
                content = {"sequence": entry["sequence"], **stated}
                path = f"/unidentified/{received_id}/{verb}"
                done: dict[str, Any] = await apis.post("intake", path, who, json=content)
                return done
    message = f"{received_id} does not wait there; `claimsdesk queue list` shows what does"
    raise CommandError(message)


async def _waiting(desk: str | None, who: str) -> list[dict[str, Any]]:
    async with Apis(find_desk(desk)) as apis:
        return await _unidentified(apis, who)


async def _unidentified(apis: Apis, who: str) -> list[dict[str, Any]]:
    return await _pages(apis, who, "/unidentified", {})


async def _discarded(apis: Apis, who: str) -> list[dict[str, Any]]:
    return await _pages(apis, who, "/received", {"verdict": "discarded"})


async def _pages(apis: Apis, who: str, path: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = await apis.read("intake", path, {**query, **after, "limit": str(_PAGE)}, who)
        found += page
        if len(page) < _PAGE:
            return found
        after = {"after": page[-1]["received_id"]}


def _place(proposal: Mapping[str, Any]) -> str:
    place = proposal["case_id"] or proposal["client_id"] or "?"
    doubt = "" if proposal["known"] else ", unknown"
    return f"{place} ({proposal['because']}{doubt})"
