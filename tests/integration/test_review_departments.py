"""Department tasks in review: asked over topics, answered by whoever knows only the schemas."""

import csv
import json
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from sqlalchemy import func, select

from claimsdesk.topics import apply_topics
from deploy.local.keys import SigningKey
from services.review import agents, api, departments, store
from services.review.app import App, build
from services.review.settings import Settings
from services.review.tables import awaiting_accounts
from services.review.waiting import WaitingContacts
from shared.contract.base import Body
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.catalogue import CASE_FILE
from shared.contract.contacts import Channel, ContactText, Intent, UnconfirmedDetails
from shared.contract.departments import Department, DepartmentTaskAnswered
from shared.contract.facts import NoticeKind, NoticeRequested
from shared.errors import BadEvent
from shared.messaging.envelope import Event, decode, encode
from shared.messaging.outbox_rows import waiting_records
from shared.migrations import migrate, tables_of
from tests.support.review_desk import (
    a_claim,
    a_client,
    a_policy,
    event_of,
    policy_number,
    review_program,
    send,
)
from tests.support.service_program import ServiceProgram
from tests.support.topic_reader import TopicReader

IBAN = "DE89370400440532013000"
SCHEMAS = Path(__file__).parents[2] / "contract" / "schemas"


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
        table = tables_of("review").tables["outbox"]
        async with self.app.service.database.reading() as connection:
            records = await waiting_records(connection, table)
        topic = f"departments.{department}.tasks.v1"
        return [json.loads(record.value) for record in records if record.topic == topic]

    async def claims_on(self, number: int) -> int:
        async with self.app.service.unit_of_work() as work:
            ledgers = await store.lock_ledgers(work.connection, [policy_number(number)])
        return len(ledgers[policy_number(number)].claims)

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
    async with app.service.unit_of_work() as work:
        await store.save_policies(work.connection, [a_policy(1)])
        await store.save_clients(work.connection, [a_client(1)])
    try:
        yield Desk(app, key)
    finally:
        await app.service.database.close()


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
    assert await desk.claims_on(1) == 1
    kind = {"sequence": 1, "kind": "payment_delay"}
    changed = await desk.acts(f"/cases/{case.case_id}/kind", **kind)
    assert changed.json()["state"] == "waiting_for_department"
    assert await desk.claims_on(1) == 0
    back = await desk.acts(f"/cases/{case.case_id}/kind", sequence=2, kind="claim")
    assert back.json()["state"] == "waiting_for_client"
    assert await desk.claims_on(1) == 1


class Outsider:
    """A department that knows the broker, the topics' names and the schemas: no code of ours."""

    def __init__(self, bootstrap: str, name: str) -> None:
        self._name = name
        self._consumer = KafkaConsumer(bootstrap_servers=bootstrap, consumer_timeout_ms=200)
        topic = f"departments.{name}.tasks.v1"
        partitions = [TopicPartition(topic, number) for number in range(8)]
        self._consumer.assign(partitions)
        self._consumer.seek_to_beginning()
        self._producer = KafkaProducer(bootstrap_servers=bootstrap)
        self.tasks: list[dict[str, Any]] = []

    def look(self) -> list[dict[str, Any]]:
        self.tasks += [json.loads(record.value) for record in self._consumer]
        return self.tasks

    def dead_letters(self) -> int:
        place = TopicPartition(f"departments.{self._name}.answers.v1.dlt", 0)
        return self._consumer.end_offsets([place])[place]

    def answer(self, task: dict[str, Any], status: str, **said: str) -> None:
        body = {
            "task_id": task["task_id"],
            "case_id": task["case_id"],
            "department": self._name,
            "status": status,
            "at": datetime.now(UTC).isoformat(),
            **said,
        }
        schema = json.loads((SCHEMAS / "departments.task.answered.v1.json").read_text())
        assert set(schema["required"]) <= set(body) <= set(schema["properties"])
        headers = {
            "ce_specversion": "1.0",
            "ce_type": "departments.task.answered.v1",
            "ce_source": f"/{self._name}",
            "ce_id": str(uuid.uuid4()),
            "content-type": "application/json",
        }
        self._producer.send(
            f"departments.{self._name}.answers.v1",
            key=task["case_id"].encode(),
            value=json.dumps(body).encode(),
            headers=[(name, value.encode()) for name, value in headers.items()],
        ).get(timeout=20)

    def close(self) -> None:
        self._consumer.close()
        self._producer.close()


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)


def a_request(number: int, intent: Intent, **changes: object) -> Body:
    return a_claim(number, claim=None, documents=(), intent=intent, **changes)


def described(service: ServiceProgram, folder: Path) -> Path:
    """The desk's description, for the command line."""
    url = str(service.call("GET", "/healthz").request.url).removesuffix("/healthz")
    token = folder / "sven.token"
    token.write_text(SigningKey(folder).token("sven", "Sven", ["supervisor"]), encoding="utf-8")
    description = folder / "desk.json"
    content = {
        "urls": dict.fromkeys(("intake", "review", "escalation", "notify"), url),
        "kafka": "127.0.0.1:1",
        "smtp": "127.0.0.1:1",
        "imap": "127.0.0.1:1",
        "desk_address": "claims@desk.example",
        "tokens": {"sven": str(token)},
    }
    description.write_text(json.dumps(content), encoding="utf-8")
    return description


def report(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "claimsdesk", "complaints", "report", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_outsiders_do_their_tasks_and_a_year_of_complaints_is_reported(own_kafka, tmp_path: Path):
    bootstrap = own_kafka().bootstrap
    apply_topics(bootstrap)
    with_account = a_client(1).model_copy(update={"confirmed_iban": IBAN})
    send(bootstrap, [with_account, a_client(2), a_client(3), a_policy(1)])
    moved = a_request(
        2,
        Intent.ACCOUNT_CHANGE,
        unconfirmed_details=UnconfirmedDetails(postal_address="Neue Gasse 7, 10115 Berlin"),
    )
    unhappy = a_request(
        3,
        Intent.COMPLAINT,
        channel=Channel.LETTER,
        words=ContactText(subject="=1+1", text="So not."),
    )
    send(bootstrap, [a_claim(1), moved, unhappy])
    send(bootstrap, [a_claim(1)])  # the same event once more
    database = f"sqlite+aiosqlite:///{tmp_path / 'review.db'}"
    service = review_program(tmp_path / "review", bootstrap, database)
    accounts, payments = Outsider(bootstrap, "accounts"), Outsider(bootstrap, "payments")
    try:
        with TopicReader(bootstrap, CASE_FILE) as files:
            service.wait_until_ready()
            until(accounts.look)
            (change,) = accounts.tasks
            assert change["details"]["unconfirmed_address"] == "Neue Gasse 7, 10115 Berlin"
            payments.answer(change, "done")  # none of theirs
            accounts.answer(change, "accepted")
            accounts.answer(change, "done", words="per Telefon bestätigt")
            until(lambda: _latest(files, change["case_id"]).state is CaseState.CLOSED)
            told = [
                f for f in _latest(files, change["case_id"]).facts if isinstance(f, NoticeRequested)
            ]
            assert [fact.notice for fact in told] == [NoticeKind.REQUEST_ANSWERED]
            assert told[0].words == "The change of your details has been confirmed and entered."

            until(payments.look)
            (payment,) = payments.tasks
            assert (payment["details"]["iban"], payment["kind"]) == (IBAN, "pay")
            payments.answer(payment, "done")
            payments.answer(payment, "done")
            until(lambda: _latest(files, payment["case_id"]).paid is not None)
            assert str(_latest(files, payment["case_id"]).paid) == payment["amount"]
            until(lambda: payments.dead_letters() == 1)
            assert len(payments.look()) == 1

            _complaint_is_reported(service, tmp_path / "review", files)
    finally:
        accounts.close()
        payments.close()
        service.stop()


def _complaint_is_reported(service: ServiceProgram, folder: Path, files: TopicReader) -> None:
    year = datetime.now(UTC).year
    (complaint,) = service.call("GET", f"/complaints?year={year}", "auditor").json()
    path = f"/cases/{complaint['case_id']}"
    closing = {"sequence": 1, "message": "Das tut uns leid."}
    assert service.call("POST", f"{path}/close", "representative", json=closing).status_code == 422
    entry = {"sequence": 1, "category": "communication", "result": "upheld"}
    noted = service.call("POST", f"{path}/complaint", "representative", json=entry).json()
    closing["sequence"] = noted["sequence"]
    closed = service.call("POST", f"{path}/close", "representative", json=closing).json()
    assert [fact["fact"] for fact in closed["facts"]] == ["closed", "notice_requested"]
    desk = described(service, folder)
    file = folder / "report.csv"
    told = report("--year", str(year), "--out", str(file), "--mark-reported", "--desk", str(desk))
    assert (told.returncode, told.stderr) == (
        0,
        f"1 complaints of {year}, 1 marked as reported\n",
    )
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines, delimiter=";")
    assert (row["case_id"], row["category"], row["result"]) == (
        complaint["case_id"],
        "communication",
        "upheld",
    )
    assert (row["channel"], row["days_to_answer"]) == ("letter", "0")
    until(lambda: _facts(files, complaint["case_id"]) == ["complaint_reported"])
    again = report("--year", str(year), "--desk", str(desk))
    assert again.stdout.splitlines()[1].endswith(f";{year}")


def _latest(files: TopicReader, case_id: str) -> CaseFileUpdated:
    found = [body for body in files.of(case_id) if isinstance(body, CaseFileUpdated)]
    return max(found, key=lambda case: case.sequence)


def _facts(files: TopicReader, case_id: str) -> list[str]:
    return [fact.fact for fact in _latest(files, case_id).facts]
