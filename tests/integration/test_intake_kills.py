"""Intake as it runs, killed while mails come in: each mail becomes exactly one contact."""

import smtplib
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from claimsdesk.topics import apply_topics
from deploy.local.mail import DESK_ADDRESS, PASSWORD, MailServer
from shared.contract.catalogue import CONTACTS
from shared.contract.contacts import ContactReceived
from tests.support.intake_desk import AUTHSERV_ID, NOTICE_KEY, mail
from tests.support.service_program import ServiceProgram
from tests.support.topic_reader import TopicReader

MAILS = 120
KILLS = 2


class Intake(ServiceProgram):
    """The service as a process of its own."""

    def wait_until_it_reads(self) -> None:
        """… its mailbox; partitions come back only when the killed member's session is over."""
        needed = {"service", "database", "mailbox"}
        self.wait_until("/readyz", lambda answer: not _problems(answer).keys() & needed, 60)

    def wait_until_it_says(self, part: str, words: str) -> None:
        """… in `/readyz` that something is wrong with a part of it."""
        self.wait_until("/readyz", lambda answer: words in _problems(answer).get(part, ""), 20)


def _problems(answer: httpx.Response) -> dict[str, str]:
    return answer.json()["problems"]


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path / "mail")
    server.start()
    yield server
    server.stop()


def published(bootstrap: str, wanted: int, seconds: float = 60) -> dict[str, ContactReceived]:
    """The contacts by event id."""
    end = time.monotonic() + seconds
    with TopicReader(bootstrap, CONTACTS) as reader:
        while time.monotonic() < end and len(reader.events) < wanted:
            time.sleep(0.2)
        # A little longer: a contact too many would come now.
        time.sleep(2)
        return {event.event_id: event.body for event in reader.events}


@pytest.mark.kill
def test_killed_while_mails_come_in(own_kafka, mail_server: MailServer, new_database, tmp_path):
    bootstrap = own_kafka().bootstrap
    apply_topics(bootstrap)
    intake = Intake(
        "intake",
        tmp_path,
        kafka=bootstrap,
        database_url=new_database(),
        notice_key=NOTICE_KEY,
        authserv_id=AUTHSERV_ID,
        imap_host=mail_server.host,
        imap_port=mail_server.imap_port,
        imap_user=DESK_ADDRESS,
        imap_password=PASSWORD,
        imap_tls="false",
    )
    try:
        intake.wait_until_it_reads()
        with smtplib.SMTP(mail_server.host, mail_server.smtp_port, timeout=20) as smtp:
            for number in range(MAILS):
                message = mail(f"Mein Schaden Nummer {number}: 450 EUR", subject=f"S {number}")
                smtp.send_message(message, "anna@example.org", [DESK_ADDRESS])
                if number % (MAILS // KILLS) == MAILS // KILLS - 1:
                    # Killed with mails just arrived: some recorded, some moved, some neither.
                    intake.kill_and_restart()
                    intake.wait_until_it_reads()
        contacts = published(bootstrap, MAILS)
        intake.wait_until_it_reads()
        with mail_server.mailbox(DESK_ADDRESS) as box:
            assert box.uids() == []
            box.folder.set("Processed")
            assert len(box.uids()) == MAILS
        told = intake.call("GET", "/readyz").json()["details"]
        assert told["mailbox"] == "mails that could not be taken in: 0"
        mail_server.kill()
        intake.wait_until_it_says("mailbox", "is away; mails wait in the inbox")
        mail_server.start()
        intake.wait_until_it_reads()
    finally:
        ended = intake.stop()
    assert ended == 0, "asked to end, it stops in order"
    subjects = Counter(contact.words.subject for contact in contacts.values())
    assert subjects == Counter(f"S {number}" for number in range(MAILS))
