"""No race on money: claims and people at the same moment never share the last of a ceiling.

Several workers of review, each with connections of its own, on one PostgreSQL; SQLite has one
writer anyway.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from deploy.local.keys import SigningKey
from services.review import agents, api
from services.review.app import App, build
from services.review.settings import Settings
from services.review.waiting import WaitingContacts
from shared.contract.contacts import ClaimLine, ContactReceived
from shared.migrations import migrate
from shared.programmes import load_programmes
from tests.support.postgres import PostgresServer
from tests.support.review_desk import a_claim, a_client, a_policy, event_of, policy_number

WORKERS = 4
GLASS = load_programmes().by_code["household"].versions[-1].benefits["glass"]
"""Claims of 500 go straight through, one of 1,000 waits for a person; 2,000 a year is all."""


class Worker:
    """One process's side of review: its contacts and its API."""

    def __init__(self, app: App, key: SigningKey) -> None:
        self.app = app
        self._key = key
        self._waiting = WaitingContacts(app)
        transport = httpx.ASGITransport(app.service.api(api.router(app)))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://review")

    async def know(self, number: int) -> None:
        async with self.app.service.unit_of_work() as work:
            await agents.take_clients(self._waiting, work, [event_of(a_client(number))])
            await agents.take_policies(self._waiting, work, [event_of(a_policy(number))])

    async def take(self, contact: ContactReceived) -> None:
        async with self.app.service.unit_of_work() as work:
            events = [event_of(contact)]
            await agents.take_contacts(self.app.programmes, self._waiting, work, events)

    async def read(self, path: str) -> list:
        return (await self._http.get(path, headers=self._headers("sven"))).json()

    async def decide(self, case: dict, person: str = "sven", **wish: object) -> httpx.Response:
        path = f"/cases/{case['case_id']}/decisions"
        body = {"sequence": case["sequence"], **wish}
        return await self._http.post(path, json=body, headers=self._headers(person))

    def _headers(self, person: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key.token(person, person, ['supervisor'])}"}


@pytest.fixture
async def workers(postgres_server: PostgresServer, tmp_path: Path) -> AsyncIterator[list[Worker]]:
    key = SigningKey(tmp_path)
    url = postgres_server.create_database()
    settings = Settings(
        kafka="127.0.0.1:1", database_url=url, jwks_file=key.jwks_file, documents_dir=tmp_path
    )
    async with AsyncExitStack() as stack:
        stack.callback(postgres_server.drop_database, url)
        running = [Worker(build(settings), key) for _ in range(WORKERS)]
        for worker in running:
            stack.push_async_callback(worker.app.service.database.close)
        await migrate(running[0].app.service.database, "review")
        yield running


def glass(number: int, nth: int, amount: str) -> ContactReceived:
    """The nth claim on a policy, for a loss of its own day."""
    claim = a_claim(number, f"-{nth}")
    assert claim.claim is not None
    assert claim.claim.date_of_loss is not None
    day: date = claim.claim.date_of_loss - timedelta(days=nth)
    line = ClaimLine(line_id=1, description="pane", benefit="glass", amount=Decimal(amount))
    stated = claim.claim.model_copy(update={"date_of_loss": day, "lines": (line,)})
    return claim.model_copy(update={"claim": stated})


async def approved_on(worker: Worker, number: int) -> list[Decimal]:
    """What stands approved on a policy, claim by claim."""
    cases = await worker.read("/cases?limit=200")
    return [
        Decimal(case["decisions"][-1]["approved"])
        for case in cases
        if case["policy_number"] == policy_number(number)
        and case["state"] in ("approved", "partly_approved")
    ]


async def test_contacts_and_people_at_once_never_give_away_more_than_there_is(
    workers: list[Worker],
):
    for number in range(1, 7):
        await _everybody_at_once(workers, number)


async def _everybody_at_once(workers: list[Worker], number: int) -> None:
    assert GLASS.yearly_limit is not None
    await workers[0].know(number)
    for nth in range(4):
        await workers[nth % WORKERS].take(glass(number, nth, "1000.00"))
    open_cases = await workers[0].read("/cases?state=waiting_for_person&limit=200")
    mine = [case for case in open_cases if case["policy_number"] == policy_number(number)]
    assert len(mine) == 4
    deciding = [
        workers[nth % WORKERS].decide(case, outcome="approve") for nth, case in enumerate(mine)
    ]
    arriving = [workers[nth % WORKERS].take(glass(number, nth, "450.00")) for nth in range(4, 7)]
    done = await asyncio.gather(*deciding, *arriving)
    answers = [each for each in done if each is not None]
    assert {answer.status_code for answer in answers} <= {200, 409, 422}
    approved = await approved_on(workers[0], number)
    assert approved
    assert sum(approved) <= GLASS.yearly_limit
    refused = [answer.json() for answer in answers if answer.status_code != 200]
    assert refused, "four times 950.00 never fit into 2,000.00"
    assert {answer["code"] for answer in refused} <= {"version_conflict", "over_ceiling"}


async def test_of_two_people_one_decides_and_the_other_hears_what_changed(workers: list[Worker]):
    number = 10
    for nth in range(10):
        await workers[0].know(number + nth)
        await workers[0].take(glass(number + nth, nth, "1000.00"))
    open_cases = await workers[0].read("/cases?state=waiting_for_person&limit=200")
    cases = [
        case
        for case in open_cases
        if case["policy_number"] in {policy_number(number + nth) for nth in range(10)}
    ]
    assert len(cases) == 10
    for case in cases:
        answers = await asyncio.gather(
            workers[0].decide(case, "sven", outcome="approve"),
            workers[1].decide(case, "olga", outcome="deny", reasons=["not_necessary"]),
        )
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert (won.status_code, lost.status_code) == (200, 409)
        (change,) = lost.json()["changes"]
        assert change["changed_by"] == won.json()["decisions"][-1]["by"]
        assert change["facts"][0]["fact"] == "decided"
        (latest,) = await workers[2].read(f"/cases/{case['case_id']}/history?limit=1")
        assert latest["state"] == won.json()["state"]
