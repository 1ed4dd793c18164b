"""Which claims wait for a confirmed account, so that its arrival finds them without a search."""

from collections.abc import Collection, Iterable

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.review.domain.payments import awaits_account
from services.review.tables import awaiting_accounts
from shared.contract.case_file import CaseFileUpdated
from shared.contract.departments import TaskKind
from shared.contract.facts import TaskRequested
from shared.database import among, insert_rows


async def save_awaiting(connection: AsyncConnection, changes: Iterable[CaseFileUpdated]) -> None:
    """Remember the cases that began to wait; without one nothing is asked."""
    rows = [
        {"case_id": case.case_id, "client_id": client_id}
        for case in changes
        if case.tasks and _begins_to_wait(case) and (client_id := _payee(case))
    ]
    await insert_rows(connection, awaiting_accounts, rows, ignore_conflicts=True)


async def cases_awaiting(connection: AsyncConnection, client_ids: Collection[str]) -> set[str]:
    """The cases whose payment waits for the account of one of these clients."""
    if not client_ids:
        return set()
    table = awaiting_accounts.c
    query = select(table.case_id).where(among(connection, table.client_id, client_ids))
    return set((await connection.execute(query)).scalars())


async def forget_awaiting(connection: AsyncConnection, case_ids: Collection[str]) -> None:
    """These cases wait no longer."""
    if case_ids:
        where = among(connection, awaiting_accounts.c.case_id, case_ids)
        await connection.execute(delete(awaiting_accounts).where(where))


def _begins_to_wait(case: CaseFileUpdated) -> bool:
    asked = any(
        isinstance(fact, TaskRequested) and fact.kind is TaskKind.CONFIRM_ACCOUNT
        for fact in case.facts
    )
    return asked and awaits_account(case)


def _payee(case: CaseFileUpdated) -> str | None:
    asked = [task for task in case.tasks if task.kind is TaskKind.CONFIRM_ACCOUNT]
    return asked[-1].details.client_id
