"""Contacts that were passed on to another body: their cases, loaded, locked and changed.

One by one: each is the act of a person, so a batch seldom holds two.
"""

from services.review import store, waiting_store
from services.review.domain.known import Known
from services.review.domain.passing_on import pass_on
from services.review.publication import publish
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.contacts import ContactPassedOn
from shared.errors import BadEvent, TemporaryFault
from shared.messaging.processing import UnitOfWork
from shared.programmes import Programmes


async def pass_contact_on(
    work: UnitOfWork, passed: ContactPassedOn, programmes: Programmes
) -> None:
    """End the case that a passed-on contact opened, or note it in the case that it belongs to.

    Raises:
        BadEvent: No case has this contact; order holds within a contact, so none will.
        TemporaryFault: The contact still waits for its policy.
    """
    query = store.cases_query(contact_id=passed.contact_id, state=None, limit=1)
    row = (await work.connection.execute(query)).one_or_none()
    if row is None:
        if await waiting_store.waits(work.connection, passed.contact_id):
            raise TemporaryFault("the contact still waits for its policy")
        message = f"no case has the contact {passed.contact_id}"
        raise BadEvent(message)
    stale = CaseFileUpdated.model_validate_json(row.body)
    policies = [stale.policy_number] if stale.policy_number else []
    ledgers = await store.lock_ledgers(work.connection, policies)
    cases = await store.load_cases(work.connection, [stale.case_id], lock=True)
    case = cases[stale.case_id]
    after = pass_on(case, passed, Known(programmes, work.now))
    await store.save_cases(work.connection, [publish(work, case, after)], {})
    if after.state is CaseState.CLOSED:
        changed = [ledger.with_case(after) for ledger in ledgers.values()]
        await store.save_ledgers(work.connection, changed)
