"""Contacts from a folder: their channel, their order, and errors that name what is wrong."""

from decimal import Decimal

import pytest

from claimsdesk.demo.contacts import load_contacts
from claimsdesk.errors import CommandError

MAIL = b"From: a@example.org\nSubject: x\n\nHello\n"


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, content in files.items():
            path = tmp_path / name.replace("__", "-").replace("_", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


def by_name(contacts):
    return {contact.name: contact for contact in contacts}


def test_the_ending_says_what_a_contact_is(folder):
    contacts = by_name(
        load_contacts(
            folder(
                a_eml=MAIL, b_phone_json="{}", c_letter_pdf=b"%PDF", d_PNG=b"x", e_jpg=b"x",
                f_pdf=b"%PDF", g_web_json="{}", notes_txt="no contact",
            )
        )
    )  # fmt: skip
    assert {name: contact.channel for name, contact in contacts.items()} == {
        "a": "email", "b": "phone", "c": "letter", "d": "letter", "e": "letter", "f": "letter",
        "g": "web",
    }  # fmt: skip


def test_a_contact_needs_no_expectation(folder):
    (contact,) = load_contacts(folder(a_eml=MAIL))
    assert contact.expectation is None
    assert contact.after == frozenset()


@pytest.mark.parametrize("name", ["a_expect_yaml", "a_expect_yml", "a_expect_json"])
def test_an_expectation_may_state_little_and_may_be_flat(folder, name):
    (contact,) = load_contacts(folder(a_eml=MAIL, **{name: '{"outcome": "approved"}'}))
    assert contact.expectation.expect.outcome == "approved"
    assert contact.expectation.expect.intake is None
    assert contact.expectation.expect.notices is None


def test_an_expectation_may_carry_the_whole_file_name(folder):
    (contact,) = load_contacts(folder(a_eml=MAIL, a_eml_expect_yaml="intake: machine"))
    assert contact.expectation.expect.intake == "machine"


def test_notices_may_be_named_by_their_kind_alone(folder):
    text = "expect: {notices: [receipt, {kind: decision, channel: letter}]}"
    (contact,) = load_contacts(folder(a_eml=MAIL, a_expect_yaml=text))
    receipt, decision = contact.expectation.expect.notices
    assert (receipt.kind, receipt.channel) == ("receipt", None)
    assert (decision.kind, decision.channel) == ("decision", "letter")


def test_without_ocr_its_own_expectation_counts_where_there_is_one(folder):
    text = "{expect: {outcome: approved}, expect_without_ocr: {outcome: waiting_for_person}}"
    (contact,) = load_contacts(folder(a_pdf=b"%PDF", a_expect_yaml=text))
    assert contact.expectation.expected(ocr=True).outcome == "approved"
    assert contact.expectation.expected(ocr=False).outcome == "waiting_for_person"


def test_steps_of_people(folder):
    text = """
    then:
      - {by: representative, outcome: escalate, comment: too much}
      - {by: supervisor, accept: true}
      - {by: sven, outcome: approve_in_part, lines: {1: "19.50"}, reasons: [limit_per_claim]}
      - {by: supervisor, return: Ask for photos}
    """
    (contact,) = load_contacts(folder(a_eml=MAIL, a_expect_yaml=text))
    escalate, accept, decide, returned = contact.expectation.then
    assert (escalate.outcome, accept.accept) == ("escalate", True)
    assert decide.lines == {1: Decimal("19.50")}
    assert returned.instruction == "Ask for photos"


def test_what_a_contact_names_comes_before_it(folder):
    contacts = load_contacts(
        folder(
            a_eml=MAIL + b"{{case_id:z}}",
            m_eml=MAIL,
            m_expect_yaml="after: [a]",
            z_eml=MAIL,
        )
    )
    assert [contact.name for contact in contacts] == ["z", "a", "m"]


def test_two_braces_in_a_scan_mean_nothing(folder):
    (contact,) = load_contacts(folder(a_pdf=b"%PDF {{case_id:z}}"))
    assert contact.after == frozenset()


def test_a_repeat_needs_no_file_of_its_own(folder):
    contacts = by_name(load_contacts(folder(a_eml=MAIL, b_expect_yaml="duplicate_of: a")))
    assert contacts["b"].raw == MAIL
    assert contacts["b"].channel == "email"
    assert contacts["b"].after == {"a"}
    assert contacts["b"].duplicate_of == "a"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "holds no contact"),
        ({"a_expect_yaml": "outcome: approved"}, "stands alone"),
        ({"a_eml": MAIL, "a_pdf": b"%PDF"}, "two contacts are called 'a'"),
        ({"a_eml": MAIL, "a_expect_yaml": "after: [b]"}, "a comes after b, which is not there"),
        (
            {"a_eml": MAIL + b"{{case_id:b}}", "b_eml": MAIL + b"{{case_id:a}}"},
            "wait for each other: ",
        ),
        ({"a_eml": MAIL, "a_expect_yaml": "outcome: aproved"}, "field expect.outcome: "),
        ({"a_eml": MAIL, "a_expect_yaml": "outcom: approved"}, "field outcom: "),
        ({"a_eml": MAIL, "a_expect_yaml": "then: [{by: rita}]"}, "exactly one of"),
        ({"a_eml": MAIL, "a_expect_yaml": "a: b: c"}, "can't be read"),
        ({"a_eml": MAIL, "a_expect_yaml": "channel: letter"}, "by email, but its expectation says"),
    ],
)
def test_what_is_wrong_is_named(folder, files, said):
    with pytest.raises(CommandError, match=said):
        load_contacts(folder(**files))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="is no folder"):
        load_contacts(tmp_path / "nowhere")
