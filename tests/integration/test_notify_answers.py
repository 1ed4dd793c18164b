"""The limit of automatic answers: loops end, people release what was held; on both databases."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.notify import store
from services.notify.domain.answers import recipient_of
from services.notify.domain.channel import Email
from shared.contract.case_file import CaseFileUpdated
from shared.contract.facts import NoticeKind
from shared.contract.public import NoticeStatus
from tests.support.notify_desk import NotifyDesk, a_case, notify_desk, with_client
from tests.support.smtp_server import SmtpServer, smtp_server

RECEIPT, REQUEST, DECISION = (
    NoticeKind.RECEIPT,
    NoticeKind.INFORMATION_REQUEST,
    NoticeKind.DECISION,
)
SENT, CREATED = NoticeStatus.SENT, NoticeStatus.CREATED
LIMIT = 4


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with smtp_server() as running:
        yield running


@pytest.fixture
async def desk(server: SmtpServer, database_url: str, tmp_path: Path) -> AsyncIterator[NotifyDesk]:
    async with notify_desk(tmp_path, database_url, server.port, answers_per_day=LIMIT) as running:
        yield running


def case_of(address: str, number: int) -> CaseFileUpdated:
    case = a_case(case_id=f"C-{number}", correspondents=(address,))
    return with_client(case, emails=(address,))


async def arrived(server: SmtpServer, number: int) -> bool:
    """Do so many mails arrive within a second?"""
    for _ in range(100):
        if len(server.behaviour.mails) >= number:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_a_machine_that_answers_every_answer_gets_no_more_than_the_limit(
    desk: NotifyDesk, server: SmtpServer
):
    asked: list[str] = []
    async with desk.sending():
        asked += await desk.request(case_of("machine@client.example", 0), RECEIPT, REQUEST)
        for number in range(1, 4 * LIMIT):
            if not await arrived(server, number):
                break
            # It answers each mail with a new matter of its own.
            case = case_of("Machine@client.example", number)
            asked += await desk.request(case, RECEIPT, REQUEST)
        (human,) = await desk.request(case_of("erika@client.example", 98), RECEIPT)
        (decision,) = await desk.request(case_of("machine@client.example", 99), DECISION)
        await desk.until(human, SENT)
        await desk.until(decision, SENT)
    standing = [(await desk.notice(one)).status for one in asked]
    assert standing == [SENT] * LIMIT + [CREATED] * (len(asked) - LIMIT)
    assert len(server.behaviour.mails) == LIMIT + 2
    assert await desk.published(asked[LIMIT]) == ["email created"]
    async with desk.app.service.database.reading() as connection:
        held = await store.listed(connection, case_id=None, status=CREATED, limit=100)
    assert [notice.notice_id for notice in held] == asked[LIMIT:]


async def test_answers_asked_for_at_the_same_moment_keep_the_limit(desk: NotifyDesk):
    requests = (desk.request(case_of("erika@client.example", n), RECEIPT) for n in range(20))
    asked = [one for ids in await asyncio.gather(*requests) for one in ids]
    standing = [(await desk.notice(one)).held_because for one in asked]
    assert sum(held is None for held in standing) == LIMIT


async def test_a_new_day_begins_to_count_anew(desk: NotifyDesk):
    who = recipient_of(Email("erika@client.example", ""), a_case())
    assert who
    async with desk.app.service.unit_of_work() as work:
        today = desk.app.renderer.programmes.desk.local_day(work.now)
        yesterday = today - timedelta(days=1)
        await store.save_answers(work.connection, yesterday, {who: LIMIT})
        await store.save_answers(work.connection, yesterday - timedelta(days=1), {who: LIMIT})
    (asked,) = await desk.request(case_of("erika@client.example", 1), RECEIPT)
    assert (await desk.notice(asked)).held_because is None
    async with desk.sending():
        await desk.until(asked, SENT)
    async with desk.app.service.unit_of_work() as work:
        counts = [
            await store.lock_answers(work.connection, day, [who])
            for day in (today, yesterday, yesterday - timedelta(days=1))
        ]
    assert [count[who] for count in counts] == [1, LIMIT, 0]
