"""What people see of the unidentified queue, and of what was done with what came in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake import projection, queue
from services.intake.domain.placing import (
    Action,
    Because,
    KnownPlaces,
    Proposal,
    cases_named,
    client_named,
    proposals,
)
from services.intake.queue import Handling
from services.intake.store import Received
from shared.contract.contacts import ContactReceived


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class WaitingDocument(_View):
    """A document of a contact in the queue."""

    document_id: str
    kind: str
    media_type: str
    size: int
    readable: bool
    blocked: str | None
    macros: bool


class ProposalView(_View):
    """A case or client that something in the contact speaks for; a person decides."""

    because: Because
    case_id: str | None
    client_id: str | None
    known: bool


class HandlingView(_View):
    """What a person did with something that came in."""

    sequence: int
    action: Action
    by: str
    at: datetime
    case_id: str | None
    client_id: str | None
    body: str | None
    reason: str


class Waiting(_View):
    """A contact in the unidentified queue, with the suspicion named."""

    received_id: str
    sequence: Annotated[int, Field(description="To be sent along with what is done with it.")]
    contact_id: str
    channel: str
    received_at: datetime
    suspicion: str
    suspected_case_id: str | None
    sender_name: str
    sender_address: str
    authenticated: bool
    client_id: Annotated[str | None, Field(description="Who wrote, where that is proven.")]
    subject: str
    text: str
    intent: str
    policy_number: str | None
    documents: tuple[WaitingDocument, ...]
    proposals: tuple[ProposalView, ...]

    @classmethod
    def of(cls, row: Received, contact: ContactReceived, proposed: tuple[Proposal, ...]) -> Self:
        """A contact in the queue, with the beginning of its text."""
        return cls(
            received_id=row.received_id,
            sequence=row.sequence,
            contact_id=contact.contact_id,
            channel=row.channel,
            received_at=row.received_at,
            suspicion=row.reason or "",
            suspected_case_id=row.case_id,
            sender_name=contact.sender.name,
            sender_address=contact.sender.address,
            authenticated=contact.sender.authenticated,
            client_id=contact.client_id,
            subject=contact.words.subject,
            text=contact.words.text[:2000],
            intent=contact.intent.value,
            policy_number=contact.claim.policy_number if contact.claim else None,
            documents=tuple(WaitingDocument.model_validate(each) for each in contact.documents),
            proposals=tuple(ProposalView.model_validate(each) for each in proposed),
        )


class Handled(_View):
    """What came in as it is after somebody acted on it."""

    received_id: str
    contact_id: str
    verdict: str
    case_id: str | None
    sequence: int


def handled_views(history: Sequence[Handling]) -> tuple[HandlingView, ...]:
    """What people did, in order."""
    return tuple(HandlingView.model_validate(each) for each in history)


async def waiting(connection: AsyncConnection, *, after: str | None, limit: int) -> list[Waiting]:
    """A page of the unidentified queue, longest waiting first.

    Raises:
        RuleViolation: Nothing with the id `after` ever came in.
    """
    rows = await queue.page(connection, "unidentified", after=after, limit=limit)
    contacts = await queue.contacts_of(connection, rows)
    of_row = [(row, contacts[row.contact_id]) for row in rows if row.contact_id in contacts]
    known = await _known(connection, of_row)
    return [
        Waiting.of(row, contact, proposals(contact, row.case_id, known)) for row, contact in of_row
    ]


async def _known(
    connection: AsyncConnection, waiting: list[tuple[Received, ContactReceived]]
) -> KnownPlaces:
    """What the desk knows of what a page of contacts names: four queries, however many."""
    contacts = [contact for _, contact in waiting]
    cases = {case for row, contact in waiting for case in cases_named(contact, row.case_id)}
    policies = {each.claim.policy_number for each in contacts if each.claim}
    addresses = {each.sender.address for each in contacts} - {""}
    named = {client for each in contacts if (client := client_named(each))}
    return KnownPlaces(
        cases=await projection.cases_known(connection, cases),
        holders=await projection.holders_of(connection, {each for each in policies if each}),
        clients_of_address=await projection.clients_with(connection, addresses),
        clients=await projection.clients_known(connection, named),
    )
