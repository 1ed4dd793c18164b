"""The unidentified queue and misdirected applications, as people see them over HTTP."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.intake.adapters.mailbox import FetchedMail
from services.intake.receiving import receive_mails
from shared.contract.contacts import ContactPassedOn, ContactReceived, Intent
from tests.support.intake_desk import (
    CASE_ID,
    CLIENT,
    POLICY,
    IntakeDesk,
    case_file,
    intake_desk,
)

STRANGER: dict[str, Any] = {
    "caller_name": "Nobody",
    "call_back_number": "+49 30 23125 199",
    "case_id": CASE_ID,
    "client_id": CLIENT.client_id,
    "policy_number": POLICY.policy_number,
    "text": "Was ist mit meinem Fall?",
}


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[IntakeDesk]:
    async with intake_desk(tmp_path, database_url) as running:
        await running.knows(CLIENT, POLICY, case_file())
        yield running


async def waiting_call(api: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """A call of a stranger about somebody's case: the entry in the queue."""
    answer = await api.post("/phone-notes", json=STRANGER | changes)
    assert (answer.status_code, answer.json()["verdict"]) == (201, "unidentified")
    contact_id = answer.json()["contact_id"]
    waiting = (await api.get("/unidentified", params={"limit": 200})).json()
    (entry,) = [each for each in waiting if each["contact_id"] == contact_id]
    return entry


async def row_of(api: httpx.AsyncClient, contact_id: str) -> dict[str, Any]:
    (row,) = (await api.get("/received", params={"contact_id": contact_id})).json()
    return row


async def test_a_strangers_call_about_a_case_waits_with_its_suspicion_and_proposals(
    desk: IntakeDesk,
):
    async with desk.api() as api:
        entry = await waiting_call(api)
    assert await desk.published() == []
    assert (entry["suspicion"], entry["suspected_case_id"]) == ("caller_not_identified", CASE_ID)
    assert [(p["because"], p["case_id"], p["client_id"]) for p in entry["proposals"]] == [
        ("case_number", CASE_ID, "K-1"),
        ("policy_holder", None, "K-1"),
    ]


async def test_assigned_to_a_case_it_is_published_for_it_once(desk: IntakeDesk):
    async with desk.api() as api:
        entry = await waiting_call(api)
        path = f"/unidentified/{entry['received_id']}/assign"
        act = {"sequence": entry["sequence"], "case_id": CASE_ID, "client_id": "K-1"}
        first = await api.post(path, json=act)
        again = await api.post(path, json=act)
        row = await row_of(api, entry["contact_id"])
        left = (await api.get("/unidentified")).json()
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    (contact,) = await desk.published()
    assert (contact.case_id, contact.client_id) == (CASE_ID, "K-1")
    assert contact.assigned_by == "rita"
    assert not contact.sender.authenticated
    assert (row["verdict"], row["case_id"], left) == ("contact", CASE_ID, [])
    assert [(h["action"], h["by"]) for h in row["handled"]] == [("assigned", "rita")]


async def test_who_proved_who_they_are_stays_the_client_wherever_it_is_assigned(desk: IntakeDesk):
    other = CLIENT.model_copy(update={"client_id": "K-2", "emails": ()})
    await desk.knows(other)
    passed = [{"question": "date_of_birth", "result": "passed"}]
    async with desk.api() as api:
        entry = await waiting_call(api, client_id="K-2", check_questions=passed)
        act = {"sequence": 1, "case_id": CASE_ID}
        await api.post(f"/unidentified/{entry['received_id']}/assign", json=act)
    assert (entry["suspicion"], entry["client_id"]) == ("unknown_sender", "K-2")
    (contact,) = await desk.published()
    assert (contact.case_id, contact.client_id) == (CASE_ID, "K-2")
    assert contact.sender.authenticated


async def test_a_client_who_has_nothing_to_do_with_a_case_is_not_put_into_it(desk: IntakeDesk):
    other = CLIENT.model_copy(update={"client_id": "K-2", "emails": ("ben@example.net",)})
    married = CLIENT.model_copy(update={"client_id": "K-3"})
    await desk.knows(other, married)
    async with desk.api() as api:
        entry, second = await waiting_call(api), await waiting_call(api, text="Noch einmal")
        base = "/unidentified/{received_id}/assign"
        act = {"sequence": 1, "case_id": CASE_ID}
        refused = await api.post(base.format(**entry), json=act | {"client_id": "K-2"})
        kept = (await api.get("/unidentified")).json()
        shares_the_address = await api.post(base.format(**second), json=act | {"client_id": "K-3"})
        nobody = await api.post(base.format(**entry), json=act)
    assert (refused.status_code, refused.json()["code"]) == (422, "case_of_another_client")
    assert kept == [entry, second]
    assert (shares_the_address.status_code, nobody.status_code) == (200, 200)
    assert [each.client_id for each in await desk.published()] == ["K-3", None]


async def test_a_new_case_is_opened_by_what_quoted_another_ones(desk: IntakeDesk):
    async with desk.api() as api:
        entry = await waiting_call(api)
        act = {"sequence": 1, "intent": "complaint"}
        await api.post(f"/unidentified/{entry['received_id']}/new-case", json=act)
        row = await row_of(api, entry["contact_id"])
    (contact,) = await desk.published()
    assert (contact.case_id, contact.client_id, contact.intent) == (None, None, Intent.COMPLAINT)
    assert (row["case_id"], row["suspected_case_id"]) == (None, None)


async def test_of_two_people_the_second_is_told(desk: IntakeDesk):
    async with desk.api() as rita, desk.api(name="paul") as paul:
        entry = await waiting_call(rita)
        base = f"/unidentified/{entry['received_id']}"
        answers = await asyncio.gather(
            rita.post(f"{base}/assign", json={"sequence": 1, "case_id": CASE_ID}),
            paul.post(f"{base}/new-case", json={"sequence": 1}),
            rita.post(f"{base}/discard", json={"sequence": 1, "reason": "Werbung"}),
            paul.post(f"{base}/assign", json={"sequence": 1, "case_id": CASE_ID}),
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    conflict = next(answer for answer in answers if answer.status_code == 409)
    assert conflict.json()["code"] == "version_conflict"
    assert conflict.json()["sequence"] == 2
    assert len(await desk.published()) <= 1


async def test_what_is_discarded_is_kept_and_can_be_taken_back(desk: IntakeDesk):
    async with desk.api() as api:
        entry = await waiting_call(api)
        base = f"/unidentified/{entry['received_id']}"
        await api.post(f"{base}/discard", json={"sequence": 1, "reason": "Werbung"})
        kept = (await api.get("/received", params={"verdict": "discarded"})).json()
        refused = await api.post(f"{base}/assign", json={"sequence": 2, "case_id": CASE_ID})
        await api.post(f"{base}/restore", json={"sequence": 2, "reason": "doch nicht"})
        (back,) = (await api.get("/unidentified")).json()
        await api.post(f"{base}/assign", json={"sequence": 3, "case_id": CASE_ID})
        too_late = await api.post(f"{base}/restore", json={"sequence": 4, "reason": "x"})
        row = await row_of(api, entry["contact_id"])
    assert [(each["received_id"], each["handled"][0]["reason"]) for each in kept] == [
        (entry["received_id"], "Werbung")
    ]
    assert (refused.status_code, refused.json()["code"]) == (422, "wrong_verdict")
    assert (too_late.status_code, too_late.json()["code"]) == (422, "wrong_verdict")
    assert (back["sequence"], back["suspicion"]) == (3, "caller_not_identified")
    assert [each["action"] for each in row["handled"]] == ["discarded", "restored", "assigned"]
    assert len(await desk.published()) == 1


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("assign", {"sequence": 1, "case_id": "C-7K3M-9PQR-X"}, 422, None),
        ("assign", {"sequence": 1}, 422, None),
        ("assign", {"sequence": 1, "case_id": CASE_ID, "client_id": "K-9"}, 422, "unknown_client"),
        ("new-case", {"sequence": 1, "client_id": "K\0"}, 422, None),
        ("discard", {"sequence": 1, "reason": " "}, 422, None),
        ("discard", {"sequence": 7, "reason": "x"}, 409, "version_conflict"),
        ("restore", {"sequence": 1, "reason": "x"}, 422, "wrong_verdict"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    desk: IntakeDesk, verb: str, body: dict[str, Any], status: int, code: str | None
):
    async with desk.api() as api:
        entry = await waiting_call(api)
        answer = await api.post(f"/unidentified/{entry['received_id']}/{verb}", json=body)
        assert answer.status_code == status
        if code:
            assert answer.json()["code"] == code
        assert (await api.get("/unidentified")).json() == [entry]
        assert (await api.post("/unidentified/none/assign", json=body)).status_code in {404, 422}
    assert await desk.published() == []


async def test_the_queue_is_read_in_pages_oldest_first(desk: IntakeDesk):
    async with desk.api() as api:
        for number in range(5):
            await waiting_call(api, text=f"Anruf {number}")
        seen: list[str] = []
        url: str | None = "/unidentified?limit=2"
        while url is not None:
            answer = await api.get(url)
            seen += [each["text"] for each in answer.json()]
            url = answer.links["next"]["url"] if "next" in answer.links else None
        lost = await api.get("/unidentified", params={"after": "nothing"})
    assert seen == [f"Anruf {number}" for number in range(5)]
    assert (lost.status_code, lost.json()["code"]) == (422, "unknown_page")


async def test_a_mail_sent_again_after_it_was_discarded_stays_discarded(desk: IntakeDesk):
    raw = (
        b"From: Eve <eve@example.net>\r\nTo: claims@claimsdesk.example\r\nMessage-ID: <1@e>\r\n"
        b"Subject: " + CASE_ID.encode() + b"\r\n\r\nBitte zahlen.\r\n"
    )
    at = case_file().opened_at
    async with desk.api() as api:
        await receive_mails(desk.app, [FetchedMail("1", "7:1", raw, at)])
        async with desk.examining():
            await desk.settled("<1@e>")
        (entry,) = (await api.get("/unidentified")).json()
        act = {"sequence": 1, "reason": "Betrug"}
        await api.post(f"/unidentified/{entry['received_id']}/discard", json=act)
        await receive_mails(desk.app, [FetchedMail("2", "7:2", raw, at)])
        rows = await desk.received("<1@e>")
        assert (await api.get("/unidentified")).json() == []
    assert sorted(str(row.verdict) for row in rows) == ["discarded", "duplicate"]
    assert await desk.published() == []


@pytest.mark.parametrize(
    ("role", "reads", "acts"),
    [
        ("representative", True, True),
        ("senior_representative", True, True),
        ("supervisor", True, True),
        ("trainee", True, False),
        ("auditor", True, False),
        ("client_system", False, False),
        ("department", False, False),
    ],
)
async def test_who_may_look_and_who_may_act(desk: IntakeDesk, role: str, reads: bool, acts: bool):
    body = {"sequence": 1, "case_id": CASE_ID, "reason": "x", "body": "health_insurance"}
    async with desk.api(role) as api:
        looked = [
            (await api.get(path)).status_code != 403
            for path in ("/unidentified", "/bodies", "/contacts/x/bundle")
        ]
        acted = [
            (await api.post(path, json=body)).status_code != 403
            for path in (
                "/unidentified/x/assign",
                "/unidentified/x/new-case",
                "/unidentified/x/discard",
                "/unidentified/x/restore",
                "/contacts/x/pass-on",
            )
        ]
    assert (set(looked), set(acted)) == ({reads}, {acts})


async def test_a_published_application_is_passed_on_once_with_its_papers(desk: IntakeDesk):
    note = STRANGER | {"case_id": None, "text": "Ich beantrage Wohngeld."}
    wish = {"body": "housing_benefit", "reason": "Wohngeld"}
    async with desk.api() as api, desk.api(name="paul") as paul:
        contact_id = (await api.post("/phone-notes", json=note)).json()["contact_id"]
        early = await api.get(f"/contacts/{contact_id}/bundle")
        first = await api.post(f"/contacts/{contact_id}/pass-on", json=wish)
        again = await api.post(f"/contacts/{contact_id}/pass-on", json=wish)
        other = await paul.post(
            f"/contacts/{contact_id}/pass-on", json={"body": "pension_insurance", "reason": "Rente"}
        )
        bundle = await api.get(f"/contacts/{contact_id}/bundle")
        row = await row_of(api, contact_id)
    assert (early.status_code, early.json()["code"]) == (422, "not_passed_on")
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    received, passed = await desk.published()
    assert isinstance(received, ContactReceived)
    assert isinstance(passed, ContactPassedOn)
    assert (passed.contact_id, passed.received_at) == (contact_id, received.received_at)
    assert (passed.handover.body, passed.handover.by) == ("housing_benefit", "rita")
    assert [(h["action"], h["body"]) for h in row["handled"]] == [("passed_on", "housing_benefit")]
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        letter = archive.read("Anschreiben.txt").decode()
        original = archive.read("01-phone-note.json")
    assert names == ["Anschreiben.txt", "manifest.json", "01-phone-note.json"]
    assert b"Wohngeld" in original
    assert manifest["documents"][0]["size"] == len(original)
    day = received.received_at.astimezone().strftime("%Y")
    assert manifest["received_on"].startswith(day)
    assert "Wohngeldstelle" in letter
    assert "am " + ".".join(reversed(manifest["received_on"].split("-"))) in letter


async def test_out_of_the_queue_an_application_is_passed_on_without_a_case(desk: IntakeDesk):
    async with desk.api() as api:
        entry = await waiting_call(api)
        path = f"/contacts/{entry['contact_id']}/pass-on"
        wish = {"body": "pension_insurance", "reason": "x", "client_id": "K-1", "sequence": 1}
        blank = await api.post(path, json=wish | {"reason": "  "})
        unknown = await api.post(path, json=wish | {"body": "ufo_office"})
        stale = await api.post(path, json=wish | {"sequence": 5})
        done = await api.post(path, json=wish)
        gone = await api.post("/contacts/none/pass-on", json=wish)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_body")
    assert blank.status_code == 422
    assert (stale.status_code, done.status_code, gone.status_code) == (409, 200, 404)
    (contact,) = await desk.published()
    assert (contact.case_id, contact.client_id) == (None, "K-1")
    assert contact.handover.body == "pension_insurance"


@pytest.mark.parametrize(
    "path",
    [
        "/received?contact_id=%00",
        "/received?message_id=a%00b",
        "/received?verdict=contact&after=%00",
        "/unidentified?after=%00",
        "/documents/a%00",
        "/contacts/%00/bundle",
    ],
)
async def test_a_nul_in_a_path_or_query_is_refused_in_order(desk: IntakeDesk, path: str):
    async with desk.api() as api:
        answer = await api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_acceptable")


async def test_a_nul_in_a_body_is_refused_in_order(desk: IntakeDesk):
    async with desk.api() as api:
        entry = await waiting_call(api)
        act = {"sequence": 1, "reason": "a\0b"}
        answer = await api.post(f"/unidentified/{entry['received_id']}/discard", json=act)
    assert answer.status_code == 422
