"""One SMTP connection against a real server: what is on the wire, and what each answer means."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from services.notify.adapters.mailer import (
    Deferred,
    MailConnection,
    MailServer,
    Refused,
    Unanswered,
)
from tests.support.certificates import self_signed
from tests.support.smtp_server import SmtpServer, smtp_server

SENDER, RECIPIENT = "claims@claimsdesk.example", "erika@client.example"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with smtp_server() as running:
        yield running


@pytest.fixture
async def connection(server: SmtpServer) -> AsyncIterator[MailConnection]:
    connection = MailConnection(MailServer("127.0.0.1", server.port, timeout=1))
    yield connection
    await connection.quit()


def marking(log: list[str], answer: bool = True) -> Callable[[], Awaitable[bool]]:
    async def mark() -> bool:
        log.append("marked")
        return answer

    return mark


@pytest.mark.parametrize(
    "mail",
    [
        b"Subject: x\r\n\r\nbody\r\n",
        b"Subject: x\r\n\r\n.\r\n..\r\n.leading point\r\nend",
        b"Subject: x\n\nbare\nline\nends\n.\n",
        b"Subject: x\r\n\r\n" + b"long line " * 90 + b"\r\n",
        b"Subject: x\r\n\r\nMAIL FROM:<a@b.example>\r\nQUIT\r\n",
    ],
)
async def test_the_server_gets_the_mail_as_it_is(
    server: SmtpServer, connection: MailConnection, mail: bytes
):
    log: list[str] = []
    assert await connection.send(SENDER, RECIPIENT, mail, marking(log))
    (got,) = server.behaviour.mails
    assert got.splitlines() == mail.splitlines()
    assert log == ["marked"]


async def test_the_mark_comes_after_the_server_is_ready_and_before_the_mail(
    server: SmtpServer, connection: MailConnection
):
    seen: list[str] = []

    def on_rcpt(_address: str) -> str:
        seen.append("recipient")
        return "250 OK"

    def on_data(_mail: bytes) -> str:
        seen.append("mail")
        return "250 OK"

    server.behaviour.on_rcpt, server.behaviour.on_data = on_rcpt, on_data
    assert await connection.send(SENDER, RECIPIENT, b"Subject: x\r\n\r\n", marking(seen))
    assert seen == ["recipient", "marked", "mail"]


async def test_a_mark_that_says_no_or_fails_sends_nothing(
    server: SmtpServer, connection: MailConnection
):
    async def broken() -> bool:
        raise RuntimeError("the database is gone")

    assert not await connection.send(SENDER, RECIPIENT, b"a: b\r\n", marking([], answer=False))
    with pytest.raises(RuntimeError):
        await connection.send(SENDER, RECIPIENT, b"a: b\r\n", broken)
    assert server.behaviour.mails == []
    assert await connection.send(SENDER, RECIPIENT, b"a: b\r\n\r\n", marking([]))
    assert len(server.behaviour.mails) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("421 4.3.2 closing", Deferred),
        ("450 4.7.1 greylisted", Deferred),
        ("452 4.2.2 full", Deferred),
        ("530 5.7.0 Must issue a STARTTLS command first", Deferred),
        ("550 5.1.1 erika@client.example unknown", Refused),
        ("554 5.7.1 spam", Refused),
    ],
)
@pytest.mark.parametrize("at", ["on_rcpt", "on_data"])
async def test_what_an_answer_means(
    server: SmtpServer, connection: MailConnection, at: str, answer: str, error: type[Exception]
):
    log: list[str] = []
    setattr(server.behaviour, at, lambda _: answer)
    with pytest.raises(error) as caught:
        await connection.send(SENDER, RECIPIENT, b"Subject: x\r\n\r\n", marking(log))
    assert str(caught.value) == f"the mail server answered {answer[:3]}"
    assert log == ([] if at == "on_rcpt" else ["marked"])
    setattr(server.behaviour, at, lambda _: "250 OK")
    assert await connection.send(SENDER, RECIPIENT, b"Subject: x\r\n\r\n", marking([]))
    assert len(server.behaviour.mails) == 1


async def test_silence_after_the_mail_means_that_nobody_knows(
    server: SmtpServer, connection: MailConnection
):
    server.behaviour.delay = 2
    with pytest.raises(Unanswered):
        await connection.send(SENDER, RECIPIENT, b"Subject: x\r\n\r\n", marking([]))
    server.behaviour.delay = 0
    server.behaviour.drop_after_body = True
    with pytest.raises(Unanswered):
        await connection.send(SENDER, RECIPIENT, b"Subject: x\r\n\r\n", marking([]))


async def test_no_server_at_all_is_deferred(connection: MailConnection):
    from deploy.local.ports import free_port

    away = MailConnection(MailServer("127.0.0.1", free_port(), timeout=1))
    with pytest.raises(Deferred) as caught:
        await away.send(SENDER, RECIPIENT, b"Subject: x\r\n\r\n", marking([]))
    assert caught.value.server_away


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_mail_goes_encrypted_to_a_server_that_is_the_one_it_says(
    security: str, trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    context, certificate = self_signed(tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    mode = (
        {"ssl_context": context}
        if security == "tls"
        else {"tls_context": context, "require_starttls": True}
    )
    with smtp_server(**mode) as server:
        connection = MailConnection(MailServer("127.0.0.1", server.port, security, timeout=5))
        sending = connection.send(SENDER, RECIPIENT, b"Subject: x\r\n\r\nbody\r\n", marking([]))
        if trusted:
            assert await sending
        else:
            with pytest.raises(Deferred):
                await sending
        await connection.quit()
    assert len(server.behaviour.mails) == trusted


async def test_a_server_without_encryption_gets_nothing_when_it_is_wanted(server: SmtpServer):
    connection = MailConnection(MailServer("127.0.0.1", server.port, "starttls", timeout=2))
    with pytest.raises(Deferred):
        await connection.send(SENDER, RECIPIENT, b"Subject: x\r\n\r\n", marking([]))
    assert server.behaviour.mails == []
