import pytest

from services.notify.domain.channel import (
    Email,
    ForPerson,
    Letter,
    Way,
    choose_way,
    letter_way,
    usable_email,
)
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Channel
from shared.contract.facts import NoticeKind
from shared.contract.reference import PostalAddress
from tests.support.notify_desk import a_case, with_client

NAME = "Erika Müller-Lüdenscheidt"
HOME = (NAME, "Lindenstraße 5", "10969 Berlin")
KNOWN = a_case()
STRANGER = a_case(client=None, correspondents=("stranger@client.example",))


@pytest.mark.parametrize(
    ("case", "kind", "way"),
    [
        (KNOWN, NoticeKind.RECEIPT, Email("erika@client.example", NAME)),
        (KNOWN, NoticeKind.DECISION, Email("erika@client.example", NAME)),
        (with_client(KNOWN, email_consent=False), NoticeKind.RECEIPT, Letter(HOME)),
        (with_client(KNOWN, emails=()), NoticeKind.RECEIPT, Letter(HOME)),
        (with_client(KNOWN, emails=("not an address",)), NoticeKind.RECEIPT, Letter(HOME)),
        (
            with_client(KNOWN, emails=("broken@", "second@client.example")),
            NoticeKind.RECEIPT,
            Email("second@client.example", NAME),
        ),
        (
            with_client(KNOWN, emails=("first@client.example", "Erika@client.example")),
            NoticeKind.RECEIPT,
            Email("Erika@client.example", NAME),
        ),
        (
            with_client(KNOWN, emails=("first@client.example",)),
            NoticeKind.RECEIPT,
            Email("first@client.example", NAME),
        ),
        (STRANGER, NoticeKind.RECEIPT, Email("stranger@client.example", "")),
        (STRANGER, NoticeKind.INFORMATION_REQUEST, Email("stranger@client.example", "")),
        (STRANGER, NoticeKind.COMPLAINT_ACKNOWLEDGED, Email("stranger@client.example", "")),
        (STRANGER, NoticeKind.PASSED_ON, Email("stranger@client.example", "")),
        (
            KNOWN.model_copy(update={"channel": Channel.WEB}),
            NoticeKind.RECEIPT,
            Email("erika@client.example", NAME),
        ),
    ],
)
def test_the_way_of_a_notice(case: CaseFileUpdated, kind: NoticeKind, way: Way):
    assert choose_way(case, kind) == way


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        (STRANGER, NoticeKind.DECISION),
        (STRANGER.model_copy(update={"channel": Channel.LETTER}), NoticeKind.RECEIPT),
        (STRANGER.model_copy(update={"channel": Channel.WEB}), NoticeKind.RECEIPT),
        (STRANGER.model_copy(update={"correspondents": ()}), NoticeKind.RECEIPT),
        (with_client(KNOWN, email_consent=False, postal_address=None), NoticeKind.RECEIPT),
        (
            with_client(KNOWN, emails=(), postal_address=PostalAddress(lines=(" ",))),
            NoticeKind.RECEIPT,
        ),
    ],
)
def test_without_a_way_a_person_is_asked(case: CaseFileUpdated, kind: NoticeKind):
    assert isinstance(choose_way(case, kind), ForPerson)


@pytest.mark.parametrize(
    ("lines", "country", "printed"),
    [
        (("Lindenstraße 5", "10969 Berlin"), "DE", HOME),
        ((NAME.upper(), "Lindenstraße 5"), "DE", (NAME.upper(), "Lindenstraße 5")),
        (("Frau " + NAME, "Am Hof"), "DE", ("Frau " + NAME, "Am Hof")),
        (("Frau", *HOME), "DE", ("Frau", *HOME)),
        (
            ("Muster GmbH", "z. Hd. " + NAME, "Weg 1"),
            "DE",
            ("Muster GmbH", "z. Hd. " + NAME, "Weg 1"),
        ),
        (("\u00a0", "\u200b", *HOME), "DE", HOME),
        (
            (NAME, "Weg 1", "1010 Wien", "Österreich"),
            "AT",
            (NAME, "Weg 1", "1010 Wien", "ÖSTERREICH"),
        ),
        ((NAME, "1 Rue X\nF-75001 Paris"), "FR", (NAME, "1 Rue X F-75001 Paris", "FRANKREICH")),
        ((NAME, "Somewhere"), "jp", (NAME, "Somewhere", "JP")),
        (
            ("Büro", "Hof 3", "Haus 2", "Weg 1", "Ort", "Land"),
            "AT",
            (NAME, "Büro", "Hof 3", "Haus 2", "Weg 1", "Ort", "Land", "ÖSTERREICH"),
        ),
    ],
)
def test_the_address_in_the_window(lines: tuple[str, ...], country: str, printed: tuple[str, ...]):
    case = with_client(KNOWN, postal_address=PostalAddress(lines=lines, country=country))
    assert letter_way(case) == Letter(printed)


def test_a_name_that_a_street_begins_with_still_stands_above_it():
    home = PostalAddress(lines=("Lindenstraße 5", "10969 Berlin"))
    assert letter_way(with_client(KNOWN, name="Linde", postal_address=home)) == Letter(
        ("Linde", *home.lines)
    )


def test_a_name_of_signs_that_nobody_sees_takes_no_line():
    home = PostalAddress(lines=("Lindenstraße 5", "10969 Berlin"))
    assert letter_way(with_client(KNOWN, name="\u00a0\u200b", postal_address=home)) == Letter(
        home.lines
    )


@pytest.mark.parametrize(
    "address",
    ["a@b.example", "first.last+tag@sub.client.example", "o'neil@client.example", "x@1.2.example"],
)
def test_usable_addresses(address: str):
    assert usable_email(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@b.example",
        "a@b",
        "a b@c.example",
        "a@b.example\n",
        "a@b.example\r\nRCPT TO:<c@d.example>",
        "müller@client.example",
        "a@-b.example",
        "a@b..example",
        "a..b@c.example",
        ".a@c.example",
        "a.@c.example",
        "<a@b.example>",
        "a@b.example,c@d.example",
        f"{'a' * 65}@b.example",
        f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.example",
    ],
)
def test_addresses_that_are_answered_by_letter(address: str):
    assert not usable_email(address)
