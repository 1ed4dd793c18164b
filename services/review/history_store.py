"""Queries on what happened to a case, change by change.

The latest change stands in the case itself. Each earlier one is kept as a row when the next takes
its place, so a claim that is opened and approved in one step costs nothing here.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.review.tables import case_changes
from shared.contract.case_file import CaseFileUpdated
from shared.database import insert_rows

_TOLD = {"sequence", "updated_at", "changed_by", "state", "facts"}


def told(case: CaseFileUpdated) -> dict[str, Any]:
    """What a case file says of its change: which, when, by whom, the state after it, the facts."""
    change = case.model_dump(mode="json", include=_TOLD, exclude_none=True)
    return {"sequence": change.pop("sequence"), "at": change.pop("updated_at"), **change}


async def keep_changes(connection: AsyncConnection, replaced: Iterable[CaseFileUpdated]) -> None:
    """Keep what case files told whose place a later one takes."""
    rows = [
        {
            "case_id": case.case_id,
            "sequence": case.sequence,
            "body": orjson.dumps(told(case)).decode(),
        }
        for case in replaced
    ]
    await insert_rows(connection, case_changes, rows, ignore_conflicts=True)


async def changes_since(
    connection: AsyncConnection, case: CaseFileUpdated, sequence: int, *, limit: int = 100
) -> list[dict[str, Any]]:
    """What happened to a case after one of its sequences, the oldest first.

    Args:
        connection: Any.
        case: The case as it is now.
        sequence: After which; 0 for the whole life of the case.
        limit: At most so many, the latest.
    """
    if sequence >= case.sequence:
        return []
    table = case_changes.c
    query = (
        select(table.body)
        .where(
            table.case_id == case.case_id,
            table.sequence > sequence,
            table.sequence < case.sequence,
        )
        .order_by(table.sequence.desc())
        .limit(limit - 1)
    )
    bodies = list((await connection.execute(query)).scalars())
    return [*(orjson.loads(body) for body in reversed(bodies)), told(case)]
