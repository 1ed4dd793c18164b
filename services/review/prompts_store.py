"""Queries on prompts: the table is the case files' own prompts, turned round to be listed."""

from collections.abc import Sequence

import orjson
from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.review.tables import prompts
from shared.contract.case_file import CaseFileUpdated
from shared.contract.facts import PromptDone, Prompted
from shared.database import among, insert_rows

_COME_OR_GONE = frozenset({Prompted, PromptDone})


async def save_prompts(connection: AsyncConnection, changes: Sequence[CaseFileUpdated]) -> None:
    """Bring the prompts of these cases up to date; without a new or a done one, nothing is asked.

    Args:
        connection: In the transaction that stores the cases.
        changes: Every change of a batch, in order.
    """
    touched = {
        case.case_id for case in changes for fact in case.facts if type(fact) in _COME_OR_GONE
    }
    if not touched:
        return
    latest = {case.case_id: case for case in changes}
    known = touched - {case.case_id for case in changes if case.sequence == 1}
    if known:
        await connection.execute(delete(prompts).where(among(connection, prompts.c.case_id, known)))
    rows = [
        {
            "case_id": case_id,
            "code": prompt.code,
            "since": prompt.since,
            "facts": orjson.dumps(prompt.facts).decode(),
        }
        for case_id in sorted(touched)
        for prompt in latest[case_id].prompts
    ]
    await insert_rows(connection, prompts, rows)


def prompts_query(*, code: str | None, limit: int) -> Select[tuple[str, str, object, str]]:
    """The prompts with a code, the oldest first."""
    table = prompts.c
    query = select(table.case_id, table.code, table.since, table.facts)
    if code is not None:
        query = query.where(table.code == code)
    return query.order_by(table.since, table.case_id).limit(limit)
