"""`claimsdesk contact parse` on the real command line: every kind of file, and clear errors."""

import io
import json
import os
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pypdfium2
import pytest
import structlog
from typer.testing import CliRunner

from claimsdesk.main import app
from shared.ids import derived_case_id
from shared.message_ids import message_id_of
from tests.support.e_invoices import IBAN, e_invoice, pdf_with

pytestmark = pytest.mark.timeout(120)
SAMPLES = Path("deploy/demo/contacts")
COMMAND = [sys.executable, "-m", "claimsdesk", "contact", "parse"]
CASE = derived_case_id("parse")
KEY = "secret of the tests"


def run(*arguments, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The command as a person starts it."""
    clean = {name: value for name, value in os.environ.items() if "CLAIMSDESK" not in name}
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(
        command, input=stdin, capture_output=True, env=clean, timeout=100, check=False
    )


def parsed(*arguments, stdin: bytes = b"", **environment: str) -> dict:
    """What the command prints, in this process: starting one takes seconds."""
    line = ["contact", "parse", *map(str, arguments), "--json"]
    result = CliRunner().invoke(app, line, input=stdin, env=environment)
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def blank_pdf() -> bytes:
    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(595, 842)
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {
        "Received": "from a by mx.desk.example; Mon, 16 Nov 2026 09:12:44 +0100",
        "From": "Tom Beispiel <tom@example.org>",
        "Message-ID": "<parse@example.org>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }.items():
        message[name] = value
    return message


def claim_with_invoices() -> bytes:
    message = mail(
        Subject=f"Glasbruch {CASE}",
        Authentication_Results="mx.desk.example; dmarc=pass header.from=example.org",
    )
    message.set_content(
        "Gestern ist unsere Wohnzimmerscheibe zerbrochen, HH-2024-000123.\n"
        "Rückruf bitte unter 030 901820.\n\nMit freundlichen Grüßen\nTom\n\n"
        "Am 10.11.2026 schrieb Desk:\n> Ihre Police HH-2020-000001 und 999,00 EUR\n"
    )
    message.add_attachment(
        pdf_with(e_invoice(), blank_pdf()),
        maintype="application",
        subtype="pdf",
        filename="beleg.pdf",
    )
    ubl = e_invoice("ubl-2.1", **{"BT-1": "X-2", "BT-112": "59.50", "BT-115": "59.50"})
    message.add_attachment(ubl, maintype="text", subtype="xml", filename="xrechnung.xml")
    return bytes(message)


def test_a_mail_with_electronic_invoices_from_standard_input(tmp_path):
    known = tmp_path / "known.yaml"
    known.write_text(
        "clients:\n- {client_id: K-1, name: Tom, emails: [Tom@example.org], revision: 1}\n"
        f"cases:\n- {{case_id: {CASE}, client_id: K-1}}\n"
    )
    options = ("--trust", "mx.desk.example", "--known", known)
    result = run("-", *options, "--json", stdin=claim_with_invoices())
    assert (result.returncode, result.stderr) == (0, b"")
    shown = json.loads(result.stdout)
    assert (shown["kind"], shown["channel"]) == ("contact", "email")
    assert shown["received_at"] == "2026-11-16T08:12:44+00:00"
    assert shown["sender"] == {
        "name": "Tom Beispiel",
        "address": "tom@example.org",
        "authenticated": True,
    }
    assert shown["references"]["cases"] == [CASE]
    assert (shown["case_id"], shown["client_id"], shown["unidentified"]) == (CASE, "K-1", None)
    assert "999,00" not in shown["text"]
    claim = shown["claim"]
    assert (claim["policy_number"], claim["date_of_loss"]) == ("HH-2024-000123", "2026-11-15")
    lines = [(line["amount"], line["invoice_number"]) for line in claim["lines"]]
    assert lines == [("290.00", "RE-2026-0457"), ("59.50", "X-2")]
    assert [(i["exact"], i["iban"], i["file"]) for i in shown["invoices"]] == [
        (True, IBAN, "beleg.pdf"),
        (True, IBAN, "xrechnung.xml"),
    ]
    values = {value["field"]: value for value in shown["values"]}
    assert values["invoice.1.total"]["confidence"] == 1
    assert values["phone_number"]["value"] == "+4930901820"
    assert values["policy_number"]["quote"]
    kinds = [(each["name"], each["kind"], each["readable"]) for each in shown["attachments"]]
    assert kinds == [("beleg.pdf", "invoice", True), ("xrechnung.xml", "invoice", True)]


@pytest.mark.parametrize(
    "written", ["2026-11-16T08:12:44", "2026-11-16T08:12:44Z", "2026-11-16T09:12:44+01:00"]
)
def test_when_it_came_may_be_written_with_a_zone(written: str):
    shown = parsed("-", "--received", written, stdin=mail().as_bytes())
    assert shown["received_at"] == "2026-11-16T08:12:44+00:00"


def test_without_trust_and_knowledge_a_reference_is_nothing_but_a_suspicion():
    shown = parsed("-", stdin=claim_with_invoices())
    assert not shown["sender"]["authenticated"]
    assert (shown["case_id"], shown["unidentified"]) == (None, "unknown_case")


def test_an_invoice_that_attacks_is_for_a_person():
    message = mail(Subject="Rechnung")
    message.set_content("siehe Anlage")
    bomb = e_invoice().replace(b"<rsm:", b'<!DOCTYPE x [<!ENTITY a "ha">]><rsm:', 1)
    message.add_attachment(bomb, maintype="application", subtype="xml", filename="rechnung.xml")
    shown = parsed("-", stdin=bytes(message))
    assert "electronic invoice" in shown["needs_person"]
    assert [each["readable"] for each in shown["attachments"]] == [False]


def test_a_bounce_names_its_notice_only_with_our_key():
    about = message_id_of("8d5e957f-2979-8a11-8000-000000000001", KEY, "desk.example")
    bounce = SAMPLES.joinpath("bounce.eml").read_bytes()
    begin = bounce.index(b"{{notice_message_id")
    end = bounce.index(b"}}", begin) + 2
    bounce = bounce.replace(bounce[begin:end], about.encode())
    ours = parsed("-", stdin=bounce, CLAIMSDESK_NOTICE_KEY=KEY)
    assert ours["kind"] == "delivery_report"
    assert ours["delivery_report"]["notice_id"] == "8d5e957f-2979-8a11-8000-000000000001"
    assert ours["delivery_report"]["status"] == "bounced"
    forged = parsed("-", stdin=bounce, CLAIMSDESK_NOTICE_KEY="another")
    assert forged["delivery_report"]["notice_id"] is None


def test_a_machine_a_note_and_a_letter():
    assert parsed(SAMPLES / "out-of-office-de.eml")["kind"] == "machine"
    note = parsed(SAMPLES / "phone-theft-de.phone.json")
    assert (note["channel"], note["intent"]) == ("phone", "claim")
    assert note["claim"]["lines"][0]["amount"] == "780.00"
    letter = parsed(SAMPLES / "water-damage-de.letter.pdf")
    assert (letter["channel"], letter["attachments"][0]["kind"]) == ("letter", "letter")
    assert letter["claim"]["policy_number"] == "HH-2019-000064"


def test_without_tesseract_it_says_so_and_the_letter_waits_for_a_person(tmp_path):
    shown = parsed(SAMPLES / "water-damage-de.letter.pdf", PATH=str(tmp_path))
    assert shown["needs_person"]
    assert any("OCR is not installed" in note for note in shown["notes"])


def test_people_get_words_and_a_stranger_can_not_steer_their_terminal():
    message = mail(Subject="\x1b[31mrot\x1b]0;owned\x07 [bold]fett[/bold] [/]")
    message.set_content("Hallo \x1b[2J\x9b31m [link=file:///etc/passwd]hier[/link] 450,00 EUR\n")
    result = run("-", stdin=bytes(message))
    shown = result.stdout.decode()
    assert result.returncode == 0
    assert "nobody vouches for it" in shown
    assert "[link=file:///etc/passwd]hier[/link] 450,00 EUR" in shown
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.eml", None, "No such file"),
        ("empty.eml", b" \n", "is empty"),
        ("mail.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "save the mail as .eml"),
        ("song.mp3", b"ID3\x04\0\0" + bytes(range(256)), "is no mail"),
        ("note.json", b'{"caller_name": "A", "colour": 1}', "call_back_number: Field required"),
        ("note.json", b"{", "Invalid JSON"),
    ],
)
def test_what_can_not_be_read_is_said_in_a_sentence(tmp_path, name, content, words):
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    result = CliRunner().invoke(app, ["contact", "parse", str(file), "--json"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr


def test_what_is_known_has_to_fit(tmp_path):
    wrong = tmp_path / "known.yaml"
    wrong.write_text("cases:\n- {number: 1}\n")
    arguments = ["contact", "parse", str(SAMPLES / "approved-de.eml"), "--known", str(wrong)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert f"{wrong}: cases 0 case_id: Field required" in result.stderr


@pytest.fixture(autouse=True)
def _logs_as_before():
    """The command sets up its own logs, which must not reach other tests."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.parametrize(
    ("headers", "noted"),
    [
        ({}, False),
        ({"In_Reply_To": "<a@example.org>"}, True),
        ({"References": "<a@example.org>"}, True),
    ],
)
def test_a_missing_key_is_noted_where_it_could_have_told_something(headers, noted):
    notes = parsed("-", stdin=mail(**headers).as_bytes(), CLAIMSDESK_NOTICE_KEY="")["notes"]
    assert any("CLAIMSDESK_NOTICE_KEY" in note for note in notes) is noted
