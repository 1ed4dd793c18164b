"""Intake's HTTP API: phone notes, letters with and without OCR, the queue, documents."""

import asyncio
import io
import shutil
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typst

from services.intake.adapters.scans import OCR_OFF, ScanReader
from shared.contract.contacts import ContactReceived, DocumentKind
from tests.support.intake_desk import (
    CASE_ID,
    CLIENT,
    POLICY,
    IntakeDesk,
    case_file,
    image_pdf,
    intake_desk,
    picture_of,
)
from tests.support.no_skips import missing

NOTE: dict[str, Any] = {
    "caller_name": "Anna Schmidt",
    "call_back_number": "+49 30 23125 101",
    "client_id": CLIENT.client_id,
    "check_questions": ["date_of_birth"],
    "check_questions_passed": True,
    "policy_number": "HH-2024-000123",
    "date_of_loss": "2026-11-12",
    "lines": [{"description": "Fahrrad", "benefit": "bicycle_theft", "amount": "450.00"}],
    "text": "Fahrrad gestohlen.",
}
LETTER = """\
#set page(margin: 2.5cm)
#set text(font: "Libertinus Serif", size: 12pt, lang: "de")
Anna Schmidt, Lindenstraße 14, 10969 Berlin

Sehr geehrte Damen und Herren,

am 12.11.2026 wurde mein Fahrrad gestohlen. Versicherungsnummer: HH-2024-000123

#list([Fahrrad (gestohlen): 450,00 EUR])

Mit freundlichen Grüßen \\
Anna Schmidt
"""


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[IntakeDesk]:
    async with intake_desk(tmp_path, database_url) as running:
        await running.knows(CLIENT, case_file())
        yield running


def letter(text: str = LETTER) -> bytes:
    return typst.compile(text.encode())


def scanned_letter() -> bytes:
    return image_pdf(LETTER)


def photographed_letter() -> bytes:
    return picture_of(LETTER)


async def read_letters(desk: IntakeDesk, seconds: float = 60) -> list[ContactReceived]:
    """Let the letters be read; the contacts they became."""
    end = time.monotonic() + seconds
    async with desk.examining():
        while not (contacts := await desk.published()):
            assert time.monotonic() < end
            await asyncio.sleep(0.05)
    return contacts


async def queue(desk: IntakeDesk, api: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Let the letters be read; the unidentified queue."""
    end = time.monotonic() + 60
    async with desk.examining():
        while not (waiting := (await api.get("/unidentified")).json()):
            assert time.monotonic() < end
            await asyncio.sleep(0.05)
    return waiting


async def test_a_phone_note_is_a_contact_as_it_was_keyed_in(desk: IntakeDesk):
    async with desk.api() as api:
        answer = await api.post("/phone-notes", json=NOTE)
        assert answer.status_code == 201
        contact_id = answer.json()["contact_id"]
        (row,) = (await api.get("/received", params={"contact_id": contact_id})).json()
    (contact,) = await desk.published()
    assert (row["verdict"], row["channel"]) == ("contact", "phone")
    assert contact.contact_id == contact_id
    assert contact.client_id == CLIENT.client_id
    assert contact.keyed_by == "rita"
    assert contact.sender.authenticated
    assert str(contact.claim.lines[0].amount) == "450.00"
    (asked,) = contact.identity_checks
    assert (asked.question, asked.result, asked.asked_by) == ("date_of_birth", "passed", "rita")
    (original,) = contact.documents
    assert original.kind is DocumentKind.ORIGINAL
    assert b"Fahrrad gestohlen." in await desk.app.documents.get(original.document_id)


async def test_a_caller_who_did_not_show_who_they_are_is_no_client(desk: IntakeDesk):
    async with desk.api() as api:
        await api.post("/phone-notes", json=NOTE | {"check_questions_passed": False})
    (contact,) = await desk.published()
    assert contact.client_id is None
    assert not contact.sender.authenticated


async def test_the_same_idempotency_key_is_the_same_contact(desk: IntakeDesk):
    headers = {"Idempotency-Key": "k-1"}
    async with desk.api() as api:
        answers = await asyncio.gather(
            *[api.post("/phone-notes", json=NOTE, headers=headers) for _ in range(5)]
        )
        other = await api.post("/phone-notes", json=NOTE | {"text": "anders"}, headers=headers)
    async with desk.api(name="paul") as api:
        of_another = await api.post("/phone-notes", json=NOTE, headers=headers)
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [201]
    assert len({answer.json()["contact_id"] for answer in answers}) == 1
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert of_another.status_code == 201
    assert len(await desk.published()) == 2


_START = b'{"caller_name": "A", "call_back_number": "+49 30 1", "text": "x", '


@pytest.mark.parametrize(
    "body",
    [
        _START + b'"stated_total": Infinity}',
        _START + b'"policy_number": "\\ud800"}',
        _START + b'"policy_number": "\xed\xa0\x80"}',
        _START + b'"policy_number": "HH\\u0000"}',
        _START + b'"date_of_loss": "9999-12-31"}',
        b"[" * 100_000,
    ],
    ids=["infinity", "half a character", "the same in bytes", "NUL", "the last day", "deep"],
)
async def test_a_note_that_json_or_events_can_not_hold_is_refused_in_order(
    desk: IntakeDesk, body: bytes
):
    headers = {"Content-Type": "application/json"}
    async with desk.api() as api:
        answer = await api.post("/phone-notes", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert await desk.published() == []


async def test_a_note_larger_than_an_event_is_refused(desk: IntakeDesk):
    line = {"description": "\x01" * 500, "invoice_number": "\x01" * 60}
    async with desk.api() as api:
        answer = await api.post(
            "/phone-notes", json=NOTE | {"lines": [line] * 200, "text": "\x01" * 20_000}
        )
    assert (answer.status_code, answer.json()["code"]) == (422, "not_acceptable")
    assert await desk.published() == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"caller_name": ""}, "caller_name"),
        ({"call_back_number": "abc"}, "call_back_number"),
        ({"lines": [{"description": "x", "amount": "1.234"}]}, "amount"),
        ({"date_of_loss": "2026-02-30"}, "date_of_loss"),
        ({"check_questions": []}, "check questions"),
        ({"polcy_number": "HH"}, "polcy_number"),
        ({"case_id": "C-1"}, "case number"),
        ({"text": "", "lines": []}, "text or at least one line"),
    ],
)
async def test_a_note_with_a_mistake_is_refused_with_its_place(
    desk: IntakeDesk, change: dict[str, Any], word: str
):
    async with desk.api() as api:
        answer = await api.post("/phone-notes", json=NOTE | change)
    assert answer.status_code == 422
    assert word in answer.text
    assert await desk.published() == []


async def test_a_letter_with_a_text_layer_is_read(desk: IntakeDesk):
    async with desk.api() as api:
        answer = await api.post("/letters", files={"file": ("Brief.pdf", letter())})
        assert (answer.status_code, answer.json()["verdict"]) == (202, "pending")
        (contact,) = await read_letters(desk)
        query = {"contact_id": answer.json()["contact_id"]}
        (row,) = (await api.get("/received", params=query)).json()
    assert row["verdict"] == "contact"
    assert contact.claim.policy_number == "HH-2024-000123"
    assert str(contact.claim.date_of_loss) == "2026-11-12"
    assert contact.intent == "claim"
    assert contact.client_id is None
    (document,) = contact.documents
    assert (document.kind, document.readable) == (DocumentKind.LETTER, True)


@pytest.mark.parametrize(
    ("name", "scan"), [("scan.pdf", scanned_letter), ("scan.png", photographed_letter)]
)
async def test_a_scan_is_read_by_ocr(desk: IntakeDesk, name: str, scan):
    if shutil.which("tesseract") is None:
        missing("tesseract is not installed")
    async with desk.api() as api:
        await api.post("/letters", files={"file": (name, scan())})
    (contact,) = await read_letters(desk)
    assert contact.needs_person is None
    assert contact.claim.policy_number == "HH-2024-000123"
    assert str(contact.claim.lines[0].amount) == "450.00"
    assert contact.claim.lines[0].benefit == "bicycle_theft"


async def test_without_ocr_a_scan_waits_for_a_person(desk: IntakeDesk, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    object.__setattr__(desk.app, "scans", ScanReader(10))
    async with desk.api() as api:
        await api.post("/letters", files={"file": ("scan.pdf", image_pdf(LETTER))})
    (contact,) = await read_letters(desk)
    assert contact.needs_person == OCR_OFF
    assert not contact.documents[0].readable


async def test_a_page_that_takes_too_long_waits_for_a_person(
    desk: IntakeDesk, monkeypatch, tmp_path
):
    slow = tmp_path / "bin" / "tesseract"
    slow.parent.mkdir()
    slow.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent))
    object.__setattr__(desk.app, "scans", ScanReader(0.3))
    async with desk.api() as api:
        await api.post("/letters", files={"file": ("scan.png", picture_of(LETTER))})
    (contact,) = await read_letters(desk, 20)
    assert contact.needs_person == "the scan is not readable"


async def test_the_same_scan_is_one_contact(desk: IntakeDesk):
    scan = letter()
    async with desk.api() as api:
        first = (await api.post("/letters", files={"file": ("a.pdf", scan)})).json()
        second = (await api.post("/letters", files={"file": ("b.pdf", scan)})).json()
    assert second == {"contact_id": first["contact_id"], "verdict": "duplicate"}
    assert len(await read_letters(desk)) == 1


async def test_the_same_scan_uploaded_at_once_is_one_contact(desk: IntakeDesk):
    scan = letter()
    async with desk.api() as api:
        answers = await asyncio.gather(
            *[api.post("/letters", files={"file": ("a.pdf", scan)}) for _ in range(4)]
        )
    verdicts = sorted(answer.json()["verdict"] for answer in answers)
    assert verdicts == ["duplicate"] * 3 + ["pending"]
    assert len({answer.json()["contact_id"] for answer in answers}) == 1
    assert len(await read_letters(desk)) == 1


async def test_a_letter_that_quotes_a_case_waits_until_a_person_says_that_it_belongs_there(
    desk: IntakeDesk,
):
    quoting = LETTER.replace("Sehr geehrte", f"Zu {CASE_ID}: Sehr geehrte")
    async with desk.api() as api:
        sent = await api.post(
            "/letters", files={"file": ("a.pdf", letter(quoting))}, data={"case_id": CASE_ID}
        )
        (contact,) = await read_letters(desk)
        assert contact.case_id == CASE_ID
        assert contact.contact_id == sent.json()["contact_id"]
        await api.post("/letters", files={"file": ("a.pdf", letter(quoting + "!"))})
        waiting = await queue(desk, api)
    assert waiting[0]["suspected_case_id"] == CASE_ID
    assert waiting[0]["suspicion"] == "unauthenticated"
    assert len(await desk.published()) == 1


async def test_a_letters_case_may_be_typed_as_people_type(desk: IntakeDesk):
    async with desk.api() as api, desk.examining():
        await api.post(
            "/letters",
            files={"file": ("a.pdf", letter("Guten Tag"))},
            data={"case_id": f" {CASE_ID.lower().replace('-', ' ')} "},
        )
        (contact,) = await read_letters(desk)
    assert contact.case_id == CASE_ID


@pytest.mark.parametrize(
    ("path", "kind", "begins", "most"),
    [
        ("/phone-notes", "application/json", b'{"text": "', 2_000_000),
        (
            "/letters",
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
            70_000_000,
        ),
    ],
)
async def test_nobody_can_send_without_end(
    desk: IntakeDesk, path: str, kind: str, begins: bytes, most: int
):
    """The body is read before the token, so that this is about strangers, too."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield begins
        while sent < 2 * most:
            sent += 1_000_000
            yield b"x" * 1_000_000

    async with desk.api(role="") as stranger:
        answer = await stranger.post(path, content=endless(), headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert sent <= most


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_file"), (b"MZ\x90 a program", "file_type"), (b"%PDF-" * 300, "file_too_large")],
)
async def test_what_can_be_no_letter_is_refused(
    database_url: str, tmp_path: Path, content: bytes, code: str
):
    async with (
        intake_desk(tmp_path, database_url, upload_limit_bytes=1000) as desk,
        desk.api() as api,
    ):
        answer = await api.post("/letters", files={"file": ("x.pdf", io.BytesIO(content))})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_damaged_pdf_waits_for_a_person(desk: IntakeDesk):
    async with desk.api() as api:
        await api.post("/letters", files={"file": ("x.pdf", b"%PDF-1.7\nnothing here")})
    (contact,) = await read_letters(desk)
    assert contact.needs_person
    assert not contact.documents[0].readable


async def test_a_document_is_saved_never_shown(desk: IntakeDesk):
    name = 'Brief "Müller"; x=<y>\r\nX-Evil: 1.pdf'
    async with desk.api() as api:
        await api.post("/letters", files={"file": (name, letter())})
        (contact,) = await read_letters(desk)
        answer = await api.get(f"/documents/{contact.documents[0].document_id}")
        assert answer.content.startswith(b"%PDF-")
        assert answer.headers["content-disposition"].startswith('attachment; filename="')
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "x-evil" not in answer.headers
        assert (await api.get("/documents/../../etc/passwd")).status_code == 404
        assert (await api.get("/documents/nothing")).status_code == 404


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("", {}),
        ("department", {}),
        ("auditor", {"GET"}),
        ("representative", {"GET", "POST"}),
        ("trainee", {"GET", "POST"}),
    ],
)
async def test_who_may_do_what(desk: IntakeDesk, role: str, allowed: set[str]):
    async with desk.api(role) as api:
        answers = {
            "POST": [
                await api.post("/phone-notes", json=NOTE),
                await api.post("/letters", files={"file": ("a.pdf", letter())}),
            ],
            "GET": [
                await api.get("/received", params={"contact_id": "x"}),
                await api.get("/unidentified"),
                await api.get("/documents/x"),
            ],
        }
    for method, results in answers.items():
        for answer in results:
            refused = answer.status_code == (403 if role else 401)
            assert refused is (method not in allowed), (method, answer.status_code)


async def test_received_needs_a_filter(desk: IntakeDesk):
    async with desk.api() as api:
        assert (await api.get("/received")).status_code == 422


async def test_a_note_is_checked_while_it_is_keyed_in_and_nothing_is_kept(desk: IntakeDesk):
    await desk.knows(POLICY)
    draft = {"call_back_number": "030 23125 101", "policy_number": "HH-2024-000124"}
    wrong = draft | {
        "case_id": CASE_ID[:-1] + "Z",
        "lines": [{"description": "Rad", "amount": "1,50"}],
    }
    async with desk.api() as api:
        german = (await api.post("/phone-notes/validate", json=draft)).json()
        english = (
            await api.post(
                "/phone-notes/validate", json=wrong, headers={"Accept-Language": "en-GB, de;q=0.5"}
            )
        ).json()
        whole = (await api.post("/phone-notes/validate", json=NOTE)).json()
        nothing = await api.post("/phone-notes/validate", json=[1])
        odd = await api.post(
            "/phone-notes/validate",
            content=b'{"policy_number": "\\u0000", "client_id": "\\ud800"}',
            headers={"Content-Type": "application/json"},
        )
    async with desk.api("auditor") as api:
        assert (await api.post("/phone-notes/validate", json=draft)).status_code == 403
    assert german["acceptable"] is False
    assert german["missing"] == ["caller_name", "text"]
    assert german["normalised"] == {"call_back_number": "+493023125101"}
    assert [(each["field"], each["code"]) for each in german["hints"]] == [
        ("policy_number", "policy_unknown")
    ]
    assert "kennen wir nicht" in german["hints"][0]["message"]
    assert {each["field"]: each["suggestion"] for each in english["errors"]} == {
        "case_id": None,
        "lines.0.amount": "1.50",
    }
    assert "check sign" in english["errors"][0]["message"] + english["errors"][1]["message"]
    assert (whole["acceptable"], whole["errors"], whole["hints"]) == (True, [], [])
    assert nothing.status_code == 422
    assert odd.status_code in {200, 422}
    assert await desk.published() == []
    assert not list(desk.app.settings.documents_dir.rglob("*"))
