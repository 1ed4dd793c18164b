"""The life of a notice: every step, and the steps that no longer fit."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain import by_hand, printing
from services.notify.domain import notice as lives
from services.notify.domain.channel import Email, ForPerson, Letter, Way
from services.notify.domain.notice import Notice, Steps
from services.notify.domain.retries import PAUSES, next_attempt
from shared.contract.base import utc
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Channel, Language
from shared.contract.facts import NoticeKind
from shared.contract.public import NoticeStatus
from shared.contract.reference import PostalAddress
from shared.errors import RuleViolation
from tests.support.notify_desk import a_case, with_client

NOW = utc(2026, 11, 23, 10)
TODAY = date(2026, 11, 23)
LATER = NOW + timedelta(hours=1)
ME = "worker-1"
MAIL, LETTER = Email("erika@client.example", "Erika"), Letter(("Erika", "Weg 1", "10115 Berlin"))
HOMELESS = with_client(a_case(), postal_address=None)


def new(way: Way = MAIL, case: CaseFileUpdated | None = None) -> Notice:
    snapshot = (case or a_case()).model_dump_json()
    return lives.created(
        "n",
        "C",
        NoticeKind.RECEIPT,
        Language.GERMAN,
        way,
        snapshot,
        case_sequence=1,
        position=0,
        now=NOW,
        today=TODAY,
    )


def taken(notice: Notice) -> Notice:
    return replace(notice, worker=ME)


def marked(notice: Notice | None = None) -> Notice:
    (after,) = lives.marked(notice or taken(new()), worker=ME, document_id="d")
    return after


def sent(notice: Notice) -> Notice:
    (after,) = lives.sent(notice, worker=ME, document_id="d", now=LATER, today=TODAY)
    return after


def printed(notice: Notice | None = None) -> Notice:
    """A letter that was set and stored."""
    (after,) = at_printer(notice or taken(new(LETTER)), NOW)
    return after


def at_printer(notice: Notice, at: datetime) -> Steps:
    return printing.printed(
        notice, worker=ME, document_id="d", pages=2, enclosures="", abroad=False, now=at
    )


def batched() -> Notice:
    """A letter of a closed batch."""
    return replace(printed(), batch_id="2026-11-23-1")


def posted(notice: Notice | None = None, on: date = TODAY) -> Notice:
    (after,) = printing.posted(notice or batched(), run=1, on=on, now=LATER, today=on)
    return after


def fitting(step: Callable[[], Steps]) -> Steps:
    """What a report does; nothing if it does not fit."""
    try:
        return step()
    except RuleViolation:
        return ()


def uncertain() -> Notice:
    (after,) = lives.left_behind(marked(), now=LATER)
    return after


def in_short(steps: Steps) -> list[str]:
    return [f"{step.sequence} {step.channel} {step.status}" for step in steps]


def test_a_new_notice_is_queued_for_its_channel():
    assert in_short((new(),)) == ["1 email queued"]
    assert in_short((new(LETTER),)) == ["1 letter queued"]
    lost = new(ForPerson("no address"))
    assert in_short((lost,)) == ["1 letter failed"]
    assert (lost.detail, lost.next_attempt_at) == ("no address", None)


def test_the_mark_is_no_public_step():
    assert in_short((marked(),)) == ["1 email queued"]
    assert marked().marked
    assert marked(marked()).marked


def test_a_mail_keeps_its_case_file_for_a_bounce_a_letter_for_another_address():
    assert in_short((sent(marked()),)) == ["2 email sent"]
    assert sent(marked()).case_file
    assert not sent(marked()).marked
    assert sent(marked()).posted_on == TODAY
    assert posted().case_file


def test_a_letter_is_sent_when_it_was_posted_not_when_it_was_set():
    assert in_short((printed(), posted())) == ["1 letter queued", "2 letter sent"]
    later = date(2026, 11, 26)
    assert posted(on=later).posted_on == later
    assert printing.posted(posted(), run=1, on=TODAY, now=LATER, today=TODAY) == ()
    assert printing.posted(batched(), run=0, on=TODAY, now=LATER, today=TODAY) == ()


@pytest.mark.parametrize(
    ("notice", "run", "on", "why"),
    [
        (new(LETTER), 1, TODAY, "waits to be posted"),
        (new(), 1, TODAY, "waits to be posted"),
        (printed(), 1, TODAY, "waits to be posted"),
        (batched(), 2, TODAY, "waits to be posted"),
        (batched(), 1, date(2026, 11, 22), "after its date"),
        (batched(), 1, date(2026, 11, 24), "not tomorrow"),
    ],
)
def test_what_cannot_have_been_posted(notice: Notice, run: int, on: date, why: str):
    with pytest.raises(RuleViolation, match=why):
        printing.posted(notice, run=run, on=on, now=LATER, today=TODAY)


def test_a_letter_that_came_back_is_for_a_person_and_goes_to_another_address():
    (back,) = printing.returned(posted(), "moved away", run=1, on=TODAY, now=LATER, today=TODAY)
    assert in_short((back,)) == ["3 letter returned"]
    assert back.detail == "came back on 2026-11-23: moved away"
    assert printing.returned(back, "", run=1, on=TODAY, now=LATER, today=TODAY) == ()
    with pytest.raises(RuleViolation, match="the new address"):
        by_hand.resent(back, "she moved", now=LATER, today=TODAY)
    new_home = PostalAddress(lines=("Erika M", "Neuer Weg 9", "20095 Hamburg"))
    (again,) = by_hand.resent(back, "she moved", now=LATER, today=TODAY, address=new_home)
    assert (again.document_id, again.run, again.posted_on) == (None, 2, None)
    assert "Neuer Weg 9" in (again.case_file or "")
    assert "Lindenstra" not in (again.case_file or "")
    assert printing.returned(again, "", run=1, on=TODAY, now=LATER, today=TODAY) == ()
    for odd in (printed(), sent(marked())):
        with pytest.raises(RuleViolation, match="was not posted"):
            printing.returned(odd, "", run=1, on=TODAY, now=LATER, today=TODAY)
    with pytest.raises(RuleViolation, match="after it was posted"):
        printing.returned(posted(), "", run=1, on=date(2026, 11, 22), now=LATER, today=TODAY)


def test_a_provider_that_says_nothing_makes_a_letter_uncertain_until_it_does():
    (unknown,) = printing.unreported(batched(), days=5, now=LATER)
    assert in_short((unknown, posted(unknown))) == ["2 letter uncertain", "3 letter sent"]
    assert printing.unreported(posted(), days=5, now=LATER) == ()
    assert printing.unreported(printed(), days=5, now=LATER) == (), "it waits for its batch"


def test_an_answer_after_uncertain_still_counts():
    assert in_short((uncertain(),)) == ["2 email uncertain"]
    assert in_short((sent(uncertain()),)) == ["3 email sent"]


def test_a_deferred_mail_waits_longer_each_time_and_then_becomes_a_letter():
    notice, waited = taken(new()), []
    for _ in PAUSES:
        (notice,) = lives.deferred(notice, "busy", worker=ME, now=NOW, today=TODAY)
        assert notice.next_attempt_at
        assert not notice.marked
        assert notice.worker is None
        waited.append(notice.next_attempt_at - NOW)
        notice = taken(notice)
    assert waited == sorted(waited) == list(PAUSES)
    assert timedelta(hours=24) < sum(PAUSES, timedelta()) < timedelta(hours=48)
    steps = lives.deferred(notice, "busy", worker=ME, now=NOW, today=TODAY)
    assert in_short(steps) == ["2 letter queued"]
    assert (steps[0].attempts, steps[0].document_id) == (0, None)
    assert steps[0].detail == f"given up after {len(PAUSES) + 1} attempts: busy"


def test_the_pauses():
    assert next_attempt(1, NOW) == NOW + timedelta(seconds=1)
    assert next_attempt(len(PAUSES), NOW) == NOW + PAUSES[-1]
    assert next_attempt(len(PAUSES) + 1, NOW) is None


def test_a_refused_mail_becomes_a_letter_or_waits_for_a_person():
    steps = lives.refused(marked(), "550", worker=ME, now=LATER, today=TODAY)
    assert in_short(steps) == ["2 letter queued"]
    assert steps[-1].document_id is None
    steps = lives.refused(taken(new(case=HOMELESS)), "550", worker=ME, now=LATER, today=TODAY)
    assert in_short(steps) == ["2 email failed"]
    assert steps[-1].detail == "550; no email may be sent, and no postal address is known"


@pytest.mark.parametrize("before", [sent(marked()), uncertain(), marked()])
def test_a_bounce_becomes_a_letter(before: Notice):
    number = before.sequence
    steps = lives.bounced(before, "5.1.1", now=LATER, today=TODAY)
    assert in_short(steps) == [f"{number + 1} email bounced", f"{number + 2} letter queued"]
    assert lives.bounced(steps[-1], "5.1.1", now=LATER, today=TODAY) == ()


def test_a_bounce_without_another_way_stays_for_a_person():
    steps = lives.bounced(sent(marked(taken(new(case=HOMELESS)))), "", now=LATER, today=TODAY)
    assert in_short(steps) == ["3 email bounced"]
    assert "no postal address" in steps[-1].detail


@pytest.mark.parametrize("before", [new(), new(LETTER), posted(), new(ForPerson("no"))])
def test_only_a_mail_that_left_can_bounce(before: Notice):
    assert lives.bounced(before, "5.1.1", now=LATER, today=TODAY) == ()
    assert lives.delivered(before, now=LATER) == ()


def test_delivered():
    (after,) = lives.delivered(sent(marked()), now=LATER)
    assert in_short((after,)) == ["3 email delivered"]
    assert in_short(lives.bounced(after, "5.2.2", now=LATER, today=TODAY))[0] == "4 email bounced"


def test_what_another_process_took_over_is_left_alone():
    mine = taken(new())
    other = "worker-2"
    assert lives.marked(mine, worker=other, document_id="d") == ()
    assert lives.sent(marked(), worker=other, document_id="d", now=NOW, today=TODAY) == ()
    assert at_printer(replace(mine, worker=other), NOW) == ()
    assert lives.deferred(mine, "busy", worker=other, now=NOW, today=TODAY) == ()
    assert lives.refused(mine, "no", worker=other, now=NOW, today=TODAY) == ()
    assert lives.left_behind(mine, now=NOW) == ()


@pytest.mark.parametrize("before", [sent(marked()), uncertain(), new(ForPerson("no way"))])
def test_a_person_may_send_again(before: Notice):
    (after,) = by_hand.resent(before, "client called", now=LATER, today=TODAY)
    assert after.status is NoticeStatus.QUEUED
    assert (after.run, after.attempts, after.next_attempt_at) == (2, 0, LATER)
    assert (after.detail, after.worker, after.marked) == ("client called", None, False)


def test_what_is_on_its_way_or_gone_is_not_sent_again():
    with pytest.raises(RuleViolation):
        by_hand.resent(printed(), "why", now=LATER, today=TODAY)
    with pytest.raises(RuleViolation):
        by_hand.resent(marked(), "why", now=LATER, today=TODAY)
    with pytest.raises(RuleViolation):
        by_hand.resent(replace(sent(marked()), case_file=None), "why", now=LATER, today=TODAY)
    (again,) = by_hand.resent(posted(), "why", now=LATER, today=TODAY)
    assert again.document_id == "d"


ACTS = {
    "take": lambda n, at: (taken(n),) if n.next_attempt_at and not n.marked else (),
    "mark": lambda n, at: lives.marked(n, worker=ME, document_id="d"),
    "sent": lambda n, at: lives.sent(n, worker=ME, document_id="d", now=at, today=TODAY),
    "printed": at_printer,
    "posted": lambda n, at: fitting(
        lambda: printing.posted(n, run=1, on=TODAY, now=at, today=TODAY)
    ),
    "returned": lambda n, at: fitting(
        lambda: printing.returned(n, "", run=1, on=TODAY, now=at, today=TODAY)
    ),
    "batched": lambda n, at: (replace(n, batch_id="b"),) if printing.at_the_printer(n) else (),
    "silent": lambda n, at: printing.unreported(n, days=5, now=at),
    "deferred": lambda n, at: lives.deferred(n, "busy", worker=ME, now=at, today=TODAY),
    "refused": lambda n, at: lives.refused(n, "550", worker=ME, now=at, today=TODAY),
    "failed": lambda n, at: lives.failed(n, "no text", now=at),
    "left": lambda n, at: lives.left_behind(n, now=at),
    "bounced": lambda n, at: lives.bounced(n, "5.1.1", now=at, today=TODAY),
    "delivered": lambda n, at: lives.delivered(n, now=at),
}


@given(
    st.lists(st.sampled_from(sorted(ACTS)), max_size=40),
    st.sampled_from([MAIL, LETTER]),
    st.sampled_from([a_case(), HOMELESS]),
)
def test_whatever_happens_steps_are_counted_and_nothing_is_forgotten(
    acts: list[str], way: Way, case: CaseFileUpdated
):
    notice, at, told = new(way, case), NOW, [new(way, case)]
    for name in acts:
        at += timedelta(seconds=1)
        steps: Steps = ACTS[name](notice, at)
        told += [step for step in steps if step.sequence > notice.sequence]
        notice = steps[-1] if steps else notice
        check(notice, at)
    assert [step.sequence for step in told] == list(range(1, len(told) + 1))
    left_by_mail = [step for step in told if step.status is NoticeStatus.SENT]
    assert len([s for s in left_by_mail if s.channel is Channel.EMAIL]) <= 1
    assert len([s for s in left_by_mail if s.channel is Channel.LETTER]) <= 1


def check(notice: Notice, at: datetime) -> None:
    waiting = notice.status is NoticeStatus.QUEUED
    assert (notice.next_attempt_at is not None) is (waiting and not printing.at_the_printer(notice))
    assert waiting or not notice.marked
    if notice.status in {NoticeStatus.FAILED, NoticeStatus.BOUNCED, NoticeStatus.UNCERTAIN}:
        assert notice.detail
    if waiting:
        assert notice.case_file
    assert notice.changed_at <= at


def test_a_held_notice_is_sent_only_when_a_person_says_so():
    held = by_hand.held(new(), "answers_per_day", "too many")
    with pytest.raises(RuleViolation, match="release it"):
        by_hand.resent(held, "please", now=LATER, today=TODAY)
    (released,) = by_hand.released(held, "a person after all", now=LATER, today=TODAY)
    assert in_short((held, released)) == ["1 email created", "2 email queued"]
    assert released.held_because is None
    assert released.next_attempt_at == LATER
    assert released.detail == "a person after all"


def test_only_a_held_notice_is_released():
    with pytest.raises(RuleViolation, match="not held"):
        by_hand.released(new(), "please", now=LATER, today=TODAY)
