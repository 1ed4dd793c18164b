"""Intake as it runs, killed while mails come in: each mail becomes exactly one contact."""

import os
import signal
import smtplib
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from confluent_kafka import Consumer, TopicPartition

from claimsdesk.topics import apply_topics
from deploy.local.keys import SigningKey
from deploy.local.mail import DESK_ADDRESS, PASSWORD, MailServer
from deploy.local.ports import free_port
from shared.contract.catalogue import CONTACTS
from shared.contract.contacts import ContactReceived
from shared.messaging.envelope import decode
from tests.support.intake_desk import AUTHSERV_ID, NOTICE_KEY, mail

MAILS = 120
KILLS = 2


class Intake:
    """The service as a process of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._key = SigningKey(folder)
        self._port = free_port()
        self._log = (folder / "intake.log").open("ab")
        self._environment = os.environ | {
            "CLAIMSDESK_HTTP_PORT": str(self._port),
            "CLAIMSDESK_JWKS_FILE": str(self._key.jwks_file),
            "CLAIMSDESK_DOCUMENTS_DIR": str(folder / "documents"),
            **environment,
        }
        self._process = self._started()

    def _started(self) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "services.intake"],
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self._port}{path}", timeout=5)

    def wait_until_it_reads(self) -> None:
        """… its mailbox; partitions come back only when the killed member's session is over."""
        end = time.monotonic() + 60
        while True:
            assert self._process.poll() is None, "the service ended"
            assert time.monotonic() < end, "not ready in time"
            try:
                problems = self.get("/readyz").json()["problems"]
                if not problems.keys() & {"service", "database", "mailbox"}:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)

    def wait_until_it_says(self, part: str, words: str) -> None:
        """… in `/readyz` that something is wrong with a part of it."""
        end = time.monotonic() + 20
        while words not in self.get("/readyz").json()["problems"].get(part, ""):
            assert time.monotonic() < end, "not said in time"
            time.sleep(0.1)

    def kill_and_restart(self) -> None:
        self._process.kill()
        self._process.wait(10)
        self._process = self._started()

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(20)
        finally:
            self._process.kill()
            self._process.wait(10)
            self._log.close()


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path / "mail")
    server.start()
    yield server
    server.stop()


def published(bootstrap: str, wanted: int, seconds: float = 60) -> dict[str, ContactReceived]:
    """The contacts by event id: a record published twice by a killed relay has the same one."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader", "log_level": 2})
    consumer.assign([TopicPartition(CONTACTS.name, n, 0) for n in range(CONTACTS.partitions)])
    events: dict[str, ContactReceived] = {}
    end = time.monotonic() + seconds
    while time.monotonic() < end and len(events) < wanted:
        for record in consumer.consume(500, 0.2):
            event = decode(record.key(), record.value(), record.headers())
            events[event.event_id] = event.body
    # A little longer: a contact too many would come now.
    for record in consumer.consume(500, 2):
        event = decode(record.key(), record.value(), record.headers())
        events[event.event_id] = event.body
    consumer.close()
    return events


@pytest.mark.kill
def test_killed_while_mails_come_in(own_kafka, mail_server: MailServer, new_database, tmp_path):
    bootstrap = own_kafka().bootstrap
    apply_topics(bootstrap)
    intake = Intake(
        tmp_path,
        {
            "CLAIMSDESK_KAFKA": bootstrap,
            "CLAIMSDESK_DATABASE_URL": new_database(),
            "CLAIMSDESK_NOTICE_KEY": NOTICE_KEY,
            "CLAIMSDESK_AUTHSERV_ID": AUTHSERV_ID,
            "CLAIMSDESK_IMAP_HOST": mail_server.host,
            "CLAIMSDESK_IMAP_PORT": str(mail_server.imap_port),
            "CLAIMSDESK_IMAP_USER": DESK_ADDRESS,
            "CLAIMSDESK_IMAP_PASSWORD": PASSWORD,
            "CLAIMSDESK_IMAP_TLS": "false",
        },
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
        told = intake.get("/readyz").json()["details"]
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
