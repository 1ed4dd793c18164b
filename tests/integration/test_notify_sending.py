"""Notices on their way: real mail servers, good and bad ones, a real spool, both databases."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from services.notify import store
from services.notify.domain.retries import PAUSES
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Channel
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import NoticeKind
from shared.contract.public import DeliveryReported, NoticeStatus
from shared.errors import RuleViolation
from shared.message_ids import notice_id_of
from tests.support.notify_desk import (
    NOTICE_KEY,
    NotifyDesk,
    a_case,
    notify_desk,
    requesting,
    with_client,
    without_email,
)
from tests.support.smtp_server import SmtpServer, smtp_server

RECEIPT, REQUEST, DECISION = (
    NoticeKind.RECEIPT,
    NoticeKind.INFORMATION_REQUEST,
    NoticeKind.DECISION,
)
SENT, QUEUED, FAILED = NoticeStatus.SENT, NoticeStatus.QUEUED, NoticeStatus.FAILED
UNCERTAIN = NoticeStatus.UNCERTAIN


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with smtp_server() as running:
        yield running


@pytest.fixture
async def desk(server: SmtpServer, database_url: str, tmp_path: Path) -> AsyncIterator[NotifyDesk]:
    async with notify_desk(tmp_path, database_url, server.port) as running:
        yield running


def spooled(desk: NotifyDesk) -> dict[str, dict]:
    manifests = desk.app.settings.spool_dir.glob("*/manifest.json")
    lines = [line for path in manifests for line in json.loads(path.read_text())["items"]]
    assert len(lines) == len({line["file"] for line in lines})
    return {line["notice_id"]: line for line in lines}


async def test_an_email_is_sent_once_with_our_marks_on_it(desk: NotifyDesk, server: SmtpServer):
    body, (notice_id,) = requesting(a_case(), RECEIPT)
    async with desk.sending():
        for _ in range(5):
            await desk.read(body)
        await desk.until(notice_id, SENT)
        await asyncio.sleep(0.2)
    assert await desk.published(notice_id) == ["email queued", "email sent"]
    (raw,) = server.behaviour.mails
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Subject"].startswith("[C-7K3M-9PQR-Q] ")
    assert notice_id_of(mail["Message-ID"], NOTICE_KEY) == notice_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["To"].addresses[0].addr_spec == "erika@client.example"
    assert mail["To"].addresses[0].display_name == "Erika Müller-Lüdenscheidt"
    text, related = mail.iter_parts()
    page, logo = related.iter_parts()
    assert [part.get_content_type() for part in (text, page, logo)] == [
        "text/plain",
        "text/html",
        "image/png",
    ]
    assert f"cid:{logo['Content-ID'][1:-1]}" in page.get_content()
    assert "Sehr geehrte Frau Müller-Lüdenscheidt," in mail.get_body(("plain",)).get_content()
    assert server.behaviour.recipients == ["erika@client.example"]


async def test_connections_are_used_again(desk: NotifyDesk, server: SmtpServer):
    async with desk.sending():
        ids = [(await desk.request(a_case(), RECEIPT))[0] for _ in range(30)]
        for notice_id in ids:
            await desk.until(notice_id, SENT)
    assert len(server.behaviour.mails) == 30
    assert server.behaviour.connections <= desk.app.settings.smtp_connections


def order_of_arrival(server: SmtpServer) -> list[str]:
    mails = [message_from_bytes(raw, policy=policy.default) for raw in server.behaviour.mails]
    return [notice_id_of(mail["Message-ID"], NOTICE_KEY) or "" for mail in mails]


async def test_notices_of_one_case_leave_in_order_those_of_others_meanwhile(
    desk: NotifyDesk, server: SmtpServer
):
    slow, quick = a_case(case_id="C-1"), [a_case(case_id=f"C-{n}") for n in range(2, 8)]
    first = await desk.request(slow, RECEIPT, REQUEST)
    (later,) = await desk.request(slow.model_copy(update={"sequence": 9}), DECISION)
    others = [await desk.request(case, RECEIPT, REQUEST) for case in quick]
    server.behaviour.slow_over = first[0].encode()
    async with desk.sending():
        for receipt, request in others:
            await desk.until(receipt, SENT)
            await desk.until(request, SENT)
        server.behaviour.go_on.set()
        await desk.until(later, SENT)
    arrived = order_of_arrival(server)
    assert [one for one in arrived if one in {*first, later}] == [*first, later]
    for receipt, request in others:
        assert arrived.index(receipt) < arrived.index(request) < arrived.index(first[0])


async def test_what_failed_or_was_never_sent_holds_nobody_up(desk: NotifyDesk, server: SmtpServer):
    unwritten = a_case(answer_by=None)
    async with desk.sending():
        failed, after = await desk.request(unwritten, REQUEST, RECEIPT)
        await desk.until(after, SENT)
        assert (await desk.notice(failed)).status is FAILED


async def test_a_predecessor_that_is_put_off_is_waited_for(desk: NotifyDesk, server: SmtpServer):
    server.behaviour.on_data = lambda _: "450 later"
    async with desk.sending():
        receipt, request = await desk.request(a_case(), RECEIPT, REQUEST)
        await desk.until(receipt, lambda notice: notice.attempts == 1)
        await asyncio.sleep(0.2)
        assert (await desk.notice(request)).attempts == 0
        server.behaviour.on_data = lambda _: "250 OK"
        await desk.until(request, SENT)
    assert order_of_arrival(server) == [receipt, request]


async def test_a_mail_waits_for_the_letter_that_its_predecessor_became(
    desk: NotifyDesk, server: SmtpServer
):
    refusal = iter(["550 no"])
    server.behaviour.on_data = lambda _: next(refusal, "250 OK")
    async with desk.sending():
        receipt, request = await desk.request(a_case(), RECEIPT, REQUEST)
        await desk.until(request, SENT, seconds=4)
        letter = await desk.notice(receipt)
    assert letter.channel == "letter"
    assert letter.pages is not None


async def test_a_letter_lies_in_the_spool_as_a_print_provider_wants_it(desk: NotifyDesk):
    async with desk.sending():
        receipt, decision = await desk.request(without_email(a_case()), RECEIPT, DECISION)
        await desk.until(receipt, SENT)
        notice = await desk.until(decision, SENT)
    assert await desk.published(decision) == ["letter queued", "letter sent"]
    entry = spooled(desk)[decision]
    assert notice.batch_id
    assert notice.posted_on == notice.letter_day
    file = desk.app.settings.spool_dir / notice.batch_id / entry["file"]
    assert entry["kind"] == "decision"
    assert entry["case_id"] == "C-7K3M-9PQR-Q"
    assert entry["pages"] == len(PdfReader(file).pages)
    assert notice.document_id
    assert await desk.app.documents.get(notice.document_id) == file.read_bytes()


async def test_greylisting_is_tried_again_after_a_pause(desk: NotifyDesk, server: SmtpServer):
    server.behaviour.on_rcpt = lambda _: "450 4.7.1 come back later"
    async with desk.sending():
        (notice_id,) = await desk.request(a_case(), RECEIPT)
        waiting = await desk.until(notice_id, lambda notice: notice.attempts == 1)
        assert waiting.next_attempt_at == waiting.changed_at + PAUSES[0]
        assert waiting.detail == "the mail server answered 450"
        server.behaviour.on_rcpt = lambda _: "250 OK"
        await desk.until(notice_id, SENT)
    assert await desk.published(notice_id) == ["email queued", "email sent"]
    assert len(server.behaviour.mails) == 1


async def test_after_the_last_pause_a_letter_goes(desk: NotifyDesk, server: SmtpServer):
    server.behaviour.on_data = lambda _: "452 mailbox full"
    async with desk.sending():
        (notice_id,) = await desk.request(a_case(), RECEIPT)
        for attempts in range(1, len(PAUSES) + 1):
            await desk.until(notice_id, lambda n, least=attempts: n.attempts >= least)
            await desk.due_now(notice_id)
        await desk.until(notice_id, SENT)
    assert await desk.published(notice_id) == ["email queued", "letter queued", "letter sent"]
    assert server.behaviour.mails == []
    assert list(spooled(desk)) == [notice_id]


async def test_a_refused_address_gets_a_letter_at_once(desk: NotifyDesk, server: SmtpServer):
    server.behaviour.on_rcpt = lambda _: "550 5.1.1 no such user"
    async with desk.sending():
        (notice_id,) = await desk.request(a_case(), DECISION)
        await desk.until(notice_id, SENT)
    assert await desk.published(notice_id) == ["email queued", "letter queued", "letter sent"]
    assert list(spooled(desk)) == [notice_id]


async def test_a_refused_address_without_a_postal_one_needs_a_person(
    desk: NotifyDesk, server: SmtpServer
):
    server.behaviour.on_rcpt = lambda _: "550 5.1.1 no such user"
    async with desk.sending():
        (notice_id,) = await desk.request(with_client(a_case(), postal_address=None), DECISION)
        notice = await desk.until(notice_id, FAILED)
    assert "550" in notice.detail
    assert "no postal address" in notice.detail
    assert await desk.published(notice_id) == ["email queued", "email failed"]


@pytest.mark.parametrize("server_kept_it", [True, False])
async def test_silence_after_the_mail_is_uncertain_and_never_sent_again_by_itself(
    desk: NotifyDesk, server: SmtpServer, server_kept_it: bool
):
    server.behaviour.drop_after_body = True
    server.behaviour.keep_when_dropping = server_kept_it
    async with desk.sending():
        (notice_id,) = await desk.request(a_case(), RECEIPT)
        await desk.until(notice_id, UNCERTAIN)
        server.behaviour.drop_after_body = False
        (after,) = await desk.request(a_case(), RECEIPT)
        await desk.until(after, SENT)
    async with desk.sending():
        await asyncio.sleep(0.3)
    assert await desk.published(notice_id) == ["email queued", "email uncertain"]
    assert len(server.behaviour.mails) == (2 if server_kept_it else 1)


async def test_a_server_that_is_away_is_said_and_waited_for(
    database_url: str, tmp_path: Path, server: SmtpServer
):
    from deploy.local.ports import free_port

    port = free_port()
    async with notify_desk(tmp_path, database_url, port) as desk, desk.sending() as sender:
        (notice_id,) = await desk.request(a_case(), RECEIPT)
        await desk.until(notice_id, lambda notice: notice.attempts == 1)
        assert "SMTPConnectError" in (await sender.mail_problem() or "")
        with smtp_server(port) as late:
            await desk.until(notice_id, SENT)
            assert len(late.behaviour.mails) == 1
        assert await sender.mail_problem() is None


async def test_a_connection_that_the_server_closed_is_opened_again(
    database_url: str, tmp_path: Path
):
    with smtp_server() as first:
        port = first.port
        desk_of = notify_desk(tmp_path, database_url, port, smtp_connections=1)
        desk = await desk_of.__aenter__()
        sending = desk.sending()
        await sending.__aenter__()
        (one,) = await desk.request(a_case(), RECEIPT)
        await desk.until(one, SENT)
    with smtp_server(port) as second:
        (two,) = await desk.request(a_case(), RECEIPT)
        notice = await desk.until(two, SENT)
        assert notice.attempts == 0
        assert len(second.behaviour.mails) == 1
    await sending.__aexit__(None, None, None)
    await desk_of.__aexit__(None, None, None)


async def test_what_a_dead_process_marked_is_uncertain_what_it_only_took_is_sent(
    desk: NotifyDesk, server: SmtpServer
):
    took, was_sending = await desk.request(a_case(), RECEIPT, REQUEST)
    async with desk.app.service.unit_of_work() as work:
        rows = await store.load(work.connection, [took, was_sending])
        dead = {"worker": "a process that is gone"}
        await store.save(
            work.connection,
            [
                replace(rows[took], **dead),
                replace(rows[was_sending], **dead, marked=True, document_id="d"),
            ],
        )
    async with desk.sending():
        await desk.until(took, SENT)
        await desk.until(was_sending, UNCERTAIN)
    assert len(server.behaviour.mails) == 1
    assert await desk.published(was_sending) == ["email queued", "email uncertain"]


# On SQLite there is one process per database.
@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
async def test_a_living_process_keeps_what_it_took(desk: NotifyDesk, server: SmtpServer):
    (notice_id,) = await desk.request(a_case(), RECEIPT)
    async with desk.app.service.unit_of_work() as work:
        await store.stay_alive(work.connection, "another", work.now + timedelta(seconds=4))
        rows = await store.load(work.connection, [notice_id])
        await store.save(work.connection, [replace(rows[notice_id], worker="another")])
    async with desk.sending():
        await asyncio.sleep(1)
        assert (await desk.notice(notice_id)).status is QUEUED
        await desk.until(notice_id, SENT)
    assert len(server.behaviour.mails) == 1


async def test_a_process_too_busy_to_renew_its_lease_takes_nothing_twice(desk: NotifyDesk):
    (notice_id,) = await desk.request(a_case(), RECEIPT)
    async with desk.app.service.unit_of_work() as work:
        now = work.now + timedelta(seconds=1)
        await store.stay_alive(work.connection, "busy", now + timedelta(seconds=8))
        (taken,) = await store.claim(work.connection, Channel.EMAIL, "busy", now, 10)
    assert taken.notice_id == notice_id
    much_later = now + timedelta(seconds=60)
    async with desk.app.service.unit_of_work() as work:
        assert await store.claim(work.connection, Channel.EMAIL, "busy", much_later, 10) == []
        (other,) = await store.claim(work.connection, Channel.EMAIL, "another", much_later, 10)
    assert other.worker == "another"


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
async def test_a_database_that_drops_connections_loses_and_doubles_nothing(
    desk: NotifyDesk, server: SmtpServer
):
    ids = [(await desk.request(a_case(), RECEIPT))[0] for _ in range(60)]
    server.behaviour.delay = 0.02
    async with desk.sending():
        for _ in range(5):
            await asyncio.sleep(0.1)
            async with desk.app.service.database.reading() as connection:
                await connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
        for notice_id in ids:
            await desk.until(notice_id, SENT)
            assert await desk.published(notice_id) == ["email queued", "email sent"]
    assert len(server.behaviour.mails) == len(ids)


async def test_stopping_ends_what_is_under_way_first(desk: NotifyDesk, server: SmtpServer):
    server.behaviour.delay = 0.5
    async with desk.sending():
        (notice_id,) = await desk.request(a_case(), RECEIPT)
        await desk.until(notice_id, lambda notice: notice.marked)
    assert (await desk.notice(notice_id)).status is SENT
    assert len(server.behaviour.mails) == 1


async def test_a_bounce_becomes_a_letter(desk: NotifyDesk, server: SmtpServer):
    async with desk.sending():
        (notice_id,) = await desk.request(a_case(), DECISION)
        notice = await desk.until(notice_id, SENT)
        for _ in range(2):
            await desk.read(
                DeliveryReported(
                    notice_id=notice_id,
                    status="bounced",
                    code="5.1.1",
                    reported_at=notice.changed_at,
                )
            )
        await desk.until(notice_id, lambda notice: notice.sequence == 5)
    assert await desk.published(notice_id) == [
        "email queued",
        "email sent",
        "email bounced",
        "letter queued",
        "letter sent",
    ]
    assert list(spooled(desk)) == [notice_id]
    assert len(server.behaviour.mails) == 1


async def test_a_bounce_without_a_postal_address_stays_for_a_person(desk: NotifyDesk):
    async with desk.sending():
        (notice_id,) = await desk.request(with_client(a_case(), postal_address=None), DECISION)
        notice = await desk.until(notice_id, SENT)
        await desk.read(
            DeliveryReported(notice_id=notice_id, status="bounced", reported_at=notice.changed_at)
        )
    assert (await desk.published(notice_id))[-1] == "email bounced"
    assert "no postal address" in (await desk.notice(notice_id)).detail


async def test_a_report_about_an_unknown_notice_is_passed_over(desk: NotifyDesk):
    at = a_case().opened_at
    await desk.read(DeliveryReported(notice_id="nobody", status="bounced", reported_at=at))


async def test_a_notice_that_cannot_be_rendered_fails_and_stops_nobody(desk: NotifyDesk):
    unwritten = a_case(answer_by=None)
    wrong_reason = a_case(outcome=DecisionOutcome.DENY, reasons=("no_such_reason",))
    unprintable = without_email(with_client(a_case(), name="李小龙"))
    async with desk.sending():
        (asked,) = await desk.request(unwritten, REQUEST)
        (decided,) = await desk.request(wrong_reason, DECISION)
        (named,) = await desk.request(unprintable, RECEIPT)
        (good,) = await desk.request(a_case(), RECEIPT)
        await desk.until(good, SENT)
        reasons = [(await desk.until(one, FAILED)).detail for one in (asked, decided, named)]
    assert reasons[0] == "an information request needs the day until which to answer"
    assert reasons[1] == "no text for the reason 'no_such_reason'"
    assert reasons[2] == "it has signs that none of our fonts can write"
    assert await desk.published(asked) == ["email queued", "email failed"]


async def test_a_notice_without_any_way_is_failed_at_once(desk: NotifyDesk):
    case = without_email(with_client(a_case(), postal_address=None))
    (notice_id,) = await desk.request(case, RECEIPT)
    notice = await desk.notice(notice_id)
    assert notice.status is FAILED
    assert "no postal address" in notice.detail
    assert await desk.published(notice_id) == ["letter failed"]


async def test_resending_is_a_persons_decision(desk: NotifyDesk, server: SmtpServer):
    from services.notify.domain import by_hand
    from services.notify.recording import record

    server.behaviour.drop_after_body = True

    async def resend(notice_id: str) -> None:
        async with desk.app.service.unit_of_work() as work:
            before = (await store.load(work.connection, [notice_id]))[notice_id]
            steps = by_hand.resent(before, "client called", now=work.now, today=before.letter_day)
            await record(work, [(before, steps)], by="rita")
            work.after_commit(desk.app.wake)

    async with desk.sending():
        (mail,) = await desk.request(a_case(), RECEIPT)
        (letter,) = await desk.request(without_email(a_case()), RECEIPT)
        await desk.until(mail, UNCERTAIN)
        server.behaviour.drop_after_body = False
        await resend(mail)
        with pytest.raises(RuleViolation):
            await resend(mail)
        await desk.until(mail, SENT)
        await desk.until(letter, SENT)
        await resend(letter)
        await desk.until(letter, lambda notice: notice.run == 2 and notice.status is SENT)
    first, second = server.behaviour.mails
    assert first == second
    files = sorted(path.name for path in desk.app.settings.spool_dir.glob("*/*.pdf"))
    assert files == sorted([f"{letter}.pdf", f"{letter}-2.pdf"])
    async with desk.app.service.database.reading() as connection:
        steps = await store.history_of(connection, mail)
    assert [(step["status"], step["by"]) for step in steps] == [
        ("queued", ""),
        ("uncertain", ""),
        ("queued", "rita"),
        ("sent", ""),
    ]


async def test_a_refusal_for_missing_cooperation_waits_for_a_warning_that_was_sent(
    desk: NotifyDesk,
):
    refused = a_case(
        programme="heating-aid", outcome=DecisionOutcome.DENY, reasons=("lacks_information",)
    )
    late = refused.decisions[0].model_copy(update={"at": datetime.now(UTC) + timedelta(days=30)})
    today = desk.app.renderer.programmes.desk.local_day(datetime.now(UTC))

    def after(notice_id: str, days: int = 14) -> CaseFileUpdated:
        assert refused.warning
        warning = refused.warning.model_copy(
            update={"notice_id": notice_id, "deadline": today + timedelta(days=days)}
        )
        return refused.model_copy(update={"decisions": (late,), "warning": warning})

    async with desk.sending():
        (warning,) = await desk.request(refused, NoticeKind.CONSEQUENCES_WARNING)
        await desk.until(warning, SENT)
        (unwarned,) = await desk.request(after("nobody-knows-it"), DECISION)
        (early,) = await desk.request(refused.model_copy(update={"warning": None}), DECISION)
        (hasty,) = await desk.request(after(warning, 2), DECISION)
        (good,) = await desk.request(after(warning), DECISION)
        await desk.until(good, SENT)
        assert "not known" in (await desk.until(unwarned, FAILED)).detail
        assert "too late for its deadline" in (await desk.until(hasty, FAILED)).detail
        assert "without a written warning" in (await desk.until(early, FAILED)).detail


async def test_a_mailbox_that_is_gone_gets_no_more_mail_and_a_full_one_does(
    desk: NotifyDesk, server: SmtpServer
):
    async def bounce(notice_id: str, code: str) -> None:
        at = (await desk.notice(notice_id)).changed_at
        await desk.read(
            DeliveryReported(notice_id=notice_id, status="bounced", code=code, reported_at=at)
        )

    case = with_client(a_case(), emails=("erika@client.example", "e.m@work.example"))
    async with desk.sending():
        (full,) = await desk.request(case, RECEIPT)
        await desk.until(full, SENT)
        await bounce(full, "5.2.2")
        (gone,) = await desk.request(case, RECEIPT)
        await desk.until(gone, SENT)
        await bounce(gone, "5.1.1")
        (other,) = await desk.request(case, RECEIPT)
        await desk.until(other, SENT)
        await bounce(other, "5.1.1")
        (letter,) = await desk.request(case, RECEIPT)
        await desk.until(letter, SENT)
    assert server.behaviour.recipients == [
        "erika@client.example",
        "erika@client.example",
        "e.m@work.example",
    ]
    assert (await desk.notice(letter)).channel == "letter"
