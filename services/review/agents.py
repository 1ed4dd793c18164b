"""What review does with events: one transaction per batch, a handful of set-based statements."""

from collections.abc import Sequence
from functools import partial

from services.review import departments, people, store
from services.review.app import App
from services.review.corrections import correct_cases
from services.review.domain.correction import Correction
from services.review.following import on_clocks
from services.review.handovers import pass_contact_on
from services.review.reviewing import review
from services.review.touched import Touched
from services.review.waiting import WaitingContacts
from shared.contract.catalogue import CLIENTS, CLOCKS, CONTACTS, PEOPLE, POLICIES
from shared.contract.contacts import ContactPassedOn, ContactReceived
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.messaging.envelope import Event
from shared.messaging.processing import Handler, UnitOfWork
from shared.programmes import Programmes


def register(app: App) -> None:
    """Subscribe review to its topics."""
    waiting = WaitingContacts(app)
    waiting.register()
    contacts = partial(take_contacts, app.programmes, waiting)
    app.service.subscribe(CONTACTS, contacts, after=(POLICIES, CLIENTS))
    app.service.subscribe(CLOCKS, on_clocks(app.programmes))
    app.service.subscribe(PEOPLE, people.take_people)
    app.service.subscribe(POLICIES, on_policies(app.programmes, waiting))
    app.service.subscribe(CLIENTS, on_clients(app.programmes, waiting))
    departments.register(app)


def on_policies(programmes: Programmes, waiting: WaitingContacts) -> Handler:
    """Keep the policies, and let the claims on a corrected one follow."""

    async def handle(work: UnitOfWork, events: Sequence[Event]) -> None:
        corrections = await take_policies(waiting, work, events)
        if corrections:
            await correct_cases(work, programmes, corrections)

    return handle


async def take_policies(
    waiting: WaitingContacts, work: UnitOfWork, events: Sequence[Event]
) -> list[Correction]:
    """Keep the policies as policy administration knows them; which of them were corrected."""
    changed = [event.body for event in events if isinstance(event.body, PolicyChanged)]
    corrections = await store.save_policies(work.connection, changed)
    work.after_commit(waiting.look)
    return corrections


def on_clients(programmes: Programmes, waiting: WaitingContacts) -> Handler:
    """Keep the clients, and pay whoever waited for an account that is confirmed now."""

    async def handle(work: UnitOfWork, events: Sequence[Event]) -> None:
        await take_clients(waiting, work, events)
        await departments.pay_confirmed(programmes, work, events)

    return handle


async def take_clients(waiting: WaitingContacts, work: UnitOfWork, events: Sequence[Event]) -> None:
    """Keep the clients as client administration knows them."""
    changed = [event.body for event in events if isinstance(event.body, ClientChanged)]
    await store.save_clients(work.connection, changed)
    work.after_commit(waiting.look)


async def take_contacts(
    programmes: Programmes, waiting: WaitingContacts, work: UnitOfWork, events: Sequence[Event]
) -> None:
    """Open a case for each contact, or add it to the case that it belongs to.

    One that came before its policy or client waits, unless a person acted on it already.
    """
    contacts = [event.body for event in events if isinstance(event.body, ContactReceived)]
    passed_on = [event.body for event in events if isinstance(event.body, ContactPassedOn)]
    touched = await Touched.by(work.connection, contacts)
    acted_on = {passed.contact_id for passed in passed_on}
    early = touched.early(each for each in contacts if each.contact_id not in acted_on)
    if early:
        await waiting.keep(work, events, early)
        contacts = [contact for contact in contacts if contact.contact_id not in early]
    await review(work, programmes, touched, contacts)
    for passed in passed_on:
        await pass_contact_on(work, passed, programmes)
