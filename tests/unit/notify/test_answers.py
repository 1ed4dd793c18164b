"""How many automatic answers go to one recipient on one day, counted from both sides."""

from dataclasses import replace

import pytest

from services.notify.domain.answers import ANSWERS_PER_DAY, count, is_counted, recipient_of
from services.notify.domain.channel import Email, ForPerson, Letter
from services.notify.domain.notice import Notice
from shared.contract.facts import NoticeKind
from shared.contract.public import NoticeStatus
from tests.support.notify_desk import a_case, with_client
from tests.unit.notify.test_notice import new

RECEIPT, DECISION = NoticeKind.RECEIPT, NoticeKind.DECISION


def notices(*kinds: NoticeKind) -> list[Notice]:
    return [replace(new(), notice_id=str(n), kind=kind) for n, kind in enumerate(kinds)]


def everybody(fresh: list[Notice], who: str = "erika") -> dict[str, str]:
    return {notice.notice_id: who for notice in fresh}


@pytest.mark.parametrize(("before", "held"), [(0, 0), (7, 0), (8, 1), (9, 2), (10, 3), (99, 3)])
def test_what_is_over_the_limit_is_held(before: int, held: int):
    fresh = notices(RECEIPT, RECEIPT, RECEIPT)
    counted = count(fresh, everybody(fresh), {"erika": before}, limit=10)
    sent = 3 - held
    assert [notice.held_because for notice in counted.notices] == [
        *[None] * sent,
        *[ANSWERS_PER_DAY] * held,
    ]
    assert counted.counts == {"erika": before + sent}


def test_what_is_held_is_not_queued_and_says_why():
    (held,) = count(notices(RECEIPT), {"0": "erika"}, {}, limit=0).notices
    assert held.status is NoticeStatus.CREATED
    assert held.next_attempt_at is None
    assert held.detail == "0 automatic answers went to this recipient today already"


def test_a_persons_decision_is_neither_counted_nor_held():
    fresh = notices(DECISION, NoticeKind.PASSED_ON)
    counted = count(fresh, everybody(fresh), {"erika": 10}, limit=10)
    assert counted.notices == tuple(fresh)
    assert counted.counts == {"erika": 10}


def test_every_recipient_has_their_own_count():
    fresh = notices(RECEIPT, RECEIPT)
    counted = count(fresh, {"0": "erika", "1": "max"}, {"erika": 1}, limit=1)
    assert [notice.held_because for notice in counted.notices] == [ANSWERS_PER_DAY, None]
    assert counted.counts == {"erika": 1, "max": 1}


def test_what_has_no_way_to_go_is_not_counted():
    assert not is_counted(new(ForPerson("no address")))


def test_a_recipient_is_counted_under_a_digest():
    case, other = a_case(), with_client(a_case(), client_id="K-9")
    mail = recipient_of(Email("Erika@Client.example", "Erika"), case)
    assert mail is not None
    assert "erika" not in mail.lower()
    assert mail == recipient_of(Email("erika@client.example", ""), other)
    assert mail != recipient_of(Email("max@client.example", "Erika"), case)
    letter = Letter(("Familie Muster", "Weg 1"))
    assert recipient_of(letter, case) == recipient_of(Letter(("Erika", "Weg 2")), case)
    assert recipient_of(letter, case) != recipient_of(letter, other)
    assert recipient_of(ForPerson("no address"), case) is None
