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

from shared.contract.contacts import ClaimLine, ContactReceived
from shared.programmes import load_programmes
from tests.support.postgres import PostgresServer
from tests.support.review_desk import a_claim, a_client, a_policy, policy_number
from tests.support.review_inside import ReviewInside, review_inside

WORKERS = 4
GLASS = load_programmes().by_code["household"].versions[-1].benefits["glass"]
"""Claims of 500 go straight through, one of 1,000 waits for a person; 2,000 a year is all."""


@pytest.fixture
async def workers(
    postgres_server: PostgresServer, tmp_path: Path
) -> AsyncIterator[list[ReviewInside]]:
    url = postgres_server.create_database()
    async with AsyncExitStack() as stack:
        stack.callback(postgres_server.drop_database, url)
        yield [
            await stack.enter_async_context(review_inside(url, tmp_path / str(number)))
            for number in range(WORKERS)
        ]


async def read(worker: ReviewInside, path: str) -> list:
    return (await worker.ask("GET", path)).json()


async def decide(
    worker: ReviewInside, case: dict, who: str = "sven", **wish: object
) -> httpx.Response:
    path = f"/cases/{case['case_id']}/decisions"
    return await worker.ask("POST", path, "supervisor", who, sequence=case["sequence"], **wish)


def glass(number: int, nth: int, amount: str) -> ContactReceived:
    """The nth claim on a policy, for a loss of its own day."""
    claim = a_claim(number, f"-{nth}")
    assert claim.claim is not None
    assert claim.claim.date_of_loss is not None
    day: date = claim.claim.date_of_loss - timedelta(days=nth)
    line = ClaimLine(line_id=1, description="pane", benefit="glass", amount=Decimal(amount))
    stated = claim.claim.model_copy(update={"date_of_loss": day, "lines": (line,)})
    return claim.model_copy(update={"claim": stated})


async def approved_on(worker: ReviewInside, number: int) -> list[Decimal]:
    """What stands approved on a policy, claim by claim."""
    cases = await read(worker, "/cases?limit=200")
    return [
        Decimal(case["decisions"][-1]["approved"])
        for case in cases
        if case["policy_number"] == policy_number(number)
        and case["state"] in ("approved", "partly_approved")
    ]


async def test_contacts_and_people_at_once_never_give_away_more_than_there_is(
    workers: list[ReviewInside],
):
    for number in range(1, 7):
        await _everybody_at_once(workers, number)


async def _everybody_at_once(workers: list[ReviewInside], number: int) -> None:
    assert GLASS.yearly_limit is not None
    await workers[0].tell(a_client(number), a_policy(number))
    for nth in range(4):
        await workers[nth % WORKERS].tell(glass(number, nth, "1000.00"))
    open_cases = await read(workers[0], "/cases?state=waiting_for_person&limit=200")
    mine = [case for case in open_cases if case["policy_number"] == policy_number(number)]
    assert len(mine) == 4
    deciding = [
        decide(workers[nth % WORKERS], case, outcome="approve") for nth, case in enumerate(mine)
    ]
    arriving = [workers[nth % WORKERS].tell(glass(number, nth, "450.00")) for nth in range(4, 7)]
    done = await asyncio.gather(*deciding, *arriving)
    answers = done[: len(deciding)]
    assert {answer.status_code for answer in answers} <= {200, 409, 422}
    approved = await approved_on(workers[0], number)
    assert approved
    assert sum(approved) <= GLASS.yearly_limit
    refused = [answer.json() for answer in answers if answer.status_code != 200]
    assert refused, "four times 950.00 never fit into 2,000.00"
    assert {answer["code"] for answer in refused} <= {"version_conflict", "over_ceiling"}


async def test_of_two_people_one_decides_and_the_other_hears_what_changed(
    workers: list[ReviewInside],
):
    number = 10
    for nth in range(10):
        await workers[0].tell(a_client(number + nth), a_policy(number + nth))
        await workers[0].tell(glass(number + nth, nth, "1000.00"))
    open_cases = await read(workers[0], "/cases?state=waiting_for_person&limit=200")
    cases = [
        case
        for case in open_cases
        if case["policy_number"] in {policy_number(number + nth) for nth in range(10)}
    ]
    assert len(cases) == 10
    for case in cases:
        answers = await asyncio.gather(
            decide(workers[0], case, "sven", outcome="approve"),
            decide(workers[1], case, "olga", outcome="deny", reasons=["not_necessary"]),
        )
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert (won.status_code, lost.status_code) == (200, 409)
        (change,) = lost.json()["changes"]
        assert change["changed_by"] == won.json()["decisions"][-1]["by"]
        assert change["facts"][0]["fact"] == "decided"
        (latest,) = await read(workers[2], f"/cases/{case['case_id']}/history?limit=1")
        assert latest["state"] == won.json()["state"]
