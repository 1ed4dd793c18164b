"""What goes wrong around the mailbox: nothing lost, nothing doubled, said, and over by itself."""

import asyncio
import re
import resource
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import make_url

from deploy.local.mail import DESK_ADDRESS, PASSWORD, MailServer
from services.intake.adapters.inbox import Account, FetchedMail
from services.intake.adapters.mailbox import Mailbox, Timing
from services.intake.receiving import receive_mails
from shared.contract.contacts import ContactReceived
from tests.support.certificates import self_signed
from tests.support.intake_desk import IntakeDesk, intake_desk, mail
from tests.support.postgres import PostgresServer
from tests.support.tcp_proxy import TcpProxy, proxy_to

QUICK = Timing(shortest_pause=0.05, longest_pause=0.2, after_refusal=0.3, worked=1.0, slow=0.3)
NAMES = re.compile(r"anna|schmidt|fahrrad|@example\.org", re.IGNORECASE)


@pytest.fixture(scope="module")
def mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    server = MailServer(tmp_path_factory.mktemp("mail"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def desk(mail_server: MailServer, tmp_path: Path) -> AsyncIterator[IntakeDesk]:
    with mail_server.mailbox(DESK_ADDRESS) as box:
        for folder in box.folder.list():
            box.folder.set(folder.name)
            box.delete(box.uids())
    url = f"sqlite+aiosqlite:///{tmp_path}/intake.db"
    async with intake_desk(tmp_path, url, mail_server) as running:
        yield running


@pytest.fixture
async def proxy(mail_server: MailServer) -> AsyncIterator[TcpProxy]:
    async with proxy_to(mail_server.host, mail_server.imap_port) as between:
        yield between


@pytest.fixture(autouse=True)
def no_names_in_the_log() -> Iterator[list[Any]]:
    """Whatever goes wrong, the log names nobody."""
    with structlog.testing.capture_logs() as logs:
        yield logs
    assert not [entry for entry in logs if NAMES.search(str(entry))]


@pytest.fixture(autouse=True)
def moves_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("moves", "inbox"):
        monkeypatch.setattr(f"services.intake.adapters.{module}.MOVE_AGAIN_SECONDS", 0.2)


def mailbox_at(desk: IntakeDesk, port: int, **account: Any) -> Mailbox:
    values = {"tls": False, "timeout_seconds": 5.0, **account}
    return Mailbox(
        Account("127.0.0.1", port, DESK_ADDRESS, PASSWORD, **values),
        partial(receive_mails, desk.app, stored={}),
        QUICK,
    )


async def said(mailbox: Mailbox, words: str) -> None:
    for _ in range(400):
        if words in (mailbox.problem or ""):
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"not said in time: {mailbox.problem!r}")


async def well(mailbox: Mailbox) -> None:
    for _ in range(400):
        if mailbox.problem is None:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"still wrong: {mailbox.problem!r}")


async def one_contact_each(desk: IntakeDesk, message_ids: list[str]) -> None:
    """Every mail is one contact, has left the inbox, and has its documents once."""
    for message_id in message_ids:
        (row,) = await desk.settled(message_id)
        assert row.verdict == "contact"
    await desk.until(lambda: desk.folder("INBOX") == 0)
    published = await desk.published()
    assert len(published) == len(message_ids)
    assert desk.folder("Processed") == len(message_ids)
    stored = [path for path in desk.app.settings.documents_dir.rglob("*") if path.is_file()]
    assert len(stored) == sum(len(each.documents) for each in published)  # type: ignore[union-attr]


def refusing(command: bytes, text: bytes) -> Callable[[bytes], Awaitable[bytes | None]]:
    """A server that says no to a command."""

    async def answer(data: bytes) -> bytes | None:
        match = re.match(rb"(\w+) " + command, data)
        return match[1] + b" NO " + text + b"\r\n" if match else None

    return answer


@pytest.mark.parametrize("bytes_passed", [40, 700, 4_000, 14_000])
async def test_a_connection_cut_anywhere(desk: IntakeDesk, proxy: TcpProxy, bytes_passed: int):
    ids = [desk.deliver(mail(f"Fahrrad {number} " + "x" * 900)) for number in range(12)]
    proxy.cut_after = bytes_passed
    async with desk.reading(mailbox_at(desk, proxy.port)) as mailbox:
        await one_contact_each(desk, ids)
        assert proxy.connections == 2
        await well(mailbox)


async def test_a_server_that_is_gone_and_comes_back(desk: IntakeDesk, proxy: TcpProxy):
    async with desk.reading(mailbox_at(desk, proxy.port)) as mailbox:
        await well(mailbox)
        await proxy.close()
        await said(mailbox, "is away; mails wait in the inbox")
        ids = [desk.deliver(mail("Fahrrad"))]
        await proxy.open()
        await one_contact_each(desk, ids)
        await well(mailbox)


async def test_a_server_that_answers_byte_by_byte(desk: IntakeDesk, proxy: TcpProxy):
    ids = [desk.deliver(mail("Fahrrad"))]
    async with desk.reading(mailbox_at(desk, proxy.port)) as mailbox:
        await well(mailbox)
        proxy.pause = 0.002
        ids.append(desk.deliver(mail("Fahrrad")))
        await said(mailbox, "is slow; mails wait in the inbox")
        await one_contact_each(desk, ids)
        proxy.pause = 0.0
        await well(mailbox)


async def test_a_server_that_hangs(desk: IntakeDesk, proxy: TcpProxy):
    async with desk.reading(mailbox_at(desk, proxy.port, timeout_seconds=0.6)) as mailbox:
        await well(mailbox)
        proxy.flows.clear()
        ids = [desk.deliver(mail("Fahrrad"))]
        await proxy.close()
        await proxy.open()
        await said(mailbox, "does not answer; mails wait in the inbox")
        proxy.flows.set()
        await one_contact_each(desk, ids)
        await well(mailbox)


async def test_a_server_that_hangs_does_not_hold_up_a_stop(desk: IntakeDesk, proxy: TcpProxy):
    proxy.flows.clear()
    async with desk.reading(mailbox_at(desk, proxy.port, timeout_seconds=30)):
        await asyncio.sleep(0.2)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 2


async def test_a_full_mailbox_holds_up_no_contact(desk: IntakeDesk, proxy: TcpProxy):
    proxy.answers = refusing(b"UID MOVE", b"[OVERQUOTA] anna's mailbox is full")
    ids = [desk.deliver(mail("Fahrrad 1"))]
    async with desk.reading(mailbox_at(desk, proxy.port)) as mailbox:
        await said(mailbox, "can't be moved out of the inbox (OVERQUOTA)")
        ids.append(desk.deliver(mail("Fahrrad 2")))
        for message_id in ids:
            await desk.contact(message_id)
        assert desk.folder("INBOX") == 2
        assert proxy.connections == 1
        proxy.answers = None
        await one_contact_each(desk, ids)
        await well(mailbox)


async def test_one_mail_that_can_not_be_moved_keeps_no_other_in_the_inbox(
    desk: IntakeDesk, proxy: TcpProxy
):
    ids = [desk.deliver(mail(f"Fahrrad {number}")) for number in range(4)]
    with desk.server.mailbox(DESK_ADDRESS) as box:  # type: ignore[union-attr]
        damaged = box.uids()[1].encode()
    proxy.answers = refusing(rb"UID MOVE (?:\d+,)*" + damaged + rb"\b", b"internal error")
    async with desk.reading(mailbox_at(desk, proxy.port)) as mailbox:
        await said(mailbox, "can't be moved")
        await desk.until(lambda: desk.folder("INBOX") == 1)
        proxy.answers = None
        await one_contact_each(desk, ids)


async def test_a_login_that_is_refused(desk: IntakeDesk, proxy: TcpProxy):
    proxy.answers = refusing(b"LOGIN", b"[AUTHENTICATIONFAILED] no anna here")
    ids = [desk.deliver(mail("Fahrrad"))]
    async with desk.reading(mailbox_at(desk, proxy.port)) as mailbox:
        await said(mailbox, "refuses the login; mails wait in the inbox")
        await asyncio.sleep(0.5)
        assert proxy.connections < 4, "many tries would lock the account"
        proxy.answers = None
        await one_contact_each(desk, ids)
        await well(mailbox)


async def test_a_certificate_that_nobody_vouches_for(
    desk: IntakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    context, trusted = self_signed(tmp_path)
    ids = [desk.deliver(mail("Fahrrad"))]
    assert desk.server
    async with (
        proxy_to(desk.server.host, desk.server.imap_port, context) as proxy,
        desk.reading(mailbox_at(desk, proxy.port, tls=True)) as mailbox,
    ):
        await said(mailbox, "is not trusted (self-signed certificate)")
        assert await desk.published() == []
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        await one_contact_each(desk, ids)
        await well(mailbox)


async def test_a_folder_that_somebody_deleted_comes_back(desk: IntakeDesk):
    async with desk.reading() as mailbox:
        await desk.contact(desk.deliver(mail("Fahrrad")))
        await desk.until(lambda: desk.folder("Processed") == 1)
        with desk.server.mailbox(DESK_ADDRESS) as box:  # type: ignore[union-attr]
            box.folder.delete("Processed")
        await desk.contact(desk.deliver(mail("Fahrrad")))
        await desk.until(lambda: desk.folder("INBOX") == 0)
        assert desk.folder("Processed") == 1
        await well(mailbox)


async def test_a_disk_that_is_full(desk: IntakeDesk, proxy: TcpProxy):
    large = mail("Fahrrad")
    large.add_attachment(b"x" * 2_000_000, maintype="image", subtype="jpeg", filename="a.jpg")
    ids = [desk.deliver(mail("Fahrrad")), desk.deliver(large)]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        async with desk.reading(mailbox_at(desk, proxy.port)) as mailbox:
            await said(mailbox, "the document store is away or full; mails wait in the inbox")
            await desk.until(lambda: proxy.connections > 3)
            assert desk.folder("INBOX") == 2
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            await one_contact_each(desk, ids)
            await well(mailbox)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_database_that_is_away(
    mail_server: MailServer, desk: IntakeDesk, postgres_server: PostgresServer, tmp_path: Path
):
    url = postgres_server.create_database()
    real = make_url(url)
    async with proxy_to(real.host or "", real.port or 0) as proxy:
        between = real.set(port=proxy.port).render_as_string(hide_password=False)
        async with intake_desk(tmp_path / "pg", between, mail_server) as on_postgres:
            mailbox = mailbox_at(on_postgres, mail_server.imap_port)
            async with on_postgres.reading(mailbox):
                first = on_postgres.deliver(mail("Fahrrad"))
                await on_postgres.contact(first)
                await proxy.close()
                second = on_postgres.deliver(mail("Fahrrad"))
                await said(mailbox, "the database is away; mails wait in the inbox")
                for _ in range(10):
                    await asyncio.sleep(0.1)
                    assert mailbox.problem == "the database is away; mails wait in the inbox"
                assert on_postgres.folder("INBOX") == 1
                await proxy.open()
                await one_contact_each(on_postgres, [first, second])
                await well(mailbox)
    postgres_server.drop_database(url)


async def test_a_database_that_goes_while_documents_are_stored_leaves_no_copies(
    desk: IntakeDesk, monkeypatch: pytest.MonkeyPatch
):
    ids = [desk.deliver(mail(f"Fahrrad {number}")) for number in range(3)]
    tries = 0
    unit_of_work = desk.app.service.unit_of_work

    def away_at_first() -> Any:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise ConnectionRefusedError
        return unit_of_work()

    monkeypatch.setattr(desk.app.service, "unit_of_work", away_at_first)
    assert desk.server
    async with desk.reading(mailbox_at(desk, desk.server.imap_port)):
        await one_contact_each(desk, ids)
    assert tries >= 4


def deleted_by_hand(server: MailServer) -> None:
    with server.mailbox(DESK_ADDRESS) as box:
        box.delete(box.uids()[:1])


async def test_a_mail_that_somebody_deletes_before_it_is_moved(desk: IntakeDesk):
    assert desk.server
    mailbox = mailbox_at(desk, desk.server.imap_port)
    handler = mailbox._handler

    async def interrupted(mails):
        folders = await handler(mails)
        await asyncio.to_thread(deleted_by_hand, desk.server)
        mailbox._handler = handler
        return folders

    mailbox._handler = interrupted
    first, second = desk.deliver(mail("Fahrrad 1")), desk.deliver(mail("Fahrrad 2"))
    async with desk.reading(mailbox):
        for message_id in (first, second):
            await desk.contact(message_id)
        await desk.until(lambda: desk.folder("INBOX") == 0)
        await well(mailbox)
    assert len(await desk.published()) == 2


async def test_a_mail_that_is_expunged_while_it_is_fetched(desk: IntakeDesk, proxy: TcpProxy):
    async def delete_first(data: bytes) -> None:
        if b"BODY.PEEK[]" in data:
            proxy.answers = None
            await asyncio.to_thread(deleted_by_hand, desk.server)

    _, second = desk.deliver(mail("Fahrrad 1")), desk.deliver(mail("Fahrrad 2"))
    proxy.answers = delete_first
    async with desk.reading(mailbox_at(desk, proxy.port)) as mailbox:
        await desk.contact(second)
        await desk.until(lambda: desk.folder("INBOX") == 0)
        await well(mailbox)
    assert len(await desk.published()) == 1


async def test_the_only_mail_is_expunged_before_its_size_is_asked(
    desk: IntakeDesk, proxy: TcpProxy
):
    async def delete_first(data: bytes) -> None:
        if b"RFC822.SIZE" in data:
            proxy.answers = None
            await asyncio.to_thread(deleted_by_hand, desk.server)

    desk.deliver(mail("Fahrrad 1"))
    proxy.answers = delete_first
    async with desk.reading(mailbox_at(desk, proxy.port)) as mailbox:
        await desk.until(lambda: proxy.answers is None)
        await desk.contact(desk.deliver(mail("Fahrrad 2")))
        await well(mailbox)
        assert proxy.connections == 1


async def test_a_mailbox_that_was_rebuilt_with_new_numbers(tmp_path: Path):
    server = MailServer(tmp_path / "mail")
    server.start()
    url = f"sqlite+aiosqlite:///{tmp_path}/intake.db"
    try:
        async with intake_desk(tmp_path, url, server) as desk:
            async with proxy_to(server.host, server.imap_port) as proxy:
                proxy.answers = refusing(b"UID MOVE", b"not now")
                ids = [desk.deliver(mail(f"Fahrrad {number}")) for number in range(3)]
                async with desk.reading(mailbox_at(desk, proxy.port)) as mailbox:
                    await said(mailbox, "can't be moved")
            server.stop()
            server.start()
            async with desk.reading(mailbox_at(desk, server.imap_port)):
                await one_contact_each(desk, ids)
    finally:
        server.stop()


async def test_a_server_that_uses_a_number_again_loses_no_mail(desk: IntakeDesk):
    first = FetchedMail("1", "7", mail("Fahrrad 1").as_bytes(), datetime.now(UTC))
    other = replace(first, raw=mail("Fahrrad 2").as_bytes())
    for each in (first, other, other):
        await receive_mails(desk.app, [each])
    published = [body for body in await desk.published() if isinstance(body, ContactReceived)]
    assert [body.words.text for body in published] == ["Fahrrad 1", "Fahrrad 2"]


async def test_large_mails_come_one_by_one(desk: IntakeDesk):
    sizes: list[list[int]] = []
    assert desk.server
    mailbox = mailbox_at(desk, desk.server.imap_port)
    handler = mailbox._handler

    async def measured(mails):
        sizes.append([len(each.raw) for each in mails])
        return await handler(mails)

    mailbox._handler = measured
    large = mail("Fahrrad")
    large.add_attachment(b"x" * 4_000_000, maintype="image", subtype="jpeg", filename="a.jpg")
    ids = []
    for number in range(3):
        large.replace_header("Message-ID", f"<large-{number}@example.org>")
        ids += [desk.deliver(large), desk.deliver(mail("Fahrrad"))]
    async with desk.reading(mailbox):
        await one_contact_each(desk, ids)
    assert all(len(batch) == 1 for batch in sizes if max(batch) > 4_000_000)


async def test_a_mail_that_is_too_large_goes_to_a_person_without_being_read_in(desk: IntakeDesk):
    large = mail("Fahrrad", subject="Schaden mit Film")
    large.add_attachment(b"x" * 2_000_000, maintype="video", subtype="mp4", filename="a.mp4")
    ids = [desk.deliver(mail("Fahrrad")), desk.deliver(large), desk.deliver(mail("Fahrrad"))]
    assert desk.server
    async with desk.reading(mailbox_at(desk, desk.server.imap_port, limit_bytes=1_000_000)):
        contacts = [await desk.contact(message_id) for message_id in ids]
        await desk.until(lambda: desk.folder("INBOX") == 0)
    assert [bool(contact.needs_person) for contact in contacts] == [False, True, False]
    assert contacts[1].needs_person == "the mail has 2 MB and was not read; it lies in 'Large'"
    assert contacts[1].words.subject == "Schaden mit Film"
    assert contacts[1].documents[0].size < 2000
    assert (desk.folder("Processed"), desk.folder("Large")) == (2, 1)


async def test_a_mail_on_which_our_program_fails_again_and_again_holds_up_no_other(
    desk: IntakeDesk, monkeypatch: pytest.MonkeyPatch, no_names_in_the_log: list[Any]
):
    from services.intake import receiving

    decide = receiving.decide

    def fail(arrival: Any, *arguments: Any) -> Any:
        if arrival.read.mail.subject == "Fahrrad 2":
            raise ZeroDivisionError("Anna Schmidt")
        return decide(arrival, *arguments)

    monkeypatch.setattr(receiving, "decide", fail)
    ids = [desk.deliver(mail("Hallo", subject=f"Fahrrad {number}")) for number in range(4)]
    assert desk.server
    mailbox = mailbox_at(desk, desk.server.imap_port)
    async with desk.reading(mailbox):
        await desk.until(lambda: desk.folder("Processed") == 3)
        await well(mailbox)
        assert (desk.folder("INBOX"), mailbox.stuck) == (1, 1)
    assert "ZeroDivisionError" in str(no_names_in_the_log)
    monkeypatch.setattr(receiving, "decide", decide)
    async with desk.reading(mailbox):
        await one_contact_each(desk, ids)
