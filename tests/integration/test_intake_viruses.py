"""What clients send is checked by a real `clamd`, with a signature of our own."""

import asyncio
import io
import json
import time
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst

from services.intake import agents
from services.intake.adapters.inbox import FetchedMail
from services.intake.adapters.virus_scanner import OFF, TOO_LARGE, Clamd
from services.intake.receiving import receive_mails
from shared.contract.contacts import ContactReceived
from shared.errors import TemporaryFault
from tests.support.clamd import HARMLESS_VIRUS, RunningClamd, running_clamd
from tests.support.intake_desk import CLIENT, IntakeDesk, case_file, intake_desk, mail

LETTER = typst.compile(b"Sehr geehrte Damen und Herren, mein Fahrrad wurde gestohlen.")
INFECTED_LETTER = LETTER + b"\n" + HARMLESS_VIRUS
FOUND = "virus: Desk.Harmless.UNOFFICIAL"


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningClamd]:
    with running_clamd(tmp_path_factory.mktemp("clamd")) as running:
        yield running


@pytest.fixture
async def desk(clamd: RunningClamd, tmp_path: Path) -> AsyncIterator[IntakeDesk]:
    url = f"sqlite+aiosqlite:///{tmp_path}/intake.db"
    async with intake_desk(tmp_path, url, clamd=clamd.address) as running:
        await running.knows(CLIENT, case_file())
        yield running


def packed(data: bytes, name: str = "Rechnung.txt") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, data)
    return target.getvalue()


async def receive(desk: IntakeDesk, *attachments: tuple[str, bytes]) -> str:
    message = mail("Mein Fahrrad wurde gestohlen. Versicherungsnummer: HH-2024-000123")
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="zip", filename=name)
    fetched = FetchedMail("1", "1", message.as_bytes(), datetime.now(UTC))
    await receive_mails(desk.app, [fetched])
    return str(message["Message-ID"])


async def published(desk: IntakeDesk) -> ContactReceived:
    """Let everything be read; the one contact."""
    end = time.monotonic() + 20
    async with desk.examining():
        while not (contacts := await desk.published()):
            assert time.monotonic() < end
            await asyncio.sleep(0.02)
    (contact,) = contacts
    assert isinstance(contact, ContactReceived)
    return contact


async def test_the_scanner_is_asked_over_tcp_and_its_socket(clamd: RunningClamd):
    for address in (clamd.address, str(clamd.path)):
        scanner = Clamd(address, 20, 10_000_000)
        assert await scanner.problem() is None
        assert await scanner.danger_in(b"") is None
        assert await scanner.danger_in(LETTER) is None
        assert await scanner.danger_in(packed(HARMLESS_VIRUS)) == FOUND
        # Over the scanner's own limit, and over the one that we know of.
        assert await scanner.danger_in(bytes(5_000_000)) == TOO_LARGE
        assert await scanner.danger_in(bytes(10_000_001)) == TOO_LARGE


async def test_an_infected_attachment_is_never_served(desk: IntakeDesk):
    await receive(desk, ("a.zip", packed(HARMLESS_VIRUS)), ("b.zip", packed(b"nothing")))
    contact = await published(desk)
    assert contact.needs_person
    assert f"a document is never served: {FOUND}" in contact.needs_person
    original, infected, harmless = contact.documents
    assert (original.blocked, infected.blocked, harmless.blocked) == (FOUND, FOUND, None)
    async with desk.api() as api:
        for document in (original, infected):
            answer = await api.get(f"/documents/{document.document_id}")
            assert (answer.status_code, answer.json()["code"]) == (403, "document_blocked")
            assert HARMLESS_VIRUS not in answer.content
        assert (await api.get(f"/documents/{harmless.document_id}")).status_code == 200


async def test_an_office_file_with_macros_is_marked_and_only_ever_saved(desk: IntakeDesk):
    macros = packed(b"Sub AutoOpen()", "word/vbaProject.bin")
    await receive(desk, ("Rechnung.docx", macros), ("b.docx", packed(b"<w/>", "word/document.xml")))
    contact = await published(desk)
    _, marked, other = contact.documents
    assert (marked.macros, marked.blocked, other.macros) == (True, None, False)
    async with desk.api() as api:
        answer = await api.get(f"/documents/{marked.document_id}")
    assert answer.content == macros
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_infected_letter_goes_to_a_person_unopened(desk: IntakeDesk):
    async with desk.api() as api:
        await api.post("/letters", files={"file": ("Brief.pdf", INFECTED_LETTER)})
        contact = await published(desk)
        (document,) = contact.documents
        answer = await api.get(f"/documents/{document.document_id}")
    assert (contact.needs_person, contact.words.text) == (
        *(f"a document is never served: {FOUND}", ""),
    )
    assert (document.blocked, document.readable) == (FOUND, False)
    assert answer.status_code == 403


async def test_an_infected_document_of_a_clients_system_goes_to_a_person(desk: IntakeDesk):
    claim = {"text": "Fahrrad gestohlen", "policy_number": "HH-2024-000123"}
    async with desk.api("client_system", "portal", ("K-1",)) as api:
        sent = await api.post(
            "/claims",
            headers={"Idempotency-Key": "k-1"},
            data={"claim": json.dumps(claim)},
            files=[("documents", ("Rechnung.pdf", INFECTED_LETTER))],
        )
    assert sent.status_code == 201, sent.text
    contact = await published(desk)
    assert FOUND in (contact.needs_person or "")
    assert [document.blocked for document in contact.documents] == [None, FOUND]


async def test_while_the_scanner_is_away_nothing_is_taken_in_unchecked(tmp_path: Path):
    url = f"sqlite+aiosqlite:///{tmp_path}/intake.db"
    with running_clamd(tmp_path / "clamd") as running:
        address, port = running.address, running.port
    async with intake_desk(tmp_path, url, clamd=address) as desk:
        agents.register(desk.app)
        assert desk.app.viruses is not None
        away = f"the virus scanner at {address} is away"
        assert await desk.app.viruses.problem() == f"{away}; what comes in waits"
        with pytest.raises(TemporaryFault, match=away):
            await receive(desk)
        async with desk.api() as api:
            refused = await api.post("/letters", files={"file": ("Brief.pdf", LETTER)})
            assert (refused.status_code, refused.json()["code"]) == (503, "try_again")
            assert away in (await api.get("/readyz")).json()["problems"]["virus scanner"]
            with running_clamd(tmp_path / "clamd", port):
                await receive(desk)
                taken = await api.post("/letters", files={"file": ("Brief.pdf", LETTER)})
                assert taken.status_code == 202
                assert "virus scanner" not in (await api.get("/readyz")).json()["problems"]
    assert len([path for path in (tmp_path / "documents").rglob("*") if path.is_file()]) == 2


async def test_without_a_scanner_the_desk_says_so(tmp_path: Path):
    async with intake_desk(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/intake.db") as desk:
        agents.register(desk.app)
        async with desk.api() as api:
            assert (await api.get("/readyz")).json()["details"]["virus scanner"] == OFF
