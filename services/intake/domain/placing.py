"""Where a person puts a contact that nobody vouches for, and what speaks for which place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.intake.domain.identify import KnownCase
from shared.contract.contacts import ClaimDetails, ContactReceived, Handover, Intent
from shared.ids import find_case_ids


class Action(StrEnum):
    """What people do with what came in."""

    ASSIGNED = "assigned"
    NEW_CASE = "new_case"
    DISCARDED = "discarded"
    RESTORED = "restored"
    PASSED_ON = "passed_on"


class Because(StrEnum):
    """Why a case or client is proposed."""

    CASE_NUMBER = "case_number"
    SENDER_ADDRESS = "sender_address"
    POLICY_HOLDER = "policy_holder"
    CLIENT_NUMBER = "client_number"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A place where a contact may belong.

    Attributes:
        because: What in the contact speaks for it; none of it is proven.
        client_id: The client; of a case its client, None if the desk knows none.
        case_id: The case; None for a client only.
        known: The desk knows the case or client.
    """

    because: Because
    client_id: str | None = None
    case_id: str | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class KnownPlaces:
    """What the desk knows of what contacts name."""

    cases: Mapping[str, KnownCase] = field(default_factory=dict)
    holders: Mapping[str, str] = field(default_factory=dict)
    clients_of_address: Mapping[str, frozenset[str]] = field(default_factory=dict)
    clients: frozenset[str] = frozenset()


def cases_named(contact: ContactReceived, suspected: str | None) -> tuple[str, ...]:
    """Every case that a contact names, the one that it was suspected to belong to first."""
    words = f"{contact.words.subject}\n{contact.words.text}"
    named = [suspected] if suspected else []
    return tuple(dict.fromkeys([*named, *find_case_ids(words)]))


def client_named(contact: ContactReceived) -> str | None:
    """The client number that a caller or a client's system gave without proving it."""
    quotes = (each.quote for each in contact.evidence if each.field == "client_id")
    return next(quotes, None)


def proposals(
    contact: ContactReceived, suspected: str | None, known: KnownPlaces
) -> tuple[Proposal, ...]:
    """The places where a contact may belong, the most telling first, each once."""
    found: dict[tuple[str | None, str | None], Proposal] = {}
    for each in _all(contact, suspected, known):
        found.setdefault((each.case_id, each.client_id), each)
    return tuple(found.values())


def _all(contact: ContactReceived, suspected: str | None, known: KnownPlaces) -> Iterator[Proposal]:
    for case_id in cases_named(contact, suspected):
        case = known.cases.get(case_id)
        client_id = case.client_id if case else None
        yield Proposal(Because.CASE_NUMBER, client_id, case_id, case is not None)
    for client_id in sorted(known.clients_of_address.get(contact.sender.address, ())):
        yield Proposal(Because.SENDER_ADDRESS, client_id)
    holder = known.holders.get(contact.claim.policy_number or "") if contact.claim else None
    if holder is not None:
        yield Proposal(Because.POLICY_HOLDER, holder)
    named = client_named(contact)
    if named is not None:
        yield Proposal(Because.CLIENT_NUMBER, named, known=named in known.clients)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person says that a contact belongs.

    Attributes:
        case_id: The case; None opens a new one.
        client_id: Who wrote; None leaves it at what the contact itself proved.
        intent: What the client wants, where the person says it otherwise than proposed.
        handover: The body to which it is passed on instead.
    """

    case_id: str | None = None
    client_id: str | None = None
    intent: Intent | None = None
    handover: Handover | None = None


def placed(contact: ContactReceived, place: Place, by: str) -> ContactReceived:
    """A contact from the queue as it is published: what was received, where a person put it."""
    changes: dict[str, object] = {
        "case_id": place.case_id,
        "client_id": place.client_id or contact.client_id,
        "assigned_by": by,
        "handover": place.handover,
    }
    if place.intent is not None and place.intent is not contact.intent:
        changes |= {"intent": place.intent, "intent_evidence": "said by a person"}
        if place.intent is Intent.CLAIM and contact.claim is None:
            changes["claim"] = ClaimDetails(description=contact.words.text)
    return contact.model_copy(update=changes)
