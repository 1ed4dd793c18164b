"""Claims of clients' own systems over HTTP: once each, checked, identified, read."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typst
from jsonschema import Draft202012Validator

from shared.contract.contacts import Channel, DocumentKind
from tests.support.intake_desk import (
    CASE_ID,
    CLIENT,
    POLICY,
    IntakeDesk,
    case_file,
    intake_desk,
)

CLAIM: dict[str, Any] = {
    "client_id": CLIENT.client_id,
    "policy_number": POLICY.policy_number,
    "date_of_loss": "2026-11-12",
    "lines": [{"description": "Fahrrad", "benefit": "bicycle_theft", "amount": "450.00"}],
    "iban": "DE89 3704 0044 0532 0130 00",
    "text": "Mein Fahrrad wurde gestohlen.",
    "sender_name": "Anna Schmidt",
}
INVOICE = typst.compile("Rechnung Nr. R-77 über ein Fahrrad: 450,00 EUR".encode())


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[IntakeDesk]:
    async with intake_desk(tmp_path, database_url) as running:
        await running.knows(CLIENT, POLICY, case_file())
        yield running


def portal(desk: IntakeDesk, clients: tuple[str, ...] = ("K-1",), name: str = "portal"):
    return desk.api("client_system", name, clients)


def key(value: str = "k-1") -> dict[str, str]:
    return {"Idempotency-Key": value}


def form(claim: dict[str, Any], *files: tuple[str, bytes]) -> dict[str, Any]:
    return {
        "data": {"claim": json.dumps(claim)},
        "files": [("documents", file) for file in files],
    }


async def read(desk: IntakeDesk, api: httpx.AsyncClient, contact_id: str) -> dict[str, Any]:
    """Let the claim be read; how it stands then."""
    end = time.monotonic() + 30
    async with desk.examining():
        while True:
            view = (await api.get(f"/claims/{contact_id}")).json()
            if view["status"] != "pending":
                return view
            assert time.monotonic() < end
            await asyncio.sleep(0.05)


def stored_files(desk: IntakeDesk) -> int:
    folder = desk.app.settings.documents_dir
    return sum(1 for path in folder.rglob("*") if path.is_file())


async def test_a_claim_with_documents_becomes_a_contact_by_web(desk: IntakeDesk):
    async with portal(desk) as api:
        sent = await api.post(
            "/claims", headers=key(), **form(CLAIM, ("Rechnung.pdf", INVOICE), ("b.pdf", INVOICE))
        )
        contact_id = sent.json()["contact_id"]
        view = await read(desk, api, contact_id)
    assert (sent.status_code, sent.headers["location"]) == (201, f"/claims/{contact_id}")
    assert (view["status"], view["case_id"]) == ("accepted", None)
    assert [each["media_type"] for each in view["documents"]] == ["application/pdf"] * 2
    (contact,) = await desk.published()
    assert (contact.contact_id, contact.channel) == (contact_id, Channel.WEB)
    assert (contact.client_id, contact.sender.authenticated) == ("K-1", True)
    assert str(contact.claim.lines[0].amount) == "450.00"
    assert contact.claim.unconfirmed_iban == CLAIM["iban"]
    assert [each.kind for each in contact.documents] == [
        DocumentKind.ORIGINAL,
        DocumentKind.INVOICE,
        DocumentKind.INVOICE,
    ]
    assert contact.keyed_by is None
    await desk.knows(case_file(sequence=9, facts=({"fact": "opened", "contact_id": contact_id},)))
    async with portal(desk) as api, desk.api() as staff:
        assert (await api.get(f"/claims/{contact_id}")).json()["case_id"] == CASE_ID
        (row,) = (await staff.get("/received", params={"case_id": CASE_ID})).json()
    assert (row["channel"], row["case_id"], row["contact_id"]) == ("web", CASE_ID, contact_id)


async def test_json_alone_is_a_claim_too(desk: IntakeDesk):
    async with portal(desk) as api:
        sent = await api.post("/claims", headers=key(), json=CLAIM)
        await read(desk, api, sent.json()["contact_id"])
    (contact,) = await desk.published()
    assert contact.words.text == CLAIM["text"]


async def test_the_same_key_is_one_claim_however_many_send_it_at_once(desk: IntakeDesk):
    before = stored_files(desk)
    async with portal(desk) as api:
        answers = await asyncio.gather(
            *[
                api.post("/claims", headers=key(), **form(CLAIM, ("Rechnung.pdf", INVOICE)))
                for _ in range(6)
            ]
        )
        reordered = dict(reversed(CLAIM.items()))
        later = await api.post(
            "/claims", headers=key(), **form(reordered, ("Rechnung.pdf", INVOICE))
        )
        without = await api.post("/claims", headers=key(), json=CLAIM)
        changed = await api.post(
            "/claims", headers=key(), **form(CLAIM | {"text": "y"}, ("Rechnung.pdf", INVOICE))
        )
        await read(desk, api, later.json()["contact_id"])
    async with portal(desk, name="other portal") as api:
        of_another = await api.post("/claims", headers=key(), json=CLAIM)
    assert sorted(each.status_code for each in answers) == [200] * 5 + [201]
    assert later.status_code == 200
    assert len({each.text for each in (*answers, later)}) == 1
    for refused in (without, changed):
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert of_another.status_code == 201
    assert len(await desk.published()) == 1
    # Two files of the claim, one of the other portal's: what lost the race is not kept.
    assert stored_files(desk) == before + 3


@pytest.mark.parametrize(
    ("clients", "claim", "status", "suspicion"),
    [
        (("K-1",), {"case_id": CASE_ID}, "accepted", None),
        (("K-1",), {"client_id": None, "case_id": CASE_ID}, "accepted", None),
        (("K-2",), {"client_id": "K-2", "case_id": CASE_ID}, "waits_for_person", "unknown_sender"),
        ((), {"client_id": None, "case_id": CASE_ID}, "waits_for_person", "unauthenticated"),
        ((), {"client_id": None}, "accepted", None),
    ],
)
async def test_a_case_number_counts_only_for_the_cases_own_client(
    desk: IntakeDesk,
    clients: tuple[str, ...],
    claim: dict[str, Any],
    status: str,
    suspicion: str | None,
):
    async with portal(desk, clients) as api, desk.api() as staff:
        sent = await api.post("/claims", headers=key(), json=CLAIM | claim)
        view = await read(desk, api, sent.json()["contact_id"])
        waiting = (await staff.get("/unidentified")).json()
    assert view["status"] == status
    assert [each["suspicion"] for each in waiting] == ([suspicion] if suspicion else [])
    published = await desk.published()
    assert [each.case_id for each in published] == ([] if suspicion else [claim.get("case_id")])
    assert all(each.sender.authenticated is bool(clients) for each in published)


async def test_for_a_client_it_may_not_act_for_a_system_stores_nothing(desk: IntakeDesk):
    async with portal(desk, ("K-2",)) as api:
        answer = await api.post("/claims", headers=key(), json=CLAIM)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_client")
    assert stored_files(desk) == 0


async def test_a_system_sees_its_own_claims_only(desk: IntakeDesk):
    async with portal(desk) as api:
        sent = await api.post("/claims", headers=key(), json=CLAIM)
        note = {"caller_name": "A", "call_back_number": "030 23125 101", "text": "x"}
        async with desk.api() as staff:
            call = await staff.post("/phone-notes", json=note)
        assert (await api.get(f"/claims/{call.json()['contact_id']}")).status_code == 404
        assert (await api.get("/unidentified")).status_code == 403
        assert (await api.get("/received", params={"contact_id": "x"})).status_code == 403
    async with portal(desk, name="other portal") as api:
        assert (await api.get(f"/claims/{sent.json()['contact_id']}")).status_code == 404
    async with desk.api("supervisor") as api:
        assert (await api.post("/claims", headers=key(), json=CLAIM)).status_code == 403
    async with desk.api("") as api:
        assert (await api.post("/claims", headers=key(), json=CLAIM)).status_code == 401


async def test_a_claim_larger_than_an_event_is_refused_not_choked_on(desk: IntakeDesk):
    line = {"description": "\x01" * 500, "invoice_number": "\x01" * 60}
    large = CLAIM | {"lines": [line] * 200, "text": "\x01" * 20_000}
    fits = CLAIM | {"lines": [line] * 40, "text": "\x01" * 20_000}
    async with portal(desk) as api:
        for number, way in enumerate((form(large), {"json": large})):
            answer = await api.post("/claims", headers=key(str(number)), **way)
            assert answer.status_code == 422
        taken = await api.post("/claims", headers=key("fits"), json=fits)
        assert (await read(desk, api, taken.json()["contact_id"]))["status"] == "accepted"
    assert len(await desk.published()) == 1


@pytest.mark.parametrize(
    ("request_of", "code"),
    [
        (form(CLAIM, ("a.pdf", b"")), "empty_file"),
        (form(CLAIM, ("a.pdf", b"MZ a program")), "file_type"),
        (form(CLAIM, ("a.pdf", b"%PDF-" + b"x" * 2000)), "file_too_large"),
        (form(CLAIM, *[("a.pdf", b"%PDF-" + b"x" * 990)] * 6), "claim_too_large"),
        (form(CLAIM, *[("a.pdf", b"%PDF-")] * 21), "too_many_documents"),
        (form(CLAIM, *[("a.pdf", b"%PDF-")] * 30), "too_many_documents"),
        ({"files": [("documents", ("a.pdf", INVOICE[:900]))]}, "form_fields"),
        ({"content": b"x", "headers": {"Content-Type": "text/plain"}}, "content_type"),
        ({"json": CLAIM | {"lines": [], "text": ""}}, None),
        ({"json": CLAIM | {"date_of_loss": "gestern"}}, None),
        ({"json": CLAIM | {"amount": 5}}, None),
        ({"json": CLAIM | {"policy_number": "a\0b"}}, None),
        (
            {"content": b"[" * 5000, "headers": {"Content-Type": "application/json"}},
            None,
        ),
    ],
)
async def test_what_is_no_claim_is_refused_and_not_kept(
    tmp_path: Path, request_of: dict[str, Any], code: str | None
):
    limits = {"upload_limit_bytes": 1000, "claim_limit_bytes": 6000}
    database = f"sqlite+aiosqlite:///{tmp_path}/intake.db"
    headers = key() | request_of.get("headers", {})
    async with intake_desk(tmp_path, database, **limits) as desk, portal(desk) as api:
        answer = await api.post("/claims", **{**request_of, "headers": headers})
        assert stored_files(desk) == 0
    assert answer.status_code == 422, answer.text
    if code:
        assert answer.json()["code"] == code


async def in_pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def test_a_form_that_was_cut_off_is_refused_and_its_key_is_free(desk: IntakeDesk):
    whole = httpx.Request("POST", "http://desk/claims", **form(CLAIM, ("Rechnung.pdf", INVOICE)))
    body = await whole.aread()
    headers = key() | {"Content-Type": whole.headers["content-type"]}
    end = len(body.rstrip(b"-\r\n"))
    async with portal(desk) as api, desk.api() as staff:
        for cut in (end, end - 40, end + 1, len(body) // 2):
            answer = await api.post("/claims", headers=headers, content=body[:cut])
            assert (answer.status_code, answer.json()["code"]) == (422, "body_incomplete"), cut
        letter = httpx.Request("POST", "http://desk/letters", files={"file": ("a.pdf", INVOICE)})
        content = (await letter.aread())[:-4]
        kind = {"Content-Type": letter.headers["content-type"]}
        refused = await staff.post("/letters", headers=kind, content=content)
        assert (refused.status_code, refused.json()["code"]) == (422, "body_incomplete")
        assert stored_files(desk) == 0
        pieces = in_pieces(body + b"epilogue", 7)
        taken = await api.post("/claims", headers=headers, content=pieces)
    assert taken.status_code == 201


async def test_without_a_key_no_claim_is_taken(desk: IntakeDesk):
    async with portal(desk) as api:
        assert (await api.post("/claims", json=CLAIM)).status_code == 422
        assert (await api.post("/claims", headers=key(""), json=CLAIM)).status_code == 422


async def test_its_published_description_is_complete(desk: IntakeDesk):
    async with portal(desk) as api:
        described = (await api.get("/openapi.json")).json()
    body = described["paths"]["/claims"]["post"]["requestBody"]["content"]
    assert "$ref" not in json.dumps(body)
    Draft202012Validator.check_schema(body["application/json"]["schema"])
    Draft202012Validator(body["application/json"]["schema"]).validate(CLAIM)
    claim = body["multipart/form-data"]["schema"]["properties"]["claim"]
    assert claim["properties"]["lines"]["items"]["required"] == ["description"]
