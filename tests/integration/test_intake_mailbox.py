"""Mails on their way in: a real SMTP and IMAP server, both databases."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import structlog

from deploy.local.mail import DESK_ADDRESS, MailServer
from services.intake.receiving import receive_mails
from shared.contract.contacts import ContactReceived, DocumentKind
from shared.contract.public import DeliveryReported
from shared.ids import derived_case_id
from tests.support.intake_desk import (
    CASE_ID,
    CLIENT,
    NOTICE_ID,
    OUR_MESSAGE_ID,
    IntakeDesk,
    case_file,
    image_pdf,
    intake_desk,
    mail,
)
from tests.support.no_skips import missing

CLAIM = """\
Guten Tag,

mein Fahrrad wurde am 12.11.2026 gestohlen.
Versicherungsnummer: HH-2024-000123

- Fahrrad (gestohlen): 450,00 EUR

Viele Grüße
Anna Schmidt
"""
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(scope="module")
def mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    server = MailServer(tmp_path_factory.mktemp("mail"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def desk(
    mail_server: MailServer, database_url: str, tmp_path: Path
) -> AsyncIterator[IntakeDesk]:
    with mail_server.mailbox(DESK_ADDRESS) as box:
        for folder in box.folder.list():
            box.folder.set(folder.name)
            box.delete(box.uids())
    async with intake_desk(tmp_path, database_url, mail_server) as running:
        yield running


async def test_a_mail_becomes_one_contact_and_leaves_the_inbox(desk: IntakeDesk):
    await desk.knows(CLIENT)
    message = mail(CLAIM)
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="Rechnung Rad.pdf")
    async with desk.reading():
        contact = await desk.contact(desk.deliver(message))
        await asyncio.sleep(0.3)
    assert (desk.folder("INBOX"), desk.folder("Processed")) == (0, 1)
    assert contact.intent == "claim"
    assert contact.client_id == CLIENT.client_id
    assert contact.sender.authenticated
    assert contact.case_id is None
    assert contact.claim is not None
    assert contact.claim.policy_number == "HH-2024-000123"
    assert str(contact.claim.date_of_loss) == "2026-11-12"
    (line,) = contact.claim.lines
    assert (line.description, str(line.amount), line.benefit) == (
        "Fahrrad (gestohlen)",
        "450.00",
        "bicycle_theft",
    )
    original, invoice = contact.documents
    assert original.kind is DocumentKind.ORIGINAL
    assert invoice.kind is DocumentKind.INVOICE
    assert b"Fahrrad (gestohlen)" in await desk.app.documents.get(original.document_id)
    assert await desk.app.documents.get(invoice.document_id) == PDF


async def test_a_reply_of_a_known_sender_belongs_to_its_case(desk: IntakeDesk):
    await desk.knows(CLIENT, case_file())
    by_number = mail("Anbei.", subject=f"AW: Ihr Schaden [{CASE_ID}]")
    by_thread = mail("Hier die Rechnung.", subject="AW: Ihr Schaden", In_Reply_To=OUR_MESSAGE_ID)
    async with desk.reading():
        ids = [desk.deliver(by_number), desk.deliver(by_thread)]
        contacts = [await desk.contact(message_id) for message_id in ids]
    assert [contact.case_id for contact in contacts] == [CASE_ID, CASE_ID]
    assert [contact.intent for contact in contacts] == ["reply", "reply"]


@pytest.mark.parametrize(
    ("suspicion", "message"),
    [
        ("unknown_sender", mail(f"Zu {CASE_ID}", sender="Anna Schmidt <eve@example.com>")),
        ("unknown_sender", mail("?", sender="eve@example.com", References=OUR_MESSAGE_ID)),
        ("unauthenticated", mail(f"Zu {CASE_ID}", passed=False)),
        ("unknown_case", mail(f"Zu {derived_case_id('nobody knows it')}")),
    ],
)
async def test_a_reference_of_somebody_else_waits_for_a_person(
    desk: IntakeDesk, suspicion: str, message: EmailMessage
):
    await desk.knows(CLIENT, case_file())
    async with desk.reading():
        (row,) = await desk.settled(desk.deliver(message))
    assert (row.verdict, row.reason) == ("unidentified", suspicion)
    assert await desk.published() == []
    async with desk.api() as api:
        (waiting,) = (await api.get("/unidentified")).json()
    assert waiting["suspicion"] == suspicion
    assert waiting["contact_id"] == row.contact_id


async def test_a_case_that_becomes_known_in_time_is_found(desk: IntakeDesk):
    async with desk.reading():
        message_id = desk.deliver(mail(f"Zu {CASE_ID}: anbei."))
        (row,) = await desk.recorded(message_id)
        assert row.verdict is None
        await desk.knows(CLIENT, case_file())
        contact = await desk.contact(message_id)
    assert contact.case_id == CASE_ID
    assert contact.documents[0].kind is DocumentKind.ORIGINAL


async def test_a_scanned_invoice_in_a_mail_is_read(desk: IntakeDesk):
    if shutil.which("tesseract") is None:
        missing("tesseract is not installed")
    invoice = (
        "#set text(14pt)\nGlaserei Schulz \\ Rechnung Nr. 2026-4706 \\ Gesamtbetrag: 320,00 EUR"
    )
    message = mail("Am 12.11.2026 ist unser Fenster zerbrochen. HH-2024-000123")
    message.add_attachment(
        image_pdf(invoice), maintype="application", subtype="pdf", filename="scan0001.pdf"
    )
    async with desk.reading():
        contact = await desk.contact(desk.deliver(message))
    assert contact.documents[1].kind is DocumentKind.INVOICE
    assert contact.claim is not None
    (line,) = contact.claim.lines
    assert (str(line.amount), line.invoice_number) == ("320.00", "2026-4706")


async def test_a_mail_on_which_our_program_fails_goes_to_a_person(desk: IntakeDesk, monkeypatch):
    def fail(*_: object) -> None:
        raise ZeroDivisionError(CLAIM)

    monkeypatch.setattr("services.intake.deciding.contact_of_mail", fail)
    async with desk.reading():
        contact = await desk.contact(desk.deliver(mail(CLAIM)))
    assert contact.needs_person == "the desk could not read this contact"
    assert contact.sender.address == "anna@example.org"
    assert len(contact.documents) == 1


async def test_the_same_mail_delivered_twice_is_one_contact(desk: IntakeDesk):
    message = mail(CLAIM)
    async with desk.reading():
        message_id = desk.deliver(message)
        await desk.settled(message_id)
        desk.deliver(b"Received: by another way\r\n" + message.as_bytes())
        rows = await desk.settled(message_id, 2)
    first, second = sorted(rows, key=lambda row: row.verdict == "duplicate")
    assert (first.verdict, second.verdict) == ("contact", "duplicate")
    assert (second.duplicate_of, second.contact_id) == (first.received_id, first.contact_id)
    assert len(await desk.published()) == 1


async def test_another_mail_with_a_borrowed_message_id_is_no_duplicate(desk: IntakeDesk):
    victims = mail(CLAIM)
    eves = mail("Hello", sender="eve@example.com")
    eves.replace_header("Message-ID", victims["Message-ID"])
    async with desk.reading():
        message_id = desk.deliver(eves)
        desk.deliver(victims)
        rows = await desk.settled(message_id, 2)
    assert [row.verdict for row in rows] == ["contact", "contact"]


async def test_a_mail_left_in_the_inbox_by_a_crash_is_only_moved(desk: IntakeDesk):
    fetched = []

    async def crash_before_the_move(mails):
        fetched.extend(mails)
        await receive_mails(desk.app, mails)
        raise ConnectionResetError

    crashing = desk.mailbox()
    crashing._handler = crash_before_the_move
    async with desk.reading(crashing):
        message_id = desk.deliver(mail(CLAIM))
        await desk.settled(message_id)
    assert desk.folder("INBOX") == 1
    async with desk.reading():
        await desk.until(lambda: desk.folder("INBOX") == 0)
    assert desk.folder("Processed") == 1
    assert [row.verdict for row in await desk.received(message_id)] == ["contact"]
    assert len(await desk.published()) == 1


OUT_OF_OFFICE = mail("Ich bin nicht da.", subject="Automatische Antwort: Ihr Schaden")
OUT_OF_OFFICE["Auto-Submitted"] = "auto-replied"
OUT_OF_OFFICE["In-Reply-To"] = OUR_MESSAGE_ID


def bounce(original_id: str, action: str = "failed") -> bytes:
    return f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: {DESK_ADDRESS}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{action}@mx.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; anna@example.org
Action: {action}
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: {original_id}
Subject: Ihr Schaden
--b--
""".encode()


async def test_a_machines_mail_is_no_contact_and_goes_to_its_own_folder(desk: IntakeDesk):
    async with desk.reading():
        (row,) = await desk.settled(desk.deliver(OUT_OF_OFFICE))
        desk.deliver(bounce("<somebody-elses@example.org>"))
        (unmatched,) = await desk.settled("<bounce-failed@mx.example.org>")
        await asyncio.sleep(0.3)
    assert (row.verdict, unmatched.verdict) == ("machine", "machine")
    assert await desk.published() == []
    assert (desk.folder("INBOX"), desk.folder("Machine")) == (0, 2)


async def test_a_bounce_of_our_notice_is_a_report_on_it(desk: IntakeDesk):
    async with desk.reading():
        desk.deliver(bounce(OUR_MESSAGE_ID))
        (row,) = await desk.settled("<bounce-failed@mx.example.org>")
    (report,) = await desk.published()
    assert isinstance(report, DeliveryReported)
    assert (report.notice_id, report.status, report.code) == (NOTICE_ID, "bounced", "5.1.1")
    assert (row.verdict, row.notice_id) == ("delivery_report", NOTICE_ID)


async def test_a_mail_that_is_none_goes_to_a_person(desk: IntakeDesk):
    async with desk.reading():
        desk.deliver(b"\x00\xff this is no mail at all\r\n\r\n\xfe\xfe")
        await desk.until(lambda: desk.folder("Processed") == 1)
    (contact,) = await desk.published()
    assert isinstance(contact, ContactReceived)
    assert contact.needs_person
    assert desk.folder("INBOX") == 0


async def test_a_server_that_is_away_is_waited_for_and_said(desk: IntakeDesk):
    from deploy.local.ports import free_port

    mailbox = desk.mailbox(free_port())
    async with desk.reading(mailbox):
        await asyncio.sleep(0.5)
        assert mailbox.problem is not None
        assert "away" in mailbox.problem
        mailbox._account = desk.mailbox()._account
        await desk.contact(desk.deliver(mail(CLAIM)))
        await desk.until(lambda: mailbox.problem is None)


async def test_a_mail_server_that_dies_and_comes_back_loses_nothing(
    database_url: str, tmp_path: Path
):
    server = MailServer(tmp_path / "mail")
    server.start()
    try:
        async with intake_desk(tmp_path, database_url, server) as desk, desk.reading() as mailbox:
            await desk.contact(desk.deliver(mail(CLAIM)))
            server.kill()
            await desk.until(lambda: mailbox.problem is not None)
            server.start()
            await desk.contact(desk.deliver(mail(CLAIM)))
            await desk.until(lambda: mailbox.problem is None)
    finally:
        server.stop()


async def test_mails_that_arrive_between_two_looks_do_not_break_the_connection(desk: IntakeDesk):
    """A server may announce them before it agrees to idle."""
    with structlog.testing.capture_logs() as logs:
        async with desk.reading():
            for number in range(60):
                message_id = await asyncio.to_thread(desk.deliver, mail(f"Nummer {number}"))
                await asyncio.sleep(number % 5 / 20)
            await desk.contact(message_id)
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == []
    assert len(await desk.published()) == 60


async def test_a_stop_is_quick_while_the_mailbox_is_idle(desk: IntakeDesk):
    async with desk.reading() as mailbox:
        await desk.until(lambda: mailbox.problem is None)
        await asyncio.sleep(0.2)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 1


async def test_a_document_store_that_is_full_keeps_mails_in_the_inbox(desk: IntakeDesk):
    folder = desk.app.settings.documents_dir
    folder.rmdir()
    folder.write_text("in the way")
    async with desk.reading() as mailbox:
        message_id = desk.deliver(mail(CLAIM))
        await desk.until(lambda: "document store" in (mailbox.problem or ""))
        assert await desk.received(message_id) == []
        folder.unlink()
        await desk.contact(message_id)
        await desk.until(lambda: mailbox.problem is None)
