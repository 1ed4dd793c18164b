"""What review does with events: one transaction per batch, a handful of set-based statements."""

from collections.abc import Sequence

from services.review import store
from services.review.app import App
from services.review.domain.case import (
    add_contact,
    continues,
    escalate_overdue,
    open_case,
    return_case,
)
from services.review.domain.known import Known
from services.review.handovers import pass_contact_on
from services.review.publication import publish
from services.review.touched import Touched, new_case_ids
from shared.contract.case_file import CaseFileUpdated, CaseState
from shared.contract.catalogue import CLIENTS, CLOCKS, CONTACTS, POLICIES
from shared.contract.contacts import ContactPassedOn, ContactReceived
from shared.contract.public import EscalationChanged, EscalationReason
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.messaging.envelope import Event
from shared.messaging.processing import Handler, UnitOfWork
from shared.programmes import Programmes


def register(app: App) -> None:
    """Subscribe review to its topics."""
    app.service.subscribe(CONTACTS, on_contacts(app.programmes), after=(POLICIES, CLIENTS))
    app.service.subscribe(CLOCKS, on_clocks(app.programmes))
    app.service.subscribe(POLICIES, on_policies)
    app.service.subscribe(CLIENTS, on_clients)


async def on_policies(work: UnitOfWork, events: Sequence[Event]) -> None:
    """Keep the policies as policy administration knows them."""
    changed = [event.body for event in events if isinstance(event.body, PolicyChanged)]
    await store.save_policies(work.connection, changed)


async def on_clients(work: UnitOfWork, events: Sequence[Event]) -> None:
    """Keep the clients as client administration knows them."""
    changed = [event.body for event in events if isinstance(event.body, ClientChanged)]
    await store.save_clients(work.connection, changed)


def on_contacts(programmes: Programmes) -> Handler:
    """Open a case for each contact, or add it to the case that it belongs to."""

    async def handle(work: UnitOfWork, events: Sequence[Event]) -> None:
        contacts = [event.body for event in events if isinstance(event.body, ContactReceived)]
        touched = await Touched.by(work.connection, contacts)
        case_ids = await new_case_ids(work.connection, contacts)
        case_of_contact: dict[str, str] = {}
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
            )
            after = (
                add_contact(case, contact, known) if case else open_case(contact, case_id, known)
            )
            touched.note(publish(work, case, after))
            case_of_contact[contact.contact_id] = case_id
        await touched.save(work.connection, case_of_contact)
        for event in events:
            if isinstance(event.body, ContactPassedOn):
                await pass_contact_on(work, event.body, programmes)

    return handle


def on_clocks(programmes: Programmes) -> Handler:
    """Follow what escalation says: a case became overdue, or a supervisor returned it."""

    async def handle(work: UnitOfWork, events: Sequence[Event]) -> None:
        changes = [event.body for event in events if isinstance(event.body, EscalationChanged)]
        cases = await store.load_cases(
            work.connection, {change.case_id for change in changes}, lock=True
        )
        known = Known(programmes, work.now)
        changed: dict[str, store.StoredCase] = {}
        for change in changes:
            case = cases.get(change.case_id)
            after = _followed(case, change, known) if case else None
            if after is not None:
                cases[after.case_id] = after
                changed[after.case_id] = publish(work, case, after)
        await store.save_cases(work.connection, changed.values(), {})

    return handle


def _followed(
    case: CaseFileUpdated, change: EscalationChanged, known: Known
) -> CaseFileUpdated | None:
    if change.status == "opened" and change.reason is EscalationReason.OVERDUE:
        return escalate_overdue(case, known)
    if change.status == "returned" and case.state is CaseState.ESCALATED:
        return return_case(case, change.instruction, change.by or "", known)
    return None
