"""`claimsdesk replay`: a desk's decisions, assessed again from their records."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from claimsdesk.demo.apis import Apis
from claimsdesk.desks import find_desk


def replayed(desk: str | None, who: str, case_id: str) -> list[dict[str, Any]]:
    """Every recorded decision of a case, assessed again by the desk.

    Raises:
        CommandError: No desk runs there, no such decision is recorded, or the desk refused.
    """
    return asyncio.run(_replayed(desk, who, case_id))


async def _replayed(desk: str | None, who: str, case_id: str) -> list[dict[str, Any]]:
    async with Apis(find_desk(desk)) as apis:
        return await apis.read("review", f"/cases/{quote(case_id, safe='')}/replay", {}, who)


def said(replays: Sequence[Mapping[str, Any]], *, as_json: bool) -> Iterator[str]:
    """Yield the lines that say what became of the decisions."""
    if as_json:
        yield json.dumps(list(replays), ensure_ascii=False, indent=2)
        return
    for each in replays:
        terms = f"{each['programme'] or 'no programme'} {each['programme_version'] or ''}".strip()
        verdict = "equal" if each["equal"] else "differs"
        yield f"{each['case_id']}, {each['outcome']} by {terms}: {verdict}"
        yield from (f"  {_difference(one)}" for one in each["differences"])
        yield from _today(each)


def _today(each: Mapping[str, Any]) -> Iterator[str]:
    if each["today"] is None:
        yield "  today's programme files have no terms for it"
    elif not each["today"]:
        yield f"  the same by today's {each['programme']} {each['programme_today']}"
    else:
        yield f"  by today's {each['programme']} {each['programme_today']} it would be otherwise:"
        yield from (f"    {_difference(one)}" for one in each["today"])


def _difference(one: Mapping[str, Any]) -> str:
    place = f" line {one['line_id']}" if one["line_id"] is not None else ""
    code = f" {one['code']}" if one["code"] else ""
    return f"{one['what']}{code}{place}: {one['recorded'] or 'not there'} | {one['now'] or 'gone'}"
