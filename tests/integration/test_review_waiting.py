"""Contacts that overtook their policy: they wait, durably and in order, and are reviewed once."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text

from claimsdesk.topics import apply_topics
from services.review import agents
from services.review.app import App
from services.review.tables import cases, waiting_contacts
from services.review.waiting import WaitingContacts
from shared.contract.base import Body
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.catalogue import CASE_FILE, CONTACTS
from shared.contract.contacts import ContactReceived, Document, DocumentKind, Intent
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.messaging.envelope import OutgoingRecord
from tests.support.review_desk import (
    a_claim,
    a_client,
    a_policy,
    event_of,
    policy_number,
    review_program,
    send,
)
from tests.support.review_inside import published, review_app
from tests.support.topic_reader import TopicReader


class Desk:
    """Review's handlers and its waiting contacts on one database, without a broker."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.waiting = WaitingContacts(app)

    async def read(self, *bodies: Body) -> None:
        """Let review read events of one topic, as one batch."""
        take = {
            PolicyChanged: agents.take_policies,
            ClientChanged: agents.take_clients,
            ContactReceived: self._take_contacts,
        }[type(bodies[0])]
        async with self.app.service.unit_of_work() as work:
            await take(self.waiting, work, [event_of(body) for body in bodies])

    async def _take_contacts(self, *arguments: object) -> None:
        await agents.take_contacts(self.app.programmes, *arguments)

    async def cases(self) -> list[CaseFileUpdated]:
        async with self.app.service.database.reading() as connection:
            rows = await connection.execute(select(cases.c.body))
            return [CaseFileUpdated.model_validate_json(row.body) for row in rows]

    async def how_many_wait(self) -> int:
        async with self.app.service.database.reading() as connection:
            query = select(func.count()).select_from(waiting_contacts)
            return (await connection.execute(query)).scalar_one()

    async def dead_letters(self) -> list[OutgoingRecord]:
        return await published(self.app, CONTACTS.dead_letters)


@asynccontextmanager
async def review_desk(folder: Path, database_url: str) -> AsyncIterator[Desk]:
    async with review_app(database_url, folder) as (app, _):
        yield Desk(app)


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with review_desk(tmp_path, database_url) as running:
        yield running


async def test_a_claim_waits_until_policy_and_holder_are_known(desk: Desk):
    await desk.read(a_claim(1))
    await desk.waiting.review_arrived()
    assert await desk.cases() == []
    await desk.read(a_policy(1))
    await desk.waiting.review_arrived()
    assert await desk.cases() == []
    await desk.read(a_client(1))
    await desk.waiting.review_arrived()
    (case,) = await desk.cases()
    assert case.state is CaseState.APPROVED
    assert case.client is not None
    assert await desk.how_many_wait() == 0


async def test_who_is_known_waits_for_nothing(desk: Desk):
    await desk.read(a_client(1), a_client(2))
    await desk.read(a_policy(1))
    nothing_named = a_claim(2, claim=None, intent=Intent.COMPLAINT)
    await desk.read(a_claim(1), nothing_named)
    assert len(await desk.cases()) == 2
    assert await desk.how_many_wait() == 0


async def test_contacts_of_one_case_keep_their_order(desk: Desk):
    await desk.read(a_client(1))
    question = a_claim(1, client_id=None, claim=None)
    await desk.read(question)
    (asked,) = await desk.cases()
    number = a_claim(1, "-number", client_id=None, case_id=asked.case_id)
    after = [
        a_claim(1, f"-{n}", client_id=None, claim=None, case_id=asked.case_id) for n in range(3)
    ]
    await desk.read(number, after[0])
    await desk.read(after[1], a_claim(1, "-elsewhere", client_id=None, claim=None))
    assert await desk.how_many_wait() == 3
    await desk.read(a_policy(1))
    await desk.read(after[2])
    await desk.waiting.review_arrived()
    case = next(case for case in await desk.cases() if case.case_id == asked.case_id)
    assert case.contact_ids == tuple(contact.contact_id for contact in (question, number, *after))
    assert case.policy_number == policy_number(1)


async def test_a_contact_that_cannot_be_reviewed_goes_to_the_dead_letters_alone(desk: Desk):
    document = Document(
        document_id="d" * 60,
        kind=DocumentKind.OTHER,
        media_type="image/png",
        size=1,
        sha256="0" * 64,
    )
    length = len(document.model_dump_json(exclude_none=True)) + 1
    many = tuple(
        document.model_copy(update={"document_id": f"{number:060}"})
        for number in range(
            (899_990 - len(a_claim(2).model_dump_json(exclude_none=True))) // length
        )
    )
    await desk.read(a_claim(1), a_claim(2, documents=many), a_claim(3))
    await desk.read(*map(a_policy, (1, 2, 3)))
    await desk.read(*map(a_client, (1, 2, 3)))
    await desk.waiting.review_arrived()
    assert {case.policy_number for case in await desk.cases()} == {
        policy_number(1),
        policy_number(3),
    }
    (dead,) = await desk.dead_letters()
    assert ContactReceived.model_validate_json(dead.value).contact_id == "contact-2"
    assert b"more than a record may have" in dict(dead.headers)["dlt_reason"]
    assert await desk.how_many_wait() == 0


# On SQLite there is one process per database.
@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
async def test_workers_that_look_at_once_review_each_contact_once(
    database_url: str, tmp_path: Path
):
    many = range(1, 251)
    async with (
        review_desk(tmp_path / "1", database_url) as one,
        review_desk(tmp_path / "2", database_url) as other,
    ):
        await one.read(*map(a_claim, many))
        await one.read(*map(a_policy, many))
        await other.read(*map(a_client, many))
        await asyncio.gather(*(desk.waiting.review_arrived() for desk in (one, other, one)))
        assert Counter(case.contact_ids for case in await one.cases()) == {
            (f"contact-{number}",): 1 for number in many
        }
        assert {case.sequence for case in await one.cases()} == {1}


def scalar(database_url: str, query: str) -> int:
    engine = create_engine(database_url.replace("+asyncpg", "+psycopg").replace("+aiosqlite", ""))
    try:
        with engine.connect() as connection:
            return connection.execute(text(query)).scalar_one()
    finally:
        engine.dispose()


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.1)


@pytest.mark.kill
def test_killed_while_contacts_wait_each_is_reviewed_once(
    own_kafka, database_url: str, tmp_path: Path
):
    bootstrap = own_kafka().bootstrap
    apply_topics(bootstrap)
    known, nobodys = range(1, 201), range(201, 206)
    service = review_program(
        tmp_path / "review", bootstrap, database_url, unknown_policy_wait_seconds=6
    )

    def how_many(table: str) -> int:
        return scalar(database_url, f"SELECT count(*) FROM {table}")

    with TopicReader(bootstrap, CASE_FILE) as published:
        try:
            service.wait_until_ready()
            send(bootstrap, [a_claim(n) for n in (*known, *nobodys)])
            until(lambda: how_many("waiting_contacts") == 205)
            send(bootstrap, map(a_policy, known))
            send(bootstrap, map(a_client, known))
            until(lambda: how_many("cases") > 0)
            service.kill_and_restart()
            until(lambda: how_many("cases") == 205)
            until(lambda: how_many("outbox") == 0)
            assert how_many("waiting_contacts") == 0
        finally:
            service.stop()
        files = [event.body for event in published.events]
    assert Counter(file.contact_ids for file in files) == {
        (f"contact-{n}",): 1 for n in (*known, *nobodys)
    }
    approved = {file.policy_number for file in files if file.state is CaseState.APPROVED}
    assert approved == {policy_number(n) for n in known}
    unknown = [file for file in files if file.state is CaseState.WAITING_FOR_PERSON]
    assert len(unknown) == len(nobodys)
    assert all(
        "unknown_policy" in {finding.code for finding in file.assessment.findings}
        for file in unknown
    )
