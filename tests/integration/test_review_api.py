"""Review's API for people, on both databases: what it takes, refuses, and writes down."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.review.domain.quality import is_drawn
from shared.contract.contacts import Intent
from shared.contract.people import PersonChanged
from shared.ids import derived_case_id
from tests.support.review_desk import a_claim, a_client, a_policy
from tests.support.review_inside import ReviewInside, review_inside


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[ReviewInside]:
    async with review_inside(database_url, tmp_path) as running:
        yield running


async def a_case(desk: ReviewInside, number: int = 1, **changes: object) -> dict:
    """A claim that waits for its invoice, unless it is said otherwise."""
    claim = a_claim(number, **{"documents": (), **changes})
    await desk.tell(a_client(number), a_policy(number), claim)
    return await desk.case_of(claim.contact_id)


async def read(desk: ReviewInside, path: str) -> Any:
    return (await desk.ask("GET", path)).json()


async def test_an_approval_needs_what_is_missing_or_a_waiver_with_its_reason(desk: ReviewInside):
    case = await a_case(desk)
    assert case["state"] == "waiting_for_client"
    path = f"/cases/{case['case_id']}"
    approval = {"sequence": case["sequence"], "outcome": "approve"}
    refused = await desk.ask("POST", f"{path}/decisions", **approval)
    assert refused.status_code == 422
    assert refused.json() == {
        "code": "checklist_open",
        "message": "still missing: document:invoice; wait for it, or waive it with a reason",
    }
    waiver = f"{path}/checklist/document:invoice/waive"
    assert (await desk.ask("POST", waiver)).status_code == 422
    assert (await desk.ask("POST", waiver, reason="")).status_code == 422
    assert (await desk.ask("POST", waiver, "auditor", reason="it burnt")).status_code == 403
    assert (await desk.ask("POST", waiver, "trainee", reason="it burnt")).status_code == 403
    assert (await desk.ask("POST", waiver, reason="it burnt", sequence=9)).status_code == 409
    waived = (await desk.ask("POST", waiver, reason="it burnt")).json()
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
    assert (await desk.ask("POST", waiver, reason="it burnt")).json()["code"] == "not_open"
    approval["sequence"] = waived["sequence"]
    decided = await desk.ask("POST", f"{path}/decisions", **approval)
    assert decided.json()["state"] == "approved"
    assert (await desk.ask("GET", path)).json()["checklist"] == waived["checklist"]


async def test_a_contact_after_the_decision_is_listed_until_somebody_looked(desk: ReviewInside):
    case = await a_case(desk, documents=a_claim(1).documents)
    assert case["state"] == "approved"
    path = f"/cases/{case['case_id']}"
    reply = a_claim(
        1, contact_id="contact-2", claim=None, intent=Intent.REPLY, case_id=case["case_id"]
    )
    await desk.tell(reply)
    await desk.tell(reply.model_copy(update={"contact_id": "contact-3"}))
    (prompt,) = (await desk.ask("GET", "/prompts?code=contact_after_decision", "auditor")).json()
    assert prompt["case_id"] == case["case_id"]
    assert prompt["facts"] == {"contact_id": "contact-2"}
    assert (await desk.ask("GET", "/prompts?code=interim_payment")).json() == []
    assert (await desk.ask("GET", "/prompts?code=nonsense")).status_code == 422
    look = f"{path}/prompts/contact_after_decision/done"
    assert (await desk.ask("POST", look, "auditor")).status_code == 403
    stale = await desk.ask("POST", look, sequence=case["sequence"])
    assert stale.status_code == 409
    assert [each["sequence"] for each in stale.json()["changes"]] == [2, 3]
    looked = await desk.ask("POST", look)
    assert looked.json()["facts"] == [
        {"fact": "prompt_done", "prompt": "contact_after_decision", "by": "rita"}
    ]
    assert (await desk.ask("GET", "/prompts")).json() == []
    assert (await desk.ask("POST", look)).json()["code"] == "no_such_prompt"


async def test_the_history_of_a_case_tells_every_change_with_who_and_when(desk: ReviewInside):
    case = await a_case(desk)
    path = f"/cases/{case['case_id']}"
    await desk.ask("POST", f"{path}/checklist/document:invoice/waive", reason="it burnt")
    approval = {"sequence": 2, "outcome": "approve"}
    decided = (await desk.ask("POST", f"{path}/decisions", who="ruben", **approval)).json()
    history = (await desk.ask("GET", f"{path}/history", "auditor")).json()
    assert [(each["sequence"], each.get("changed_by"), each["state"]) for each in history] == [
        (1, None, "waiting_for_client"),
        (2, "rita", "waiting_for_person"),
        (3, "ruben", "approved"),
    ]
    assert [each["facts"] for each in history][::2] == [case["facts"], decided["facts"]]
    assert history[2]["at"] == decided["updated_at"]
    assert [each["sequence"] for each in await read(desk, f"{path}/history?limit=2")] == [2, 3]
    assert (await desk.ask("GET", "/cases/C-NOT-THERE/history")).status_code == 404


async def test_who_comes_second_hears_what_the_first_one_did(desk: ReviewInside):
    case = await a_case(desk)
    path = f"/cases/{case['case_id']}"
    await desk.ask("POST", f"{path}/checklist/document:invoice/waive", reason="it burnt")
    denial = {"outcome": "deny", "reasons": ["lacks_information"]}
    await desk.ask("POST", f"{path}/decisions", who="ruben", sequence=2, **denial)
    late = await desk.ask("POST", f"{path}/decisions", who="rita", sequence=1, **denial)
    assert late.status_code == 409
    answer = late.json()
    assert (answer["code"], answer["sequence"]) == ("version_conflict", 3)
    told = [(each["changed_by"], each["facts"][0]["fact"]) for each in answer["changes"]]
    assert told == [("rita", "item_waived"), ("ruben", "decided")]


async def test_who_has_left_the_desk_acts_no_more(desk: ReviewInside):
    case = await a_case(desk)
    waiver = f"/cases/{case['case_id']}/checklist/document:invoice/waive"
    gone = PersonChanged(person_id="rita", name="Rita", active=False, revision=2)
    await desk.tell(gone, gone.model_copy(update={"active": True, "revision": 1}))
    refused = await desk.ask("POST", waiver, reason="it burnt")
    assert (refused.status_code, refused.json()["code"]) == (403, "inactive")
    assert (await desk.ask("POST", waiver, who="ruben", reason="it burnt")).status_code == 200


async def test_a_service_request_that_tells_of_a_claim_is_handed_on(desk: ReviewInside):
    case = await a_case(desk, intent=Intent.OTHER)
    assert (case["kind"], case.get("assessment")) == ("other", None)
    wish = {"sequence": 1, "outcome": "escalate", "reasons": ["further_examination"]}
    handed_on = await desk.ask("POST", f"/cases/{case['case_id']}/decisions", **wish)
    assert handed_on.json()["state"] == "escalated"


async def test_a_trainee_proposes_and_a_second_person_confirms(desk: ReviewInside):
    case = await a_case(desk)
    path = f"/cases/{case['case_id']}"
    await desk.ask("POST", f"{path}/checklist/document:invoice/waive", reason="it burnt")
    wish = {"sequence": 2, "outcome": "approve"}
    proposed = await desk.ask("POST", f"{path}/decisions", "trainee", "tina", **wish)
    assert proposed.status_code == 200
    assert (proposed.json()["state"], proposed.json()["decisions"]) == ("waiting_for_person", [])
    (prompt,) = await read(desk, "/prompts?code=proposal")
    assert prompt["case_id"] == case["case_id"]
    by_hand = await desk.ask("POST", f"{path}/prompts/proposal/done")
    assert by_hand.json()["code"] == "not_by_hand"
    confirm = f"{path}/proposal/confirm"
    own = await desk.ask("POST", confirm, "representative", "tina", sequence=3)
    assert (own.status_code, own.json()["code"]) == (403, "own_proposal")
    decided = (await desk.ask("POST", confirm, sequence=3)).json()
    assert decided["state"] == "approved"
    assert decided["decisions"][0]["by"] == "rita"
    assert decided["decisions"][0]["proposed_by"] == "tina"
    assert await read(desk, "/prompts?code=proposal") == []


async def test_a_rejected_proposal_leaves_the_case_as_it_was(desk: ReviewInside):
    case = await a_case(desk)
    path = f"/cases/{case['case_id']}"
    wish = {"sequence": 1, "outcome": "deny", "reasons": ["lacks_information"]}
    await desk.ask("POST", f"{path}/decisions", "trainee", "tina", **wish)
    reject = f"{path}/proposal/reject"
    assert (await desk.ask("POST", reject, sequence=2)).status_code == 422
    rejected = (await desk.ask("POST", reject, sequence=2, comment="wait for it")).json()
    assert (rejected["state"], rejected["proposal"]) == ("waiting_for_client", None)


async def test_a_decision_is_taken_back_and_a_case_opened_again(desk: ReviewInside):
    case = await a_case(desk, documents=a_claim(1).documents)
    path = f"/cases/{case['case_id']}"
    back = {"sequence": 1, "comment": "the wrong case"}
    withdrawn = (await desk.ask("POST", f"{path}/decision/withdraw", **back)).json()
    assert withdrawn["state"] == "waiting_for_person"
    assert [each["decision_id"] for each in withdrawn["decisions"]] == [
        each["decision_id"] for each in case["decisions"]
    ]
    denial = {"sequence": 2, "outcome": "deny", "reasons": ["not_necessary"]}
    denied = await desk.ask("POST", f"{path}/decisions", **denial)
    assert denied.json()["state"] == "denied"
    objection = {"sequence": 3, "reason": "objection", "comment": "she wrote"}
    undated = await desk.ask("POST", f"{path}/reopen", **objection)
    assert undated.json()["code"] == "received_on_missing"
    today = str(datetime.now(ZoneInfo("Europe/Berlin")).date())
    opened = await desk.ask("POST", f"{path}/reopen", **objection, received_on=today)
    assert opened.json()["state"] == "waiting_for_person"
    again = {"sequence": 4, "outcome": "approve"}
    own = await desk.ask("POST", f"{path}/decisions", **again)
    assert (own.status_code, own.json()["code"]) == (403, "objection")
    decided = await desk.ask("POST", f"{path}/decisions", who="ruben", **again)
    assert [each["by"] for each in decided.json()["decisions"]] == ["system", "rita", "ruben"]


async def test_a_decision_form_is_filled_in_with_what_is_recommended(desk: ReviewInside):
    case = await a_case(desk)
    path = f"/cases/{case['case_id']}"
    asked = await read(desk, f"{path}/recommendation")
    assert (asked["outcome"], asked["sequence"]) == (None, 1)
    waived = f"{path}/checklist/document:invoice/waive"
    await desk.ask("POST", waived, reason="it burnt")
    wish = await read(desk, f"{path}/recommendation")
    assert (wish["outcome"], wish["refusal"], wish["within_authority"]) == ("approve", None, True)
    low = PersonChanged(person_id="rita", name="R", authority={"household": "1.00"}, revision=1)
    await desk.tell(low)
    limited = await read(desk, f"{path}/recommendation")
    assert (limited["within_authority"], limited["limit"]) == (False, "1.00")
    auditor = await desk.ask("GET", f"{path}/recommendation", "auditor", "ada")
    assert auditor.json()["refusal"]["code"] == "role"
    approval = {"sequence": wish["sequence"], "outcome": wish["outcome"]}
    handed_on = await desk.ask("POST", f"{path}/decisions", **approval)
    assert handed_on.json()["state"] == "escalated"


async def test_what_a_second_person_says_of_decisions_is_counted(desk: ReviewInside):
    share = Decimal("0.05")
    number = next(
        n for n in range(1, 2000) if is_drawn(derived_case_id("case", f"contact-{n}"), share)
    )
    case = await a_case(desk, number, documents=a_claim(number).documents)
    path = f"/cases/{case['case_id']}/quality-review"
    assert [each["case_id"] for each in await read(desk, "/prompts?code=quality_review")] == [
        case["case_id"]
    ]
    said = {"result": "failed", "comment": "the photo shows another window"}
    assert (await desk.ask("POST", path, "representative", **said)).status_code == 403
    assert (await desk.ask("POST", path, "supervisor", result="failed")).status_code == 422
    reviewed = await desk.ask("POST", path, "supervisor", "sven", **said)
    assert reviewed.json()["quality_review"]["by"] == "sven"
    assert await read(desk, "/prompts?code=quality_review") == []
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    for query, found in (
        ("", 1),
        (f"?from_day={today}&until_day={today}&programme=household&person=system", 1),
        (f"?until_day={today - timedelta(1)}", 0),
        ("?programme=travel", 0),
        ("?person=rita", 0),
    ):
        answer = await desk.ask("GET", f"/quality-reviews{query}", "supervisor")
        counted = [{"programme": "household", "decided_by": "system", "passed": 0, "failed": 1}]
        assert answer.json() == counted * found
    assert (await desk.ask("GET", "/quality-reviews")).status_code == 403
