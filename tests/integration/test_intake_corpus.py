"""The awkward mails of `tests/corpus`, by real SMTP and IMAP through one running intake."""

import asyncio
import smtplib
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from deploy.local.mail import DESK_ADDRESS, MailServer
from services.intake import store, tables
from services.intake.store import Received
from shared.contract.contacts import ContactReceived
from shared.contract.public import DeliveryReported
from shared.ids import derived_case_id
from tests.support.corpus import CorpusMail, corpus
from tests.support.intake_desk import (
    CASE_ID,
    CLIENT,
    NOTICE_ID,
    IntakeDesk,
    case_file,
    intake_desk,
)

MAILS = {mail.name: mail for mail in corpus()}
OTHER_CASE_ID = derived_case_id("another case of Anna's")
_MARK = b"X-Corpus: "


@dataclass(frozen=True)
class Outcome:
    """What intake made of one mail."""

    row: Received
    contact: ContactReceived | None
    report: DeliveryReported | None
    attachments: tuple[str, ...]
    published: bool


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Feed the whole corpus once."""
    folder = tmp_path_factory.mktemp("corpus")
    server = MailServer(folder / "mail", heap_mb=768)
    server.start()
    try:
        return asyncio.run(_fed(folder, server))
    finally:
        server.stop()


async def _fed(folder: Path, server: MailServer) -> dict[str, Outcome]:
    url = f"sqlite+aiosqlite:///{folder / 'intake.db'}"
    async with intake_desk(folder, url, server) as desk:
        await desk.knows(CLIENT, case_file(), case_file(OTHER_CASE_ID, facts=()))
        await asyncio.to_thread(_send_all, server)
        async with desk.reading():
            rows = await _settled(desk)
        assert desk.folder("INBOX") == 0
        return dict([await _outcome(desk, row) for row in rows])


def _send_all(server: MailServer) -> None:
    with smtplib.SMTP(server.host, server.smtp_port, timeout=60) as smtp:
        for mail in MAILS.values():
            marked = _MARK + mail.name.encode() + b"\r\n" + mail.raw
            smtp.sendmail("x@example.org", [DESK_ADDRESS], marked)


async def _settled(desk: IntakeDesk) -> list[Received]:
    end = time.monotonic() + 120
    while True:
        async with desk.app.service.database.reading() as connection:
            rows = await store.list_received(connection)
        if len(rows) == len(MAILS) and all(row.verdict for row in rows):
            return rows
        assert time.monotonic() < end, f"not in time: {len(rows)} of {len(MAILS)}"
        await asyncio.sleep(0.2)


async def _outcome(desk: IntakeDesk, row: Received) -> tuple[str, Outcome]:
    assert row.document_id is not None
    original = await desk.app.documents.get(row.document_id)
    name = original.partition(_MARK)[2].partition(b"\r\n")[0].decode()
    async with desk.app.service.database.reading() as connection:
        query = select(tables.contacts.c.body).where(tables.contacts.c.contact_id == row.contact_id)
        body = (await connection.execute(query)).scalar_one_or_none()
        documents = (await store.documents_of(connection, [row.received_id]))[row.received_id]
    published = await desk.published()
    reports = [each for each in published if isinstance(each, DeliveryReported)]
    outcome = Outcome(
        row,
        ContactReceived.model_validate_json(body) if body else None,
        next((each for each in reports if each.notice_id == row.notice_id), None),
        tuple(each.name for each in documents if each.document_id != row.document_id),
        any(isinstance(e, ContactReceived) and e.contact_id == row.contact_id for e in published),
    )
    return name, outcome


@pytest.mark.parametrize("mail", MAILS.values(), ids=MAILS.keys())
def test_what_becomes_of(mail: CorpusMail, outcomes: dict[str, Outcome]):
    expected, found = mail.expected, outcomes[mail.name]
    asked = expected.model_fields_set
    row = found.row
    assert (row.verdict, row.reason) == (expected.verdict, expected.reason or row.reason)
    if expected.verdict in {"contact", "unidentified"}:
        assert found.contact is not None
        _compare(mail, found.contact, found.attachments)
    if expected.verdict == "unidentified":
        assert not found.published
        assert row.reason == expected.reason
    if "suspected" in asked:
        assert (row.case_id == CASE_ID) is expected.suspected
    if expected.verdict == "machine":
        assert not found.published
    if expected.verdict == "delivery_report":
        assert found.report is not None
        assert found.report.notice_id == NOTICE_ID
        assert row.notice_id == NOTICE_ID


def _compare(mail: CorpusMail, contact: ContactReceived, attachments: tuple[str, ...]) -> None:
    expected = mail.expected
    asked = expected.model_fields_set
    claim = contact.claim
    found = {
        "case": contact.case_id == CASE_ID,
        "case_id": contact.case_id,
        "client": contact.client_id == CLIENT.client_id,
        "sender": contact.sender.address,
        "subject": contact.words.subject,
        "text": contact.words.text,
        "attachments": attachments,
        "policy_number": claim and claim.policy_number,
        "amounts": tuple(str(line.amount) for line in claim.lines) if claim else (),
        "intent": contact.intent.value,
        "unconfirmed_iban": claim and claim.unconfirmed_iban,
    }
    wanted = {name: getattr(expected, name) for name in found if name in asked}
    assert {name: found[name] for name in wanted} == wanted
    assert all(words in contact.words.text for words in expected.contains), contact.words.text
    assert not any(words in contact.words.text for words in expected.lacks), contact.words.text
    if "needs_person" in asked:
        assert (expected.needs_person or "") in (contact.needs_person or "")
        assert bool(expected.needs_person) is bool(contact.needs_person)
    assert "\x00" not in contact.model_dump_json()


def test_the_corpus_is_large_and_each_mail_says_what_is_awkward():
    assert len(MAILS) >= 60
