"""By which way a notice goes: email, letter, or to a person who finds one."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from services.notify.domain.wording import one_line
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Channel
from shared.contract.facts import NoticeKind

_ADDRESS = re.compile(
    r"(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?=[A-Za-z0-9.-]{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
)

_FOR_STRANGERS = frozenset(
    {
        NoticeKind.RECEIPT,
        NoticeKind.INFORMATION_REQUEST,
        NoticeKind.COMPLAINT_ACKNOWLEDGED,
        NoticeKind.PASSED_ON,
        NoticeKind.REMINDER,
        NoticeKind.COMPLAINT_ANSWERED,
        NoticeKind.REQUEST_ANSWERED,
        NoticeKind.DELAY_APOLOGY,
        NoticeKind.ESCALATION_NOTE,
    }
)
"""Notices that say nothing about a policy, so that an unknown correspondent may read them; whoever
writes an answer sees that the client is not known."""


@dataclass(frozen=True, slots=True)
class Email:
    """By email to this address; the name stands beside it in the header."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class Letter:
    """By letter to this address, line by line as printed in the window."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForPerson:
    """No way is open; a person reads why and finds one."""

    reason: str


Way = Email | Letter | ForPerson


def usable_email(address: str) -> bool:
    """Could a mail server take this address?

    ASCII only: an address that needs SMTPUTF8 is answered by letter, because half of the world's
    servers would return it.
    """
    return len(address) <= 254 and _ADDRESS.fullmatch(address) is not None


IsDead = Callable[[Way], bool]
"""Did something come back from there?"""


def _none_is_dead(_way: Way) -> bool:
    return False


def choose_way(case: CaseFileUpdated, kind: NoticeKind, is_dead: IsDead = _none_is_dead) -> Way:
    """The way of a notice, from what review knew of the client.

    A known client gets an email if they agreed to it and an address works, otherwise a letter.
    Somebody unknown who wrote by email is answered at the address they wrote from, with nothing
    about a policy in it; everything else needs a person. An address from which something came
    back is passed over.
    """
    client = case.client
    if client is None:
        if kind not in _FOR_STRANGERS:
            return ForPerson("the client is not known, and this notice tells about a policy")
        address = next(_working(case.correspondents, is_dead), None)
        if case.channel is not Channel.EMAIL or address is None:
            return ForPerson("the client is not known, and did not write by email")
        return Email(address, "")
    if client.email_consent and (address := _working_address(case, is_dead)):
        return Email(address, one_line(client.name))
    return letter_way(case, is_dead)


def letter_way(case: CaseFileUpdated, is_dead: IsDead = _none_is_dead) -> Letter | ForPerson:
    """The way by letter: a client's own postal address, or a person."""
    client = case.client
    address = client.postal_address if client else None
    lines = tuple(filter(_shows, map(one_line, address.lines))) if address else ()
    if client is None or address is None or not lines:
        return ForPerson("no email may be sent, and no postal address is known")
    name = one_line(client.name)
    if _shows(name) and not any(_names(line, name) for line in lines):
        lines = (name, *lines)
    if address.country.upper() != "DE":
        country = _COUNTRIES.get(address.country.upper(), address.country.upper())
        said = lines[-1].casefold() == country.casefold()
        lines = (*(lines[:-1] if said else lines), country)
    if len(lines) > MOST_ADDRESS_LINES:
        return ForPerson(f"the address has more than {MOST_ADDRESS_LINES} lines")
    if is_dead(Letter(lines)):
        return ForPerson("a letter to this address came back, and no other address is known")
    return Letter(lines)


def _shows(text: str) -> bool:
    """Would anything of it be seen on paper?"""
    return any(sign.isprintable() and not sign.isspace() for sign in text)


def _names(line: str, name: str) -> bool:
    """Does a line of an address say a name, as words of their own?"""
    whole = rf"(?<!\w){re.escape(name.casefold())}(?!\w)"
    return re.search(whole, line.casefold()) is not None


MOST_ADDRESS_LINES = 8
"""Lines that fit into the window in the smallest type that scanners of the post read."""

_COUNTRIES = {
    "AT": "ÖSTERREICH",
    "BA": "BOSNIEN UND HERZEGOWINA",
    "BE": "BELGIEN",
    "BG": "BULGARIEN",
    "CH": "SCHWEIZ",
    "CY": "ZYPERN",
    "CZ": "TSCHECHISCHE REPUBLIK",
    "DK": "DÄNEMARK",
    "EE": "ESTLAND",
    "ES": "SPANIEN",
    "FI": "FINNLAND",
    "FR": "FRANKREICH",
    "GB": "VEREINIGTES KÖNIGREICH",
    "GR": "GRIECHENLAND",
    "HR": "KROATIEN",
    "HU": "UNGARN",
    "IE": "IRLAND",
    "IS": "ISLAND",
    "IT": "ITALIEN",
    "LI": "LIECHTENSTEIN",
    "LT": "LITAUEN",
    "LU": "LUXEMBURG",
    "LV": "LETTLAND",
    "MT": "MALTA",
    "NL": "NIEDERLANDE",
    "NO": "NORWEGEN",
    "PL": "POLEN",
    "PT": "PORTUGAL",
    "RO": "RUMÄNIEN",
    "RS": "SERBIEN",
    "SE": "SCHWEDEN",
    "SI": "SLOWENIEN",
    "SK": "SLOWAKEI",
    "TR": "TÜRKEI",
    "UA": "UKRAINE",
    "US": "VEREINIGTE STAATEN",
}
"""Countries as the Deutsche Post wants them: last line, capitals, in German."""


def _working(addresses: Iterable[str], is_dead: IsDead) -> Iterator[str]:
    return (each for each in addresses if usable_email(each) and not is_dead(Email(each, "")))


def _working_address(case: CaseFileUpdated, is_dead: IsDead) -> str | None:
    """The client's address that they wrote from in this case, else their first usable one."""
    assert case.client is not None
    usable = list(_working(case.client.emails, is_dead))
    wrote_from = {address.casefold() for address in case.correspondents}
    return next((a for a in usable if a.casefold() in wrote_from), usable[0] if usable else None)
