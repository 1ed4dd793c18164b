"""Review's API for people, on both databases: what it takes, refuses, and writes down."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.keys import SigningKey
from services.review import agents, api, people
from services.review.app import App, build
from services.review.settings import Settings
from services.review.waiting import WaitingContacts
from shared.contract.contacts import ContactReceived, Intent
from shared.contract.people import PersonChanged
from shared.migrations import migrate
from tests.support.review_desk import a_claim, a_client, a_policy, event_of


class Desk:
    """Review's HTTP side in this process, with one claim that waits for its invoice."""

    def __init__(self, app: App, key: SigningKey) -> None:
        self._app = app
        self._key = key
        transport = httpx.ASGITransport(app.service.api(api.router(app)))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://review")

    async def claim(self, **changes: object) -> dict:
        waiting = WaitingContacts(self._app)
        async with self._app.service.unit_of_work() as work:
            await agents.take_clients(waiting, work, [event_of(a_client(1))])
            await agents.take_policies(waiting, work, [event_of(a_policy(1))])
        await self.contact(a_claim(1, **{"documents": (), **changes}))
        (case,) = (await self.call("GET", "/cases?contact_id=contact-1")).json()
        return case

    async def contact(self, contact: ContactReceived) -> None:
        waiting = WaitingContacts(self._app)
        async with self._app.service.unit_of_work() as work:
            event = event_of(contact)
            await agents.take_contacts(self._app.programmes, waiting, work, [event])

    async def people(self, *told: PersonChanged) -> None:
        async with self._app.service.unit_of_work() as work:
            await people.take_people(work, [event_of(person) for person in told])

    async def call(
        self,
        method: str,
        path: str,
        role: str = "representative",
        person: str = "rita",
        **body: object,
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._key.token(person, person.title(), [role])}"}
        return await self._http.request(method, path, headers=headers, json=body or None)


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    key = SigningKey(tmp_path)
    app = build(
        Settings(
            kafka="127.0.0.1:1",
            database_url=database_url,
            jwks_file=key.jwks_file,
            documents_dir=tmp_path,
        )
    )
    await migrate(app.service.database, "review")
    try:
        yield Desk(app, key)
    finally:
        await app.service.database.close()


async def test_an_approval_needs_what_is_missing_or_a_waiver_with_its_reason(desk: Desk):
    case = await desk.claim()
    assert case["state"] == "waiting_for_client"
    path = f"/cases/{case['case_id']}"
    approval = {"sequence": case["sequence"], "outcome": "approve"}
    refused = await desk.call("POST", f"{path}/decisions", **approval)
    assert refused.status_code == 422
    assert refused.json() == {
        "code": "checklist_open",
        "message": "still missing: document:invoice; wait for it, or waive it with a reason",
    }
    waiver = f"{path}/checklist/document:invoice/waive"
    assert (await desk.call("POST", waiver)).status_code == 422
    assert (await desk.call("POST", waiver, reason="")).status_code == 422
    assert (await desk.call("POST", waiver, "auditor", reason="it burnt")).status_code == 403
    assert (await desk.call("POST", waiver, "trainee", reason="it burnt")).status_code == 403
    assert (await desk.call("POST", waiver, reason="it burnt", sequence=9)).status_code == 409
    waived = (await desk.call("POST", waiver, reason="it burnt")).json()
    assert waived["checklist"] == [
        {
            "item": "document:invoice",
            "line_id": None,
            "status": "waived",
            "closed_by": "rita",
            "reason": "it burnt",
        }
    ]
    assert waived["state"] == "waiting_for_person"
    assert (await desk.call("POST", waiver, reason="it burnt")).json()["code"] == "not_open"
    approval["sequence"] = waived["sequence"]
    decided = await desk.call("POST", f"{path}/decisions", **approval)
    assert decided.json()["state"] == "approved"
    assert (await desk.call("GET", path)).json()["checklist"] == waived["checklist"]


async def test_a_contact_after_the_decision_is_listed_until_somebody_looked(desk: Desk):
    case = await desk.claim(documents=a_claim(1).documents)
    assert case["state"] == "approved"
    path = f"/cases/{case['case_id']}"
    reply = a_claim(
        1, contact_id="contact-2", claim=None, intent=Intent.REPLY, case_id=case["case_id"]
    )
    await desk.contact(reply)
    await desk.contact(reply.model_copy(update={"contact_id": "contact-3"}))
    (prompt,) = (await desk.call("GET", "/prompts?code=contact_after_decision", "auditor")).json()
    assert prompt["case_id"] == case["case_id"]
    assert prompt["facts"] == {"contact_id": "contact-2"}
    assert (await desk.call("GET", "/prompts?code=interim_payment")).json() == []
    assert (await desk.call("GET", "/prompts?code=nonsense")).status_code == 422
    look = f"{path}/prompts/contact_after_decision/done"
    assert (await desk.call("POST", look, "auditor")).status_code == 403
    stale = await desk.call("POST", look, sequence=case["sequence"])
    assert stale.status_code == 409
    assert [each["sequence"] for each in stale.json()["changes"]] == [2, 3]
    looked = await desk.call("POST", look)
    assert looked.json()["facts"] == [
        {"fact": "prompt_done", "prompt": "contact_after_decision", "by": "rita"}
    ]
    assert (await desk.call("GET", "/prompts")).json() == []
    assert (await desk.call("POST", look)).json()["code"] == "no_such_prompt"


async def test_the_history_of_a_case_tells_every_change_with_who_and_when(desk: Desk):
    case = await desk.claim()
    path = f"/cases/{case['case_id']}"
    await desk.call("POST", f"{path}/checklist/document:invoice/waive", reason="it burnt")
    approval = {"sequence": 2, "outcome": "approve"}
    decided = (await desk.call("POST", f"{path}/decisions", person="ruben", **approval)).json()
    history = (await desk.call("GET", f"{path}/history", "auditor")).json()
    assert [(each["sequence"], each.get("changed_by"), each["state"]) for each in history] == [
        (1, None, "waiting_for_client"),
        (2, "rita", "waiting_for_person"),
        (3, "ruben", "approved"),
    ]
    assert [each["facts"] for each in history][::2] == [case["facts"], decided["facts"]]
    assert history[2]["at"] == decided["updated_at"]
    assert [each["sequence"] for each in await _json(desk, f"{path}/history?limit=2")] == [2, 3]
    assert (await desk.call("GET", "/cases/C-NOT-THERE/history")).status_code == 404


async def test_who_comes_second_hears_what_the_first_one_did(desk: Desk):
    case = await desk.claim()
    path = f"/cases/{case['case_id']}"
    await desk.call("POST", f"{path}/checklist/document:invoice/waive", reason="it burnt")
    denial = {"outcome": "deny", "reasons": ["lacks_information"]}
    await desk.call("POST", f"{path}/decisions", person="ruben", sequence=2, **denial)
    late = await desk.call("POST", f"{path}/decisions", person="rita", sequence=1, **denial)
    assert late.status_code == 409
    answer = late.json()
    assert (answer["code"], answer["sequence"]) == ("version_conflict", 3)
    told = [(each["changed_by"], each["facts"][0]["fact"]) for each in answer["changes"]]
    assert told == [("rita", "item_waived"), ("ruben", "decided")]


async def _json(desk: Desk, path: str) -> list:
    return (await desk.call("GET", path)).json()


async def test_who_has_left_the_desk_acts_no_more(desk: Desk):
    case = await desk.claim()
    waiver = f"/cases/{case['case_id']}/checklist/document:invoice/waive"
    gone = PersonChanged(person_id="rita", name="Rita", active=False, revision=2)
    await desk.people(gone, gone.model_copy(update={"active": True, "revision": 1}))
    refused = await desk.call("POST", waiver, reason="it burnt")
    assert (refused.status_code, refused.json()["code"]) == (403, "inactive")
    assert (await desk.call("POST", waiver, person="ruben", reason="it burnt")).status_code == 200
