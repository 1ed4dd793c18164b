"""Addresses from which a letter or mail came back: nothing is sent there again by itself.

They are kept as digests, so that erasing a client need not look for them, and for a limited time,
because mailboxes and doorbells are repaired.
"""

from datetime import timedelta
from hashlib import blake2b
from typing import Final

from services.notify.domain.channel import Email, Letter, Way, choose_way, letter_way
from services.notify.domain.notice import Notice
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Channel

REMEMBERED: Final = timedelta(days=180)
"""So long an address counts as dead after something came back from it."""

_NO_SUCH_ADDRESS: Final = ("5.1.", "5.2.1", "5.4.4", "5.5.0")


def tells_a_dead_address(code: str) -> bool:
    """Does this enhanced status code (RFC 3463) say that the address does not work at all?

    A full mailbox or a suspected spam says nothing of the address; a report without a code does.
    """
    return not code or code.startswith(_NO_SUCH_ADDRESS)


def digest_of(way: Way) -> str | None:
    """Under what an address is remembered; None for a way that leads nowhere."""
    match way:
        case Email(address=address):
            text = f"email\n{address}"
        case Letter(lines=lines):
            text = "\n".join(("letter", *lines))
        case _:
            return None
    return blake2b(text.casefold().encode(), digest_size=16).hexdigest()


def digests_of(case: CaseFileUpdated) -> frozenset[str]:
    """Under what every address of a case would be remembered."""
    addresses = {*case.correspondents, *(case.client.emails if case.client else ())}
    ways: list[Way] = [Email(address, "") for address in addresses]
    ways.append(letter_way(case))
    return frozenset(filter(None, map(digest_of, ways)))


def way_taken(notice: Notice, dead: frozenset[str]) -> str | None:
    """The digest of the address that a notice went to.

    Args:
        notice: It came back.
        dead: The addresses of its case that were known to be dead before.
    """
    if notice.case_file is None:
        return None
    case = CaseFileUpdated.model_validate_json(notice.case_file)
    if notice.channel is Channel.LETTER:
        return digest_of(letter_way(case))
    way = choose_way(case, notice.kind, lambda way: digest_of(way) in dead)
    return digest_of(way if isinstance(way, Email) else choose_way(case, notice.kind))
