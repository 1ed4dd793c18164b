"""Review's API for people, on both databases: what it takes, refuses, and writes down."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.keys import SigningKey
from services.review import agents, api
from services.review.app import App, build
from services.review.settings import Settings
from services.review.waiting import WaitingContacts
from shared.migrations import migrate
from tests.support.review_desk import a_claim, a_client, a_policy, event_of


class Desk:
    """Review's HTTP side in this process, with one claim that waits for its invoice."""

    def __init__(self, app: App, key: SigningKey) -> None:
        self._app = app
        self._key = key
        transport = httpx.ASGITransport(app.service.api(api.router(app)))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://review")

    async def claim(self) -> dict:
        waiting = WaitingContacts(self._app)
        async with self._app.service.unit_of_work() as work:
            await agents.take_clients(waiting, work, [event_of(a_client(1))])
            await agents.take_policies(waiting, work, [event_of(a_policy(1))])
            event = event_of(a_claim(1, documents=()))
            await agents.take_contacts(self._app.programmes, waiting, work, [event])
        (case,) = (await self.call("GET", "/cases?contact_id=contact-1")).json()
        return case

    async def call(
        self, method: str, path: str, role: str = "representative", **body: object
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._key.token('rita', 'Rita', [role])}"}
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
