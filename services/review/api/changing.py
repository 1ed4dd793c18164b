"""How a person's act changes a case: under the locks that decide about money, in their order."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends

from services.review import store
from services.review.app import App
from services.review.domain.known import Known
from services.review.publication import publish
from shared.auth import READERS, STAFF, Actor, requires
from shared.contract.case_file import CaseFileUpdated
from shared.errors import NotFound

_Record = TypeVar("_Record")

Reader = Annotated[Actor, Depends(requires(*READERS))]
Decider = Annotated[Actor, Depends(requires(*STAFF))]


async def change_case(
    app: App, case_id: str, change: Callable[[CaseFileUpdated, Known], CaseFileUpdated]
) -> CaseFileUpdated:
    """Change a case and tell everybody.

    Args:
        app: Review.
        case_id: The case.
        change: From the case as it is and what is known to the case as it shall be.

    Returns:
        The case after the change.
    """
    async with app.service.unit_of_work() as work:
        numbers = await store.policies_of_cases(work.connection, [case_id])
        number = found(numbers, case_id)
        wanted = [number] if number else []
        ledgers = await store.lock_ledgers(work.connection, wanted)
        case = found(await store.load_cases(work.connection, [case_id], lock=True), case_id)
        policies = await store.load_policies(work.connection, wanted)
        ledger = ledgers.get(number or "")
        known = Known(
            programmes=app.programmes,
            now=work.now,
            policy=policies.get(number or ""),
            past_claims=ledger.others(case_id) if ledger else (),
        )
        after = change(case, known)
        await store.save_cases(work.connection, [publish(work, case, after)], {})
        if ledger is not None and after.claim is not None:
            await store.save_ledgers(work.connection, [ledger.with_case(after)])
        return after


def found(records: dict[str, _Record], key: str) -> _Record:
    """One of the records.

    Raises:
        NotFound: It is not among them.
    """
    if key not in records:
        raise NotFound("there is no such case or policy")
    return records[key]
