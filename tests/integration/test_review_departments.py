"""Department tasks in review, on both databases: asked once, answered, paid, taken back."""

import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from deploy.local.keys import SigningKey
from services.review import agents, api, departments, store
from services.review.app import App
from services.review.tables import awaiting_accounts
from services.review.waiting import WaitingContacts
from shared.contract.base import Body
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.contacts import Intent
from shared.contract.departments import Department, DepartmentTaskAnswered
from shared.errors import BadEvent
from shared.messaging.envelope import Event, decode, encode
from tests.support.review_desk import (
    a_claim,
    a_client,
    a_policy,
    a_request,
    event_of,
)
from tests.support.review_inside import claims_on, published, review_app

IBAN = "DE89370400440532013000"


class Desk:
    """Review's handlers on one database, without a broker."""

    def __init__(self, app: App, key: SigningKey) -> None:
        self.app = app
        self._key = key
        self._waiting = WaitingContacts(app)
        self._on_clients = agents.on_clients(app.programmes, self._waiting)
        transport = httpx.ASGITransport(app.service.api(api.router(app)))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://review")

    async def acts(self, path: str, role: str = "representative", **content: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._key.token('rita', 'Rita', [role])}"}
        return await self._http.post(path, headers=headers, json=content)

    async def hears_of(self, *bodies: Body) -> None:
        async with self.app.service.unit_of_work() as work:
            await self._on_clients(work, [_again(body) for body in bodies])

    async def reads(self, *bodies: Body) -> None:
        async with self.app.service.unit_of_work() as work:
            events = [event_of(body) for body in bodies]
            await agents.take_contacts(self.app.programmes, self._waiting, work, events)

    async def is_answered(self, topic: Department, **answer: Any) -> None:
        body = DepartmentTaskAnswered.model_validate({"at": datetime.now(UTC), **answer})
        async with self.app.service.unit_of_work() as work:
            await departments.take_answers(self.app.programmes, topic, work, [_again(body)])

    async def case(self) -> CaseFileUpdated:
        async with self.app.service.database.reading() as connection:
            row = (
                await connection.execute(store.cases_query(contact_id=None, state=None, limit=2))
            ).one()
        return CaseFileUpdated.model_validate_json(row.body)

    async def asked_of(self, department: Department) -> list[dict[str, Any]]:
        """What stands in the outbox for a department, in order."""
        records = await published(self.app, f"departments.{department}.tasks.v1")
        return [json.loads(record.value) for record in records]

    async def how_many_wait(self) -> int:
        async with self.app.service.database.reading() as connection:
            query = select(func.count()).select_from(awaiting_accounts)
            return (await connection.execute(query)).scalar_one()


def _again(body: Body) -> Event:
    """An event with an id of its own, however often the same is said."""
    record = encode(body, source="test", cause=str(uuid.uuid4()), at=datetime.now(UTC))
    return decode(record.key, record.value, record.headers)


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with review_app(database_url, tmp_path) as (app, key):
        async with app.service.unit_of_work() as work:
            await store.save_policies(work.connection, [a_policy(1)])
            await store.save_clients(work.connection, [a_client(1)])
        yield Desk(app, key)


async def test_a_payment_waits_for_the_record_of_the_account_and_is_instructed_once(desk: Desk):
    await desk.reads(a_claim(1))
    case = await desk.case()
    assert case.state is CaseState.APPROVED
    (question,) = await desk.asked_of(Department.ACCOUNTS)
    assert (question["kind"], await desk.how_many_wait()) == ("confirm_account", 1)
    await desk.is_answered(
        Department.ACCOUNTS,
        task_id=question["task_id"],
        case_id=case.case_id,
        department="accounts",
        status="done",
    )
    assert await desk.asked_of(Department.PAYMENTS) == []
    confirmed = a_client(1).model_copy(update={"confirmed_iban": IBAN, "revision": 2})
    await desk.hears_of(confirmed)
    await desk.hears_of(confirmed.model_copy(update={"revision": 3}))
    (payment,) = await desk.asked_of(Department.PAYMENTS)
    approved = str(case.decisions[-1].approved)
    assert (payment["details"]["iban"], payment["amount"]) == (IBAN, approved)
    assert payment["reference"] == case.case_id
    assert await desk.how_many_wait() == 0
    for _ in range(2):
        await desk.is_answered(
            Department.PAYMENTS,
            task_id=payment["task_id"],
            case_id=case.case_id,
            department="payments",
            status="done",
        )
    paid = await desk.case()
    assert (str(paid.paid), paid.state) == (approved, CaseState.APPROVED)
    assert len(await desk.asked_of(Department.PAYMENTS)) == 1


async def test_a_department_answers_over_its_own_topic_for_its_own_tasks(desk: Desk):
    await desk.reads(a_claim(1))
    case = await desk.case()
    (task,) = case.tasks
    answer = {"task_id": task.task_id, "case_id": case.case_id, "status": "done"}
    for topic, wrong in (
        (Department.PAYMENTS, {**answer, "department": "accounts"}),
        (Department.PAYMENTS, {**answer, "department": "payments"}),
        (Department.ACCOUNTS, {**answer, "department": "accounts", "task_id": "another"}),
        (Department.ACCOUNTS, {**answer, "department": "accounts", "case_id": "C-NONE"}),
    ):
        with pytest.raises(BadEvent):
            await desk.is_answered(topic, **wrong)
    assert (await desk.case()).sequence == case.sequence


async def test_a_person_asks_explains_takes_back_and_says_what_a_request_really_is(desk: Desk):
    await desk.reads(a_request(1, Intent.RENEWAL, contact_id="contact-1"))
    case = await desk.case()
    path, task = f"/cases/{case.case_id}", case.tasks[0]
    answer = {"task_id": task.task_id, "case_id": case.case_id, "department": "renewals"}
    await desk.is_answered(Department.RENEWALS, **answer, status="question", words="Since when?")
    reply = {"sequence": 2, "words": "From 1 July."}
    assert (await desk.acts(f"{path}/tasks/none/reply", **reply)).status_code == 404
    assert (
        await desk.acts(f"{path}/tasks/{task.task_id}/reply", "auditor", **reply)
    ).status_code == 403
    replied = await desk.acts(f"{path}/tasks/{task.task_id}/reply", **reply)
    assert replied.json()["state"] == "waiting_for_department"
    first, second = await desk.asked_of(Department.RENEWALS)
    assert first["task_id"] == second["task_id"]
    assert second["details"]["words"] == "From 1 July."

    cancel = {"sequence": 3, "reason": "he changed his mind"}
    cancelled = await desk.acts(f"{path}/tasks/{task.task_id}/cancel", **cancel)
    assert cancelled.json()["state"] == "waiting_for_person"
    assert (await desk.asked_of(Department.RENEWALS))[-1]["reason"] == "he changed his mind"
    stale = await desk.acts(f"{path}/tasks", sequence=3, kind="renew")
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    asked = await desk.acts(f"{path}/tasks", sequence=4, kind="renew", due_on="2199-01-07")
    assert asked.json()["tasks"][-1]["due_on"] == "2199-01-07"

    sorry = {"sequence": 5, "notice": "delay_apology", "words": "We are short of people."}
    assert (await desk.acts(f"{path}/messages", **sorry)).status_code == 200
    wrong = await desk.acts(f"{path}/messages", **{**sorry, "notice": "decision"})
    assert wrong.status_code == 422
    complaint = await desk.acts(f"{path}/kind", sequence=6, kind="complaint")
    assert complaint.json()["complaint"]["result"] == "open"
    noted = await desk.acts(f"{path}/complaint", sequence=7, result="rejected")
    closed = await desk.acts(f"{path}/close", sequence=noted.json()["sequence"])
    assert closed.json()["state"] == "closed"
    year = closed.json()["complaint"]["received_on"][:4]
    named = {"year": int(year), "case_ids": [case.case_id]}
    assert (await desk.acts("/complaints/reported", **named)).status_code == 403
    for marked in (1, 0):
        done = await desk.acts("/complaints/reported", "supervisor", **named)
        assert done.json() == {"year": int(year), "marked": marked}


async def test_a_claim_that_was_none_counts_no_more_on_its_policy(desk: Desk):
    await desk.reads(a_claim(1, documents=()))
    case = await desk.case()
    assert await claims_on(desk.app, 1) == 1
    kind = {"sequence": 1, "kind": "payment_delay"}
    changed = await desk.acts(f"/cases/{case.case_id}/kind", **kind)
    assert changed.json()["state"] == "waiting_for_department"
    assert await claims_on(desk.app, 1) == 0
    back = await desk.acts(f"/cases/{case.case_id}/kind", sequence=2, kind="claim")
    assert back.json()["state"] == "waiting_for_client"
    assert await claims_on(desk.app, 1) == 1
