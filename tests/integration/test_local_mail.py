"""The local mail server: real SMTP and IMAP, and mailboxes that survive a stop."""

import smtplib
from pathlib import Path

import pytest

from deploy.local.errors import StartError
from deploy.local.mail import DESK_ADDRESS, MailServer

RAW = (
    "From: =?utf-8?q?J=C3=BCrgen?= <juergen@kunde.example>\r\n"
    f"To: {DESK_ADDRESS}\r\n"
    "Subject: Wasserschaden\r\n"
    "Content-Type: text/plain; charset=latin-1\r\n"
    "Content-Transfer-Encoding: 8bit\r\n"
    "\r\n"
    "Die K\u00fcche steht unter Wasser.\r\n"
).encode("latin-1")
UNREADABLE = b"this is no mail at all: \xff\xfe\r\n"


def deliver(server: MailServer, recipient: str, raw: bytes) -> None:
    with smtplib.SMTP(server.host, server.smtp_port) as smtp:
        smtp.sendmail("juergen@kunde.example", [recipient], raw)


def raw_mails(server: MailServer, address: str, folder: str) -> list[bytes]:
    with server.mailbox(address) as mailbox:
        mailbox.folder.set(folder, readonly=True)
        answers = [mailbox.client.uid("FETCH", uid, "(BODY.PEEK[])") for uid in mailbox.uids()]
        return [answer[1][0][1] for answer in answers]


def test_mailboxes_survive_a_stop_byte_by_byte(tmp_path: Path) -> None:
    server = MailServer(tmp_path)
    server.start()
    try:
        for recipient in (DESK_ADDRESS, "juergen@kunde.example"):
            deliver(server, recipient, RAW)
        deliver(server, DESK_ADDRESS, UNREADABLE)
        deliver(server, "../../outside@kunde.example", RAW)
        with server.mailbox(DESK_ADDRESS) as mailbox:
            mailbox.folder.create("Processed")
            mailbox.move(mailbox.uids()[:1], "Processed")
        places = [
            (DESK_ADDRESS, "INBOX"),
            (DESK_ADDRESS, "Processed"),
            ("juergen@kunde.example", "INBOX"),
        ]
        before = {place: raw_mails(server, *place) for place in places}
        assert before[DESK_ADDRESS, "Processed"][0].endswith(RAW.rstrip())
    finally:
        server.stop()
    assert not server.alive
    assert {path.name for path in tmp_path.iterdir()} == {"mail.log", "saved"}
    assert not (tmp_path.parent / "outside@kunde.example").exists()

    again = MailServer(tmp_path)
    again.start()
    try:
        assert {place: raw_mails(again, *place) for place in places} == before
        assert {DESK_ADDRESS, "juergen@kunde.example"} <= set(again.addresses())
    finally:
        again.kill()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    first = MailServer(tmp_path / "first")
    first.start()
    try:
        second = MailServer(tmp_path / "second", first.smtp_port)
        with pytest.raises(StartError, match=f"port {first.smtp_port} is taken"):
            second.start()
    finally:
        first.kill()
