"""Misdirected applications in review: the case ends once, its claim counts no more, one notice."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.review import agents, store
from services.review.app import App
from services.review.waiting import WaitingContacts
from shared.contract.base import Body
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.catalogue import CASE_FILE
from shared.contract.contacts import ContactPassedOn, ContactReceived, Handover
from shared.contract.facts import NoticeKind, NoticeRequested
from shared.errors import BadEvent
from tests.support.review_desk import a_claim, a_client, a_policy, event_of
from tests.support.review_inside import claims_on, published, review_app

HANDOVER = Handover(body="health_insurance", by="rita", at=datetime.now(UTC))


class Desk:
    """Review's handlers on one database, without a broker."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.waiting = WaitingContacts(app)

    async def reads(self, *bodies: Body) -> None:
        """Let review read events of one topic, as one batch."""
        async with self.app.service.unit_of_work() as work:
            await agents.take_contacts(
                self.app.programmes, self.waiting, work, [event_of(body) for body in bodies]
            )

    async def told(self) -> list[CaseFileUpdated]:
        """The case files that review published, in order."""
        records = await published(self.app, CASE_FILE.name)
        return [CaseFileUpdated.model_validate_json(record.value) for record in records]


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with review_app(database_url, tmp_path) as (app, _):
        async with app.service.unit_of_work() as work:
            await store.save_policies(work.connection, [a_policy(1)])
            await store.save_clients(work.connection, [a_client(1)])
        yield Desk(app)


def passed(contact: ContactReceived) -> ContactPassedOn:
    return ContactPassedOn(
        contact_id=contact.contact_id, received_at=contact.received_at, handover=HANDOVER
    )


def notices(case: CaseFileUpdated) -> list[NoticeKind]:
    return [fact.notice for fact in case.facts if isinstance(fact, NoticeRequested)]


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "later"])
async def test_the_case_of_a_misdirected_claim_ends_with_a_notice(desk: Desk, together: bool):
    claim = a_claim(1, documents=())
    if together:
        await desk.reads(claim, passed(claim))
    else:
        await desk.reads(claim)
        assert await claims_on(desk.app, 1) == 1
        await desk.reads(passed(claim))
    asked, ended = await desk.told()
    assert asked.state is CaseState.WAITING_FOR_CLIENT
    assert (ended.state, ended.case_id, ended.answer_by) == (CaseState.CLOSED, asked.case_id, None)
    assert notices(ended) == [NoticeKind.PASSED_ON]
    assert await claims_on(desk.app, 1) == 0


async def test_what_intake_passed_on_at_once_is_one_settled_case_with_one_notice(desk: Desk):
    await desk.reads(a_claim(1, handover=HANDOVER))
    (case,) = await desk.told()
    assert (case.state, notices(case)) == (CaseState.CLOSED, [NoticeKind.PASSED_ON])
    assert await claims_on(desk.app, 1) == 0


async def test_a_handover_of_nothing_known_is_a_bad_event(desk: Desk):
    with pytest.raises(BadEvent, match="no case has the contact"):
        await desk.reads(passed(a_claim(1)))
    assert await desk.told() == []
