"""What people do with what came in: assign it, open a case, set it aside, pass it on.

Each act names the sequence that the person saw, so of two people the second learns that the first
was quicker. The same act of the same person again, after a lost answer, changes nothing.
"""

from collections.abc import Collection
from dataclasses import replace

import structlog

from services.intake import projection, queue
from services.intake.app import App
from services.intake.domain.placing import Action, Place, placed
from services.intake.queue import Handling
from services.intake.store import Received, Verdict
from services.intake.taking import must_be_known
from shared.auth import Actor
from shared.contract.contacts import ContactPassedOn
from shared.errors import NotFound, RuleViolation, VersionConflict
from shared.messaging.processing import UnitOfWork

log = structlog.get_logger(__name__)


async def put_into_place(
    work: UnitOfWork, received_id: str, sequence: int, place: Place, actor: Actor
) -> Received:
    """Publish a contact of the queue, for the case and client that a person names.

    Raises:
        NotFound: Nothing with this id came in.
        VersionConflict: Somebody else was quicker.
        RuleViolation: It is not in the queue, the case or client is not known, or the case is
            another client's.
    """
    row = await _locked(work, received_id)
    handling = Handling(
        received_id=received_id,
        sequence=sequence + 1,
        action=Action.ASSIGNED if place.case_id else Action.NEW_CASE,
        by=actor.subject,
        at=work.now,
        case_id=place.case_id,
        client_id=place.client_id,
    )
    if await _done_already(work, row, handling):
        return row
    _must_be(row, {"unidentified"})
    if place.case_id is not None:
        await must_be_known(work, place.case_id)
    await _client_known(work, place.client_id)
    await _may_be_about(work, place)
    return await _publish(work, row, place, handling)


async def discard(
    work: UnitOfWork, received_id: str, sequence: int, reason: str, actor: Actor
) -> Received:
    """Set a contact of the queue aside; it is kept, and can be taken back.

    Raises:
        NotFound: Nothing with this id came in.
        VersionConflict: Somebody else was quicker.
        RuleViolation: It is not in the queue.
    """
    return await _moved(
        work, received_id, sequence, (Action.DISCARDED, "unidentified", "discarded"), reason, actor
    )


async def restore(
    work: UnitOfWork, received_id: str, sequence: int, reason: str, actor: Actor
) -> Received:
    """Take a discarded contact back into the queue.

    Raises:
        NotFound: Nothing with this id came in.
        VersionConflict: Somebody else was quicker.
        RuleViolation: It is not discarded.
    """
    return await _moved(
        work, received_id, sequence, (Action.RESTORED, "discarded", "unidentified"), reason, actor
    )


async def pass_on(
    app: App, work: UnitOfWork, contact_id: str, sequence: int | None, place: Place, actor: Actor
) -> Received:
    """Pass a misdirected application on to the responsible body (SGB I §16(2)).

    Args:
        app: Intake.
        work: The transaction.
        contact_id: The application.
        sequence: What the person saw; None for what it is now.
        place: The handover, and for a contact of the queue whose application it is.
        actor: Who passes it on.

    Raises:
        NotFound: No such contact.
        VersionConflict: Somebody else was quicker.
        RuleViolation: The body or client is not known, or the contact is not one to pass on.
    """
    handover = place.handover
    assert handover is not None
    if handover.body not in app.programmes.desk.bodies:
        known = ", ".join(sorted(app.programmes.desk.bodies))
        message = f"no such body; the desk's rules name: {known}"
        raise RuleViolation("unknown_body", message)
    row = await queue.lock_contact(work.connection, contact_id)
    if row is None:
        raise NotFound("no such contact")
    handling = Handling(
        received_id=row.received_id,
        sequence=(row.sequence if sequence is None else sequence) + 1,
        action=Action.PASSED_ON,
        by=actor.subject,
        at=work.now,
        client_id=place.client_id,
        body=handover.body,
        reason=handover.reason,
    )
    history = (await queue.handlings_of(work.connection, [row.received_id])).get(
        row.received_id, []
    )
    if any(_same(each, handling) for each in history):
        return row
    if any(each.action is Action.PASSED_ON for each in history):
        raise VersionConflict(row.sequence, "this contact was passed on already")
    if await _done_already(work, row, handling):
        return row
    _must_be(row, {"unidentified", "contact"})
    await _client_known(work, place.client_id)
    if row.verdict == "unidentified":
        return await _publish(work, row, place, handling)
    work.emit(
        ContactPassedOn(contact_id=contact_id, received_at=row.received_at, handover=handover),
        cause=contact_id,
    )
    return await _written(work, row, handling)


async def _publish(work: UnitOfWork, row: Received, place: Place, handling: Handling) -> Received:
    assert row.contact_id is not None
    waiting = await queue.contact_of(work.connection, row.contact_id)
    contact = placed(waiting, place, handling.by)
    await queue.replace_contact(work.connection, contact)
    work.emit(contact, cause=contact.contact_id)
    return await _written(work, replace(row, verdict="contact", case_id=place.case_id), handling)


async def _moved(
    work: UnitOfWork,
    received_id: str,
    sequence: int,
    step: tuple[Action, Verdict, Verdict],
    reason: str,
    actor: Actor,
) -> Received:
    action, before, after = step
    row = await _locked(work, received_id)
    handling = Handling(
        received_id=received_id,
        sequence=sequence + 1,
        action=action,
        by=actor.subject,
        at=work.now,
        reason=reason,
    )
    if await _done_already(work, row, handling):
        return row
    _must_be(row, {before})
    return await _written(work, replace(row, verdict=after), handling)


async def _locked(work: UnitOfWork, received_id: str) -> Received:
    row = await queue.lock_received(work.connection, received_id)
    if row is None:
        raise NotFound("nothing with this id came in")
    return row


async def _done_already(work: UnitOfWork, row: Received, handling: Handling) -> bool:
    """Say whether this very act was done before; another one in its place is a conflict."""
    if row.sequence == handling.sequence - 1:
        return False
    history = await queue.handlings_of(work.connection, [row.received_id])
    for each in history.get(row.received_id, ()):
        if each.sequence == handling.sequence and _same(each, handling):
            return True
    raise VersionConflict(row.sequence, "somebody else was quicker with this contact")


def _same(earlier: Handling, now: Handling) -> bool:
    return _what(earlier) == _what(now)


def _what(handling: Handling) -> tuple[object, ...]:
    return (
        handling.action,
        handling.by,
        handling.case_id,
        handling.client_id,
        handling.body,
        handling.reason,
    )


def _must_be(row: Received, verdicts: Collection[str]) -> None:
    if row.verdict not in verdicts:
        message = (
            f"this is {row.verdict or 'still being read'}, not {' or '.join(sorted(verdicts))}"
        )
        raise RuleViolation("wrong_verdict", message)


async def _client_known(work: UnitOfWork, client_id: str | None) -> None:
    if client_id and not await projection.clients_known(work.connection, [client_id]):
        message = f"no client {client_id} is known here"
        raise RuleViolation("unknown_client", message)


async def _may_be_about(work: UnitOfWork, place: Place) -> None:
    """Refuse a client who has nothing to do with the case, as far as the desk knows."""
    if place.case_id is None or place.client_id is None:
        return
    case = (await projection.cases_known(work.connection, [place.case_id]))[place.case_id]
    if case.client_id in {None, place.client_id}:
        return
    writers = await projection.clients_with(work.connection, case.correspondents)
    if not any(place.client_id in clients for clients in writers.values()):
        message = (
            f"{place.case_id} is not a case of client {place.client_id}, who never wrote about it;"
            " leave the client out to assign the contact to it all the same"
        )
        raise RuleViolation("case_of_another_client", message)


async def _written(work: UnitOfWork, row: Received, handling: Handling) -> Received:
    changed = replace(row, sequence=handling.sequence)
    await queue.save_handling(work.connection, changed, handling)
    log.info(
        "handled",
        action=handling.action,
        received_id=row.received_id,
        contact_id=row.contact_id,
        case_id=row.case_id,
        by=handling.by,
    )
    return changed
