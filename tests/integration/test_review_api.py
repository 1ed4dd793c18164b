"""Review's API for people, on both databases: what it takes, refuses, and writes down."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from deploy.local.keys import SigningKey
from services.review import agents, api, people
from services.review.app import App, build
from services.review.domain.quality import is_drawn
from services.review.settings import Settings
from services.review.waiting import WaitingContacts
from shared.contract.contacts import ContactReceived, Intent
from shared.contract.people import PersonChanged
from shared.ids import derived_case_id
from shared.migrations import migrate
from tests.support.review_desk import a_claim, a_client, a_policy, event_of


class Desk:
    """Review's HTTP side in this process, with one claim that waits for its invoice."""

    def __init__(self, app: App, key: SigningKey) -> None:
        self._app = app
        self._key = key
        transport = httpx.ASGITransport(app.service.api(api.router(app)))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://review")

    async def claim(self, number: int = 1, **changes: object) -> dict:
        waiting = WaitingContacts(self._app)
        async with self._app.service.unit_of_work() as work:
            await agents.take_clients(waiting, work, [event_of(a_client(number))])
            await agents.take_policies(waiting, work, [event_of(a_policy(number))])
        await self.contact(a_claim(number, **{"documents": (), **changes}))
        (case,) = (await self.call("GET", f"/cases?contact_id=contact-{number}")).json()
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


async def test_a_service_request_that_tells_of_a_claim_is_handed_on(desk: Desk):
    case = await desk.claim(intent=Intent.OTHER)
    assert (case["kind"], case.get("assessment")) == ("other", None)
    wish = {"sequence": 1, "outcome": "escalate", "reasons": ["further_examination"]}
    handed_on = await desk.call("POST", f"/cases/{case['case_id']}/decisions", **wish)
    assert handed_on.json()["state"] == "escalated"


async def test_a_trainee_proposes_and_a_second_person_confirms(desk: Desk):
    case = await desk.claim()
    path = f"/cases/{case['case_id']}"
    await desk.call("POST", f"{path}/checklist/document:invoice/waive", reason="it burnt")
    wish = {"sequence": 2, "outcome": "approve"}
    proposed = await desk.call("POST", f"{path}/decisions", "trainee", "tina", **wish)
    assert proposed.status_code == 200
    assert (proposed.json()["state"], proposed.json()["decisions"]) == ("waiting_for_person", [])
    (prompt,) = await _json(desk, "/prompts?code=proposal")
    assert prompt["case_id"] == case["case_id"]
    by_hand = await desk.call("POST", f"{path}/prompts/proposal/done")
    assert by_hand.json()["code"] == "not_by_hand"
    confirm = f"{path}/proposal/confirm"
    own = await desk.call("POST", confirm, "representative", "tina", sequence=3)
    assert (own.status_code, own.json()["code"]) == (403, "own_proposal")
    decided = (await desk.call("POST", confirm, sequence=3)).json()
    assert decided["state"] == "approved"
    assert decided["decisions"][0]["by"] == "rita"
    assert decided["decisions"][0]["proposed_by"] == "tina"
    assert await _json(desk, "/prompts?code=proposal") == []


async def test_a_rejected_proposal_leaves_the_case_as_it_was(desk: Desk):
    case = await desk.claim()
    path = f"/cases/{case['case_id']}"
    wish = {"sequence": 1, "outcome": "deny", "reasons": ["lacks_information"]}
    await desk.call("POST", f"{path}/decisions", "trainee", "tina", **wish)
    reject = f"{path}/proposal/reject"
    assert (await desk.call("POST", reject, sequence=2)).status_code == 422
    rejected = (await desk.call("POST", reject, sequence=2, comment="wait for it")).json()
    assert (rejected["state"], rejected["proposal"]) == ("waiting_for_client", None)


async def test_a_decision_is_taken_back_and_a_case_opened_again(desk: Desk):
    case = await desk.claim(documents=a_claim(1).documents)
    path = f"/cases/{case['case_id']}"
    back = {"sequence": 1, "comment": "the wrong case"}
    withdrawn = (await desk.call("POST", f"{path}/decision/withdraw", **back)).json()
    assert withdrawn["state"] == "waiting_for_person"
    assert [each["decision_id"] for each in withdrawn["decisions"]] == [
        each["decision_id"] for each in case["decisions"]
    ]
    denial = {"sequence": 2, "outcome": "deny", "reasons": ["not_necessary"]}
    denied = await desk.call("POST", f"{path}/decisions", **denial)
    assert denied.json()["state"] == "denied"
    objection = {"sequence": 3, "reason": "objection", "comment": "she wrote"}
    undated = await desk.call("POST", f"{path}/reopen", **objection)
    assert undated.json()["code"] == "received_on_missing"
    today = str(datetime.now(ZoneInfo("Europe/Berlin")).date())
    opened = await desk.call("POST", f"{path}/reopen", **objection, received_on=today)
    assert opened.json()["state"] == "waiting_for_person"
    again = {"sequence": 4, "outcome": "approve"}
    own = await desk.call("POST", f"{path}/decisions", **again)
    assert (own.status_code, own.json()["code"]) == (403, "objection")
    decided = await desk.call("POST", f"{path}/decisions", person="ruben", **again)
    assert [each["by"] for each in decided.json()["decisions"]] == ["system", "rita", "ruben"]


async def test_a_decision_form_is_filled_in_with_what_is_recommended(desk: Desk):
    case = await desk.claim()
    path = f"/cases/{case['case_id']}"
    asked = await _json(desk, f"{path}/recommendation")
    assert (asked["outcome"], asked["sequence"]) == (None, 1)
    waived = f"{path}/checklist/document:invoice/waive"
    await desk.call("POST", waived, reason="it burnt")
    wish = await _json(desk, f"{path}/recommendation")
    assert (wish["outcome"], wish["refusal"], wish["within_authority"]) == ("approve", None, True)
    low = PersonChanged(person_id="rita", name="R", authority={"household": "1.00"}, revision=1)
    await desk.people(low)
    limited = await _json(desk, f"{path}/recommendation")
    assert (limited["within_authority"], limited["limit"]) == (False, "1.00")
    auditor = await desk.call("GET", f"{path}/recommendation", "auditor", "ada")
    assert auditor.json()["refusal"]["code"] == "role"
    approval = {"sequence": wish["sequence"], "outcome": wish["outcome"]}
    handed_on = await desk.call("POST", f"{path}/decisions", **approval)
    assert handed_on.json()["state"] == "escalated"


async def test_what_a_second_person_says_of_decisions_is_counted(desk: Desk):
    share = Decimal("0.05")
    number = next(
        n for n in range(1, 2000) if is_drawn(derived_case_id("case", f"contact-{n}"), share)
    )
    case = await desk.claim(number, documents=a_claim(number).documents)
    path = f"/cases/{case['case_id']}/quality-review"
    assert [each["case_id"] for each in await _json(desk, "/prompts?code=quality_review")] == [
        case["case_id"]
    ]
    said = {"result": "failed", "comment": "the photo shows another window"}
    assert (await desk.call("POST", path, "representative", **said)).status_code == 403
    assert (await desk.call("POST", path, "supervisor", result="failed")).status_code == 422
    reviewed = await desk.call("POST", path, "supervisor", "sven", **said)
    assert reviewed.json()["quality_review"]["by"] == "sven"
    assert await _json(desk, "/prompts?code=quality_review") == []
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    for query, found in (
        ("", 1),
        (f"?from_day={today}&until_day={today}&programme=household&person=system", 1),
        (f"?until_day={today - timedelta(1)}", 0),
        ("?programme=travel", 0),
        ("?person=rita", 0),
    ):
        answer = await desk.call("GET", f"/quality-reviews{query}", "supervisor")
        counted = [{"programme": "household", "decided_by": "system", "passed": 0, "failed": 1}]
        assert answer.json() == counted * found
    assert (await desk.call("GET", "/quality-reviews")).status_code == 403
