"""How a person's act changes a case: under the locks that decide about money, in their order."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncConnection

from services.review import people, store
from services.review.app import App
from services.review.domain.acting import is_active
from services.review.domain.known import Known
from services.review.domain.ledger import Ledger
from services.review.history_store import changes_since
from services.review.publication import publish
from shared.auth import READERS, STAFF, Actor, requires
from shared.contract.case_file import CaseFileUpdated
from shared.errors import NotFound, VersionConflict
from shared.messaging.processing import UnitOfWork

_Record = TypeVar("_Record")

Reader = Annotated[Actor, Depends(requires(*READERS))]
Decider = Annotated[Actor, Depends(requires(*STAFF))]


async def change_case(
    app: App,
    case_id: str,
    actor: Actor,
    change: Callable[[CaseFileUpdated, Known], CaseFileUpdated],
) -> CaseFileUpdated:
    """Change a case by a person's act, and tell everybody.

    Args:
        app: Review.
        case_id: The case.
        actor: Whose act it is; written down with the change.
        change: From the case as it is and what is known to the case as it shall be.

    Returns:
        The case after the change.

    Raises:
        VersionConflict: The case changed since the person read it; it says what happened.
    """
    async with app.service.unit_of_work() as work:
        case, known, ledger = await _locked(app, work, case_id, actor)
        try:
            after = change(case, known)
        except VersionConflict as conflict:
            await _explain(work.connection, conflict, case)
            raise
        stored = publish(work, case, after, actor.subject)
        await store.save_cases(work.connection, [stored], {})
        if ledger is not None and after.claim is not None:
            await store.save_ledgers(work.connection, [ledger.with_case(after)])
        return stored.case


async def _locked(
    app: App, work: UnitOfWork, case_id: str, actor: Actor
) -> tuple[CaseFileUpdated, Known, Ledger | None]:
    """The case, what is known, and the ledger of its policy, locked for this transaction."""
    numbers = await store.policies_of_cases(work.connection, [case_id])
    number = found(numbers, case_id)
    wanted = [number] if number else []
    ledgers = await store.lock_ledgers(work.connection, wanted)
    case = found(await store.load_cases(work.connection, [case_id], lock=True), case_id)
    policies = await store.load_policies(work.connection, wanted)
    colleague = await people.colleague(work.connection, actor.subject)
    is_active(colleague)
    ledger = ledgers.get(number or "")
    known = Known(
        programmes=app.programmes,
        now=work.now,
        policy=policies.get(number or ""),
        past_claims=ledger.others(case_id) if ledger else (),
        colleague=colleague,
    )
    return case, known, ledger


async def _explain(
    connection: AsyncConnection, conflict: VersionConflict, case: CaseFileUpdated
) -> None:
    """Add to a conflict what happened to the case since it was read."""
    if conflict.read is not None:
        conflict.changes = await changes_since(connection, case, conflict.read)


def found(records: dict[str, _Record], key: str) -> _Record:
    """One of the records.

    Raises:
        NotFound: It is not among them.
    """
    if key not in records:
        raise NotFound("there is no such case or policy")
    return records[key]
