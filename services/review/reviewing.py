"""What contacts do to their cases, in one transaction, with a handful of set-based statements."""

from collections.abc import Sequence

from services.review.domain.case import add_contact, continues, open_case
from services.review.domain.known import Known
from services.review.publication import publish
from services.review.records import NewRecord, record_of, save_records
from services.review.touched import Touched, new_case_ids
from shared.contract.contacts import ContactReceived
from shared.messaging.processing import UnitOfWork
from shared.programmes import Programmes


async def review(
    work: UnitOfWork,
    programmes: Programmes,
    touched: Touched,
    contacts: Sequence[ContactReceived],
) -> None:
    """Open a case for each contact, or add it to the case that it belongs to.

    Args:
        work: The transaction.
        programmes: What is covered, by which rules.
        touched: What these contacts touch, locked in this transaction.
        contacts: In the order in which they are reviewed.
    """
    if not contacts:
        return
    case_ids = await new_case_ids(work.connection, contacts)
    case_of_contact: dict[str, str] = {}
    records: list[NewRecord | None] = []
    for contact in contacts:
        case = touched.cases.get(contact.case_id or "")
        if case is not None and not continues(case, contact):
            case = None
        case_id = case.case_id if case else case_ids[contact.contact_id]
        policy = touched.policy_for(contact, case)
        known = Known(
            programmes,
            work.now,
            touched.client_for(contact, policy),
            policy,
            touched.past_claims(policy, case_id),
            touched.accounts,
            touched.holder_of(policy),
        )
        after = add_contact(case, contact, known) if case else open_case(contact, case_id, known)
        stored = publish(work, case, after)
        records.append(record_of(stored, known, touched.ledger_of(policy)))
        touched.note(stored)
        case_of_contact[contact.contact_id] = case_id
    await touched.save(work.connection, case_of_contact)
    await save_records(work, records)
