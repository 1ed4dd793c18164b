"""What review does when time limits pass, and what people do meanwhile: over its API, stored."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from shared.contract.cases import CaseState
from shared.contract.contacts import ClaimLine, ContactReceived, Intent
from shared.contract.public import ClockBreached, ClockWarned, EscalationChanged
from tests.support.review_desk import a_claim, a_client, a_policy
from tests.support.review_inside import ReviewInside, review_inside

NOW = datetime.now(UTC)
AGENCY, INSURER = 1, 2


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[ReviewInside]:
    async with review_inside(database_url, tmp_path) as running:
        account = {"confirmed_iban": "DE89370400440532013000"}
        await running.tell(
            *(a_client(number).model_copy(update=account) for number in (AGENCY, INSURER)),
            a_policy(AGENCY).model_copy(update={"programme": "heating-aid"}),
            a_policy(INSURER),
        )
        yield running


def claim(number: int, benefit: str, amount: str, *, invoice: bool = True) -> ContactReceived:
    contact = a_claim(number)
    line = ClaimLine(line_id=1, description="bill", benefit=benefit, amount=Decimal(amount))
    return contact.model_copy(
        update={
            "claim": contact.claim.model_copy(update={"lines": (line,), "stated_total": None}),
            "documents": contact.documents if invoice else (),
        }
    )


def told(case: dict, clock: str, *, warned: bool = False) -> ClockWarned | ClockBreached:
    body = ClockWarned if warned else ClockBreached
    return body(
        case_id=case["case_id"],
        clock=clock,
        run=1,
        due_at=NOW,
        deadline=case.get("answer_by"),
    )


async def prompts(desk: ReviewInside, code: str) -> list[dict]:
    return (await desk.ask("GET", f"/prompts?code={code}")).json()


async def test_a_silent_client_is_reminded_and_warned_by_a_person_or_the_desk(desk: ReviewInside):
    contact = claim(AGENCY, "heating_costs", "120.00", invoice=False)
    await desk.tell(contact)
    case = await desk.case_of(contact.contact_id)
    assert case["state"] == "waiting_for_client"
    await desk.tell(told(case, "client_answer", warned=True))
    reminded = await desk.case_of(contact.contact_id)
    assert [fact["fact"] for fact in reminded["facts"]] == ["answer_reminded", "notice_requested"]
    where = f"/cases/{case['case_id']}/warning"
    assert (await desk.ask("POST", where, "auditor")).status_code == 403
    stale = await desk.ask("POST", where, sequence=1)
    assert (stale.status_code, stale.json()["sequence"]) == (409, 2)
    warned = (await desk.ask("POST", where)).json()
    assert warned["warning"]["law"] == "SGB I §66(3)"
    again = await desk.ask("POST", where)
    assert (again.status_code, again.json()["code"]) == (422, "already_warned")
    await desk.tell(told(warned, "client_answer"))
    over = await desk.case_of(contact.contact_id)
    assert (over["state"], over["facts"][0]["fact"]) == ("waiting_for_person", "answer_overdue")
    # Told once more, from a worker that was killed: nothing happens twice.
    await desk.tell(told(warned, "client_answer"))
    assert (await desk.case_of(contact.contact_id))["sequence"] == over["sequence"]


async def test_what_came_by_phone_closes_its_item(desk: ReviewInside):
    contact = claim(INSURER, "glass", "120.00", invoice=False)
    await desk.tell(contact)
    case = await desk.case_of(contact.contact_id)
    where = f"/cases/{case['case_id']}/checklist/document:invoice"
    assert (await desk.ask("POST", f"{where}/received", note="x")).status_code == 422
    note = {"note": "the glazier read it out"}
    closed = (await desk.ask("POST", f"{where}/received", **note)).json()
    assert [item["status"] for item in closed["checklist"]] == ["arrived"]
    assert closed["state"] == "waiting_for_person"
    waived = await desk.ask("POST", f"{where}/waive", reason="not needed")
    assert (waived.status_code, waived.json()["code"]) == (422, "not_open")


async def test_time_limits_that_pass_reach_a_person(desk: ReviewInside):
    approved = claim(INSURER, "glass", "120.00")
    waiting = a_claim(INSURER, "-dear").model_copy(
        update={"claim": claim(INSURER, "fire", "900.00").claim}
    )
    complaint = a_claim(INSURER, "-complaint", claim=None, intent=Intent.COMPLAINT)
    await desk.tell(approved, waiting, complaint)
    paid, open_case, angry = [
        await desk.case_of(contact.contact_id) for contact in (approved, waiting, complaint)
    ]
    assert (paid["state"], open_case["state"]) == ("approved", "waiting_for_person")
    await desk.tell(
        told(paid, "payment"),
        told(paid, "department_answer"),
        told(open_case, "interim_payment"),
        told(angry, "complaint_report", warned=True),
        # What nobody has to act on.
        told(paid, "payment", warned=True),
        told(open_case, "client_objection"),
        told(open_case, "resolution"),
    )
    for code, case in (
        ("payment_overdue", paid),
        ("department_overdue", paid),
        ("interim_payment", open_case),
        ("complaint_report", angry),
    ):
        (prompt,) = await prompts(desk, code)
        assert prompt["case_id"] == case["case_id"]
    assert (await prompts(desk, "interim_payment"))[0]["facts"]["amount"] == "850.00"
    assert (await prompts(desk, "payment_overdue"))[0]["facts"]["due_on"] == str(
        desk.app.programmes.desk.local_day(NOW)
    )
    case = await desk.case(paid["case_id"])
    assert case.state is CaseState.APPROVED
    await desk.tell(told(paid, "payment"))
    assert (await desk.case(paid["case_id"])).sequence == case.sequence


async def test_an_overdue_case_goes_up_and_comes_back(desk: ReviewInside):
    contact = claim(INSURER, "fire", "900.00")
    await desk.tell(contact)
    case = await desk.case_of(contact.contact_id)

    def changed(status: str, **fields: str) -> EscalationChanged:
        return EscalationChanged.model_validate(
            {
                "escalation_id": "e1",
                "case_id": case["case_id"],
                "status": status,
                "reason": "overdue",
                "at": NOW,
                **fields,
            }
        )

    await desk.tell(changed("opened"))
    assert (await desk.case(case["case_id"])).state is CaseState.ESCALATED
    await desk.tell(changed("accepted", by="sven"))
    await desk.tell(changed("returned", by="sven", instruction="Please call."))
    returned = await desk.case(case["case_id"])
    assert (returned.state, returned.instruction) == (CaseState.WAITING_FOR_PERSON, "Please call.")


async def test_an_advance_and_an_interim_payment_over_the_api(desk: ReviewInside):
    contact = claim(AGENCY, "heating_costs", "500.00")
    await desk.tell(contact)
    case_id = (await desk.case_of(contact.contact_id))["case_id"]
    today = desk.app.programmes.desk.local_day(datetime.now(UTC))
    late = await desk.ask(
        "POST", f"/cases/{case_id}/advance", requested_on=str(today + timedelta(days=1))
    )
    assert (late.status_code, late.json()["code"]) == (422, "in_future")
    asked = await desk.ask("POST", f"/cases/{case_id}/advance", requested_on=str(today))
    assert asked.json()["advance"]["status"] == "requested"
    assert len(await prompts(desk, "advance_requested")) == 1
    decision = {"sequence": asked.json()["sequence"], "amount": "200.00"}
    refused = await desk.ask(
        "POST", f"/cases/{case_id}/advance/decide", **decision | {"amount": "500.01"}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "over_expected")
    granted = await desk.ask("POST", f"/cases/{case_id}/advance/decide", **decision)
    assert granted.json()["advance"]["amount"] == "200.00"
    assert [task["amount"] for task in granted.json()["tasks"]] == ["200.00"]
    assert await prompts(desk, "advance_requested") == []

    insured = claim(INSURER, "fire", "900.00")
    await desk.tell(insured)
    case = await desk.case_of(insured.contact_id)
    path = f"/cases/{case['case_id']}/interim-payment"
    told_of = await desk.ask("POST", path, sequence=case["sequence"])
    assert told_of.json()["facts"][0]["notice"] == "interim_payment"
    paid = await desk.ask("POST", path, sequence=case["sequence"] + 1, amount="100.00")
    assert paid.json()["advance"]["status"] == "granted"


async def test_when_the_decision_arrived_is_noted(desk: ReviewInside):
    contact = claim(AGENCY, "heating_costs", "120.00")
    await desk.tell(contact)
    case = await desk.case_of(contact.contact_id)
    assert case["state"] == "approved"
    path = f"/cases/{case['case_id']}/decision-received"
    day = date.fromisoformat(case["decisions"][-1]["at"][:10])
    early = await desk.ask("POST", path, received_on=str(day - timedelta(days=2)))
    assert (early.status_code, early.json()["code"]) == (422, "impossible_day")
    today = desk.app.programmes.desk.local_day(datetime.now(UTC))
    noted = await desk.ask("POST", path, received_on=str(today), remedy_notice=False)
    (fact,) = noted.json()["facts"]
    assert (fact["fact"], fact["remedy_notice"]) == ("decision_received", False)
