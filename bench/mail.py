"""Mails per second and core, from IMAP to the published contact, beside a bare loop.

Intake as it runs (PostgreSQL with `fsync`, a broker, a mail server), with a backlog in its inbox.
CPU is measured, not time: of intake with its children, and of the whole machine.
"""

import asyncio
import json
import smtplib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg
from confluent_kafka import Producer

from bench.mails import AUTHSERV_ID, Writer, mixed_mails, writers
from bench.surroundings import Backlog, Measured, Surroundings, drain, free_port, rows, surroundings
from deploy.local.mail import DESK_ADDRESS, PASSWORD, MailServer
from shared.database import Database
from shared.messaging.envelope import encode
from shared.migrations import migrate

MAILS = 1400
CLIENTS = 350
SETTLED = "SELECT count(*) - (SELECT count(*) FROM outbox) FROM received WHERE verdict IS NOT NULL"
CONTACTS = "SELECT count(*) FROM received WHERE verdict = 'contact'"


def main(count: int = MAILS) -> None:
    """Measure and print."""
    with surroundings() as ground:
        print(f"{count} mails from IMAP to published contact, PostgreSQL with fsync", flush=True)
        known = writers(CLIENTS)
        _tell(ground.bootstrap, known)
        for name, pdfs in (("without PDFs", False), ("every 7th with a PDF", True)):
            mails = list(mixed_mails(known, count, pdfs=pdfs))
            _measured(ground, name, mails)


def _tell(bootstrap: str, known: Sequence[Writer]) -> None:
    """What intake knows of clients and cases."""
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    for writer in known:
        for body, source in ((writer.client, "reference"), (writer.case, "review")):
            at = writer.case.updated_at
            record = encode(body, source=source, cause="1", at=at)
            producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
    producer.flush(60)


def _measured(ground: Surroundings, name: str, mails: Sequence[bytes]) -> None:
    folder = Path(ground.folder / f"mail-{len(name)}")
    server = MailServer(folder)
    server.start()
    try:
        for some in _batches(mails, 100):
            with smtplib.SMTP(server.host, server.smtp_port, timeout=60) as smtp:
                for mail in some:
                    smtp.sendmail("x@example.org", [DESK_ADDRESS], mail)
        bare = _bare(server)
        intake = _intake(ground, server, len(mails))
    finally:
        server.kill()
    print(f"  {name}, {sum(map(len, mails)) / len(mails) / 1000:.1f} kB each")
    print(f"    bare loop {1000 / bare:6.0f} mails/s per core {bare:6.2f} CPU-ms/mail")
    print(
        f"    intake    {1000 / intake.cpu_ms_each:6.0f} mails/s per core"
        f" {intake.cpu_ms_each:6.2f} CPU-ms/mail, {intake.children_ms_each:.2f} of it in children;"
        f" {intake.machine_ms_each:.2f} of the machine; {intake.per_second:.0f} mails/s"
    )


def _batches(mails: Sequence[bytes], size: int) -> list[Sequence[bytes]]:
    return [mails[start : start + size] for start in range(0, len(mails), size)]


def _bare(server: MailServer) -> float:
    """CPU milliseconds per mail; the second of two runs, when the server is warm."""
    command = [sys.executable, "-m", "bench.bare_mail"]
    arguments = [str(server.imap_port), DESK_ADDRESS, PASSWORD]
    for _ in range(2):
        printed = subprocess.run([*command, *arguments], capture_output=True, check=True).stdout
    told = json.loads(printed)
    return 1000 * told["seconds"] / told["mails"]


def _intake(ground: Surroundings, server: MailServer, mails: int) -> Measured:
    url = ground.postgres.create_database()
    environment = ground.environment(url, free_port()) | {
        "CLAIMSDESK_NOTICE_KEY": "a secret of the benchmark",
        "CLAIMSDESK_AUTHSERV_ID": AUTHSERV_ID,
        "CLAIMSDESK_IMAP_HOST": server.host,
        "CLAIMSDESK_IMAP_PORT": str(server.imap_port),
        "CLAIMSDESK_IMAP_USER": DESK_ADDRESS,
        "CLAIMSDESK_IMAP_PASSWORD": PASSWORD,
        "CLAIMSDESK_IMAP_TLS": "false",
    }
    asyncio.run(_migrated(url))
    dsn = url.replace("+asyncpg", "")
    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            backlog = Backlog(mails, rows(connection, SETTLED))
            measured = drain(ground, [(["-m", "services.intake"], environment)], backlog)
            contacts = rows(connection, CONTACTS)()
        if contacts != mails:
            message = f"only {contacts} of {mails} mails became contacts"
            raise SystemExit(message)
        return measured
    finally:
        ground.postgres.drop_database(url)


async def _migrated(url: str) -> None:
    database = Database(url)
    await migrate(database, "intake")
    await database.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MAILS)
