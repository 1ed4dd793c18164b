"""What a mail is: a contact, a machine's, a report on a notice, or one that nobody vouches for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import projection
from services.intake.arrivals import Arrival, blocked
from services.intake.domain.identify import Author, Identified, Known, identify
from services.intake.domain.normalise import (
    Circumstances,
    contact_of_mail,
    sender_of,
    unread_contact,
)
from services.intake.reading import ReadMail, log_unreadable
from services.intake.store import Received
from shared.contract.contacts import Channel, ContactReceived
from shared.contract.public import DeliveryReported
from shared.messaging.processing import UnitOfWork
from shared.programmes import Programmes

log = structlog.get_logger(__name__)

_LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class KnownToBatch:
    """The projection, as far as a batch of mails needs it: three queries, however many mails."""

    all: Known
    clients: Mapping[str, frozenset[str]]

    def to(self, read: ReadMail) -> Known:
        """For one mail: the same, with the clients behind its sender's address."""
        return replace(self.all, clients=self.clients.get(read.mail.sender_address, frozenset()))


async def known_for(connection: AsyncConnection, mails: Sequence[ReadMail]) -> KnownToBatch:
    """What the desk knows of the references and senders of mails."""
    notices = {notice for mail in mails for notice in mail.references.notices}
    case_of_notice = await projection.cases_of_notices(connection, notices)
    named = {case for mail in mails for place in mail.references.cases for case in place}
    cases = await projection.cases_known(connection, named | set(case_of_notice.values()))
    addresses = {mail.mail.sender_address for mail in mails} - {""}
    clients = await projection.clients_with(connection, addresses)
    return KnownToBatch(Known(cases, case_of_notice), clients)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a mail is: its row, and the contact or the report that goes with it."""

    row: Received
    contact: ContactReceived | None = None
    report: DeliveryReported | None = None


def publish(work: UnitOfWork, outcome: Outcome) -> None:
    """Publish what may go its way, and say in the log what became of a mail."""
    row = outcome.row
    if outcome.contact is not None and row.verdict == "contact":
        work.emit(outcome.contact, cause=outcome.contact.contact_id)
    if outcome.report is not None:
        # Servers may report the same failure twice: one event per notice and status.
        work.emit(outcome.report, cause=outcome.report.status)
    log.info(
        "received",
        channel=row.channel,
        verdict=row.verdict or "pending",
        reason=row.reason,
        received_id=row.received_id,
        contact_id=row.contact_id,
        case_id=row.case_id,
    )


def row_of(arrival: Arrival) -> Received:
    """The row of a mail before anything is decided about it."""
    return Received(
        received_id=arrival.received_id,
        channel="email",
        received_at=arrival.received_at,
        message_id=arrival.read.mail.message_id or None,
        fingerprint=arrival.read.fingerprint,
        place=arrival.place,
        document_id=arrival.documents[0].document.document_id,
    )


def duplicate(arrival: Arrival, first: Received) -> Outcome:
    """What a second delivery of the same mail is: nothing but a row that points at the first."""
    return Outcome(
        replace(
            row_of(arrival),
            verdict="duplicate",
            duplicate_of=first.duplicate_of or first.received_id,
            contact_id=first.contact_id,
        )
    )


def decide(
    arrival: Arrival, known: KnownToBatch, programmes: Programmes, now: datetime, wait: float
) -> Outcome:
    """Decide what a mail is; without a verdict it has to be examined.

    With `examine_until` it waits for what it refers to, without for its scans to be read.

    Args:
        arrival: The mail.
        known: What the desk knows of the references and senders at hand.
        programmes: For benefit keywords and the desk's local day.
        now: This instant.
        wait: Seconds since the mail was recorded for which an unknown reference is tried again.
    """
    read = arrival.read
    if read.machine is not None:
        return _of_machine(arrival)
    author = Author(read.mail.sender_address, read.mail.authenticated)
    identified = identify(read.references, author, known.to(read))
    row = replace(row_of(arrival), contact_id=arrival.contact_id)
    until = now + timedelta(seconds=wait)
    if identified.waits and wait > 0:
        return Outcome(replace(row, examine_until=until, case_id=identified.case_id))
    if read.scans:
        return Outcome(replace(row, case_id=identified.case_id))
    contact = _contact(arrival, identified, programmes)
    return Outcome(
        replace(
            row,
            verdict="unidentified" if identified.suspicion else "contact",
            reason=identified.suspicion,
            case_id=identified.case_id,
        ),
        contact,
    )


def _contact(arrival: Arrival, identified: Identified, programmes: Programmes) -> ContactReceived:
    today = programmes.desk.local_day(arrival.received_at)
    mail = arrival.read.mail
    around = Circumstances(
        contact_id=arrival.contact_id,
        received_at=arrival.received_at,
        today=today,
        keywords=programmes.benefit_keywords(today),
        documents=tuple(kept.document for kept in arrival.documents),
        needs_person=_why_person(arrival, identified),
    )
    try:
        return contact_of_mail(mail, arrival.read.reply, arrival.read.documents, identified, around)
    except Exception as error:
        log_unreadable(error)
        return unread_contact(Channel.EMAIL, sender_of(mail), identified, around)


def _why_person(arrival: Arrival, identified: Identified) -> str | None:
    """Why a person must look first: what could not be read, or which cases were mixed up."""
    others = f"it also names {', '.join(identified.also[:5])}" if identified.also else None
    return (
        "; ".join(filter(None, (blocked(arrival.documents), arrival.read.problem, others)))[
            :_LONGEST_REASON
        ]
        or None
    )


def _of_machine(arrival: Arrival) -> Outcome:
    report = arrival.read.report
    row = replace(row_of(arrival), verdict="machine", reason=arrival.read.machine)
    if report is None:
        return Outcome(row)
    event = DeliveryReported(
        notice_id=report.notice_id,
        status=report.status,
        code=report.code,
        reported_at=arrival.received_at,
    )
    changed = replace(row, verdict="delivery_report", notice_id=report.notice_id)
    return Outcome(changed, report=event)
