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
from services.review.domain.reassessment import (
    assessed_as_known,
    kept_current,
    outdated_assessment,
)
from services.review.history_store import changes_since, told
from services.review.knowing import Knowledge
from services.review.publication import publish
from services.review.records import record_of, save_records
from shared.auth import READERS, STAFF, Actor, requires
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind
from shared.errors import Forbidden, NotFound, RuleViolation, VersionConflict
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
        except Forbidden:
            raise
        except RuleViolation:
            # The rule may hold only by now: then the assessment is what they have to see first.
            stale = outdated_assessment(case, known)
            if stale is None:
                raise
        else:
            decides = len(after.decisions) > len(case.decisions) and case.kind is CaseKind.CLAIM
            stale = outdated_assessment(case, known) if decides else None
            if stale is None:
                after = (assessed_as_known if decides else kept_current)(after, known)
                return await _save(work, publish(work, case, after, actor.subject), known, ledger)
        # What the person acted on is no longer so: it is kept for their next look.
        again = await _save(work, publish(work, case, stale), known, ledger)
        outdated = VersionConflict(again.sequence, "the assessment has changed", read=case.sequence)
        outdated.changes = [told(again)]
    raise outdated


async def _save(
    work: UnitOfWork, stored: store.StoredCase, known: Known, ledger: Ledger | None
) -> CaseFileUpdated:
    """Store a changed case, what it claims on its policy, and the record of its new decision."""
    await store.save_cases(work.connection, [stored], {})
    if ledger is not None and stored.case.claim is not None:
        await store.save_ledgers(work.connection, [ledger.with_case(stored.case)])
    await save_records(work, [record_of(stored, known, ledger)])
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
    colleague = await people.colleague(work.connection, actor.subject)
    is_active(colleague)
    knowledge = await Knowledge.of(work.connection, app.programmes, work.now, [case], ledgers)
    return case, knowledge.known(case, colleague), ledgers.get(number or "")


async def look_at_case(app: App, case_id: str, actor: Actor) -> tuple[CaseFileUpdated, Known]:
    """The case, and what is known of it when this person acts; nothing is locked or changed."""
    async with app.service.database.reading() as connection:
        case = found(await store.load_cases(connection, [case_id], lock=False), case_id)
        numbers = [case.policy_number] if case.policy_number else []
        ledgers = await store.load_ledgers(connection, numbers, lock=False)
        colleague = await people.colleague(connection, actor.subject)
        knowledge = await Knowledge.of(
            connection, app.programmes, app.service.now(), [case], ledgers
        )
        return case, knowledge.known(case, colleague)


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
