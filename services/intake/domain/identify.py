"""Does a contact belong to one of our cases, and who sent it?

A reference counts only when its sender is known for that case and our own mail server vouches
for the sender's address. Everything else that a mail says about its author - display name,
`Reply-To`, a plus-address, the author of a forwarded text - is no identity.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from shared.ids import find_case_ids
from shared.message_ids import notice_id_of


class Suspicion(StrEnum):
    """Why a contact with a reference waits for a person in the unidentified queue."""

    UNKNOWN_SENDER = "unknown_sender"
    UNAUTHENTICATED = "unauthenticated"
    UNKNOWN_CASE = "unknown_case"
    SEVERAL_CASES = "several_cases"
    CALLER_NOT_IDENTIFIED = "caller_not_identified"


@dataclass(frozen=True, slots=True)
class References:
    """Our references in a contact, most telling place first; a place may name several cases.

    Attributes:
        cases: Case ids by place: subject, own words, history, attachments.
        stated: All cases that the sender names, without those in quoted history.
        notices: Notices that the thread headers name, newest first.
    """

    cases: tuple[tuple[str, ...], ...] = ()
    stated: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cases or self.notices)


@dataclass(frozen=True, slots=True)
class KnownCase:
    """What the case file says about who may write about a case."""

    correspondents: frozenset[str] = frozenset()
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The projection of the topics, as far as one contact needs it.

    Attributes:
        cases: Every referenced case that the desk knows.
        case_of_notice: Every referenced notice that the desk knows.
        clients: The clients with the sender's address.
    """

    cases: Mapping[str, KnownCase] = field(default_factory=dict)
    case_of_notice: Mapping[str, str] = field(default_factory=dict)
    clients: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Author:
    """The address of a mail, and whether our own mail server vouches for it."""

    address: str
    authenticated: bool


@dataclass(frozen=True, slots=True)
class Identified:
    """What is known about a contact's origin.

    Attributes:
        case_id: The case it belongs to, or with a suspicion the one that it claims to belong to.
        client_id: The client who wrote; None when that is not certain.
        suspicion: Why a person must decide; None for a contact that may go its way.
        waits: A reference names something not seen yet: try again before suspecting anybody.
        also: Other cases that the contact names or answers; a person must see them.
    """

    case_id: str | None = None
    client_id: str | None = None
    suspicion: Suspicion | None = None
    waits: bool = False
    also: tuple[str, ...] = ()


def find_references(
    places: Sequence[str],
    message_ids: Iterable[str],
    notice_key: str,
    *,
    quoted: int | None = None,
) -> References:
    """Our references in a contact.

    Args:
        places: Its texts, most telling first.
        message_ids: From `In-Reply-To` and `References`, oldest first.
        notice_key: The secret of our own Message-IDs.
        quoted: Which place is what others wrote before; an old number there means little.
    """
    found = [tuple(find_case_ids(text)) for text in places]
    stated = (case for place, cases in enumerate(found) if place != quoted for case in cases)
    notices = (notice_id_of(message_id, notice_key) for message_id in message_ids)
    return References(
        cases=tuple(cases for cases in found if cases),
        stated=tuple(dict.fromkeys(stated)),
        notices=tuple(dict.fromkeys(reversed([notice for notice in notices if notice]))),
    )


def identify(references: References, sender: Author, known: Known) -> Identified:
    """Decide where a contact belongs.

    The most telling place that names a case decides; a weaker place never repairs what a
    stronger one made suspicious.
    """
    if not references:
        return Identified(client_id=_client(sender, known, None))
    named = _named_cases(references, known)
    if not named:
        return Identified(suspicion=Suspicion.UNKNOWN_CASE, waits=True)
    unknown = [case_id for case_id in named if case_id not in known.cases]
    if unknown:
        return Identified(unknown[0], suspicion=Suspicion.UNKNOWN_CASE, waits=True)
    if not sender.authenticated:
        return Identified(named[0], suspicion=Suspicion.UNAUTHENTICATED)
    if not all(_is_known_for(sender, known.cases[case_id], known) for case_id in named):
        return Identified(named[0], suspicion=Suspicion.UNKNOWN_SENDER)
    if len(named) > 1:
        return Identified(named[0], suspicion=Suspicion.SEVERAL_CASES)
    return Identified(
        named[0],
        _client(sender, known, known.cases[named[0]]),
        also=_also_named(references, known, named[0]),
    )


def _named_cases(references: References, known: Known) -> tuple[str, ...]:
    if references.cases:
        return references.cases[0]
    cases = [known.case_of_notice.get(notice) for notice in references.notices]
    # The newest notice is what the client answers; an unknown one has to be waited for.
    return (cases[0],) if cases and cases[0] else ()


def _also_named(references: References, known: Known, case_id: str) -> tuple[str, ...]:
    """The other cases: whoever answers one letter and names another may have mixed them up."""
    answered = [known.case_of_notice.get(notice) for notice in references.notices[:1]]
    others = [case for case in (*references.stated, *answered) if case and case != case_id]
    return tuple(dict.fromkeys(others))


def _is_known_for(sender: Author, case: KnownCase, known: Known) -> bool:
    return sender.address in case.correspondents or (
        case.client_id is not None and case.client_id in known.clients
    )


def _client(sender: Author, known: Known, case: KnownCase | None) -> str | None:
    """The client behind an address that is vouched for.

    Two clients may share an address, as couples do; then only their case tells which one writes.
    """
    if not sender.authenticated:
        return None
    if case is not None and case.client_id in known.clients:
        return case.client_id
    return next(iter(known.clients)) if len(known.clients) == 1 else None
