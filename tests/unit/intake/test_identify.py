"""A stranger's contact never reaches a client's case."""

from dataclasses import replace

import pytest

from services.intake.domain.identify import (
    Author,
    Identified,
    Known,
    KnownCase,
    References,
    Suspicion,
    find_references,
    identify,
)
from shared.ids import derived_case_id
from shared.message_ids import message_id_of

KEY = "secret"
CASE, OTHER = derived_case_id("one"), derived_case_id("other")
NOTICE = "0b7c3f4e-8f10-8a52-9d1e-3c5b6a7d8e9f"
OURS = message_id_of(NOTICE, KEY, "claimsdesk.example")
ANNA = Author("anna@example.org", authenticated=True)
CASES = {
    CASE: KnownCase(frozenset({"anna@example.org"}), "K-1"),
    OTHER: KnownCase(frozenset({"ben@example.org"}), "K-2"),
}
ADDRESSES = {
    "anna@example.org": frozenset({"K-1"}),
    "anna.second@example.org": frozenset({"K-1"}),
    "ben@example.org": frozenset({"K-2"}),
    "couple@example.org": frozenset({"K-1", "K-2"}),
}


def decide(references: References, sender: Author = ANNA, **known: object) -> Identified:
    facts = {
        "cases": CASES,
        "case_of_notice": {NOTICE: CASE},
        "clients": ADDRESSES.get(sender.address, frozenset()),
    }
    return identify(references, sender, Known(**{**facts, **known}))


def quoting(*places: str, thread: tuple[str, ...] = ()) -> References:
    return find_references(places, thread, KEY)


BELONGS = {
    "number in the subject": quoting(f"Re: [{CASE}]"),
    "number in the text": quoting("", f"zu {CASE.lower()}"),
    "number without hyphens": quoting(CASE.replace("-", "")),
    "number in the quoted history": quoting("", "", f"> {CASE}"),
    "number in an attachment's name": quoting("", "", "", f"{CASE}.pdf"),
    "reply to our notice": quoting("AW: Ihr Schaden", thread=("<a@b>", OURS)),
    "our notice last in a long thread": quoting("", thread=(OURS, "<c@d>")),
    "subject before a foreign number below": quoting(f"[{CASE}]", f"wie bei {OTHER}"),
}


@pytest.mark.parametrize("references", BELONGS.values(), ids=BELONGS.keys())
@pytest.mark.parametrize("address", ["anna@example.org", "anna.second@example.org"])
def test_a_reference_of_a_known_sender_counts(references: References, address: str):
    identified = decide(references, Author(address, True))
    assert replace(identified, also=()) == Identified(CASE, "K-1")


def test_another_case_that_is_named_too_is_shown_to_a_person():
    mixed_up = {
        "subject and text": quoting(f"[{CASE}]", f"wie bei {OTHER}"),
        "subject and attachment": quoting(f"[{CASE}]", "", "", f"{OTHER}.pdf"),
        "text and the notice that it answers": quoting(OTHER, thread=(OURS,)),
    }
    both = {case: KnownCase(frozenset({"anna@example.org"})) for case in CASES}
    assert [decide(each, cases=both).also for each in mixed_up.values()] == [
        (OTHER,),
        (OTHER,),
        (CASE,),
    ]


def test_an_old_number_in_quoted_history_is_no_second_case():
    places = (f"[{CASE}]", "anbei", f"> zu {OTHER}", f"{CASE}.pdf")
    references = find_references(places, (OURS,), KEY, quoted=2)
    assert decide(references) == Identified(CASE, "K-1")


STRANGERS = {
    "another client": Author("ben@example.org", True),
    "unknown address": Author("eve@example.com", True),
    "plus-address": Author("anna+x@example.org", True),
    "subdomain": Author("anna@mail.example.org", True),
    "look-alike domain": Author("anna@examp1e.org", True),
    "domain appended": Author("anna@example.org.evil.example", True),
    "dot added": Author("an.na@example.org", True),
    "no address": Author("", True),
}


@pytest.mark.parametrize("sender", STRANGERS.values(), ids=STRANGERS.keys())
@pytest.mark.parametrize("references", BELONGS.values(), ids=BELONGS.keys())
def test_a_strangers_reference_is_a_suspicion(sender: Author, references: References):
    identified = decide(references, sender)
    assert identified.suspicion is Suspicion.UNKNOWN_SENDER
    assert identified.case_id == CASE
    assert identified.client_id is None


@pytest.mark.parametrize("references", BELONGS.values(), ids=BELONGS.keys())
def test_a_sender_nobody_vouches_for_only_proposes(references: References):
    identified = decide(references, Author("anna@example.org", authenticated=False))
    assert identified == Identified(CASE, suspicion=Suspicion.UNAUTHENTICATED)


def test_a_forged_message_id_is_no_reference():
    forged = f"<notice.{NOTICE}.{'0' * 16}@claimsdesk.example>"
    assert not quoting("", thread=(forged,))


def test_a_number_with_a_typing_error_is_no_reference():
    wrong = CASE[:-1] + ("2" if CASE[-1] != "2" else "3")
    assert not quoting(f"Re: {wrong}")


def test_what_is_not_known_yet_waits():
    unknown = derived_case_id("unknown")
    assert decide(quoting(unknown)) == Identified(unknown, None, Suspicion.UNKNOWN_CASE, True)
    no_notice = decide(quoting("", thread=(OURS,)), case_of_notice={})
    assert (no_notice.waits, no_notice.suspicion) == (True, Suspicion.UNKNOWN_CASE)


def test_two_cases_in_one_place_are_for_a_person():
    both = quoting(f"{CASE} {OTHER}")
    assert decide(both).suspicion is Suspicion.UNKNOWN_SENDER
    known_for_both = {case: KnownCase(frozenset({"anna@example.org"})) for case in CASES}
    assert decide(both, cases=known_for_both).suspicion is Suspicion.SEVERAL_CASES


def test_a_correspondent_who_is_no_client_is_known_for_that_case():
    case = {CASE: KnownCase(frozenset({"lawyer@example.net"}), "K-1")}
    identified = decide(quoting(CASE), Author("lawyer@example.net", True), cases=case)
    assert identified == Identified(CASE, None)


@pytest.mark.parametrize(
    ("sender", "client"),
    [
        (ANNA, "K-1"),
        (Author("anna@example.org", authenticated=False), None),
        (Author("eve@example.com", True), None),
        (Author("couple@example.org", True), None),
        (Author("", False), None),
    ],
)
def test_a_new_contact_names_its_client_only_when_it_is_certain(sender: Author, client: str | None):
    assert decide(References(), sender) == Identified(client_id=client)


def test_a_couples_address_is_told_apart_by_the_case():
    couple = Author("couple@example.org", True)
    assert decide(quoting(CASE), couple) == Identified(CASE, "K-1")
