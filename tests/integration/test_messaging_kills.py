"""Workers killed with a backlog, joined and left by others: nothing lost, doubled or reordered."""

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text

from tests.integration.test_messaging_worker import read_all
from tests.support.echo import contact, create_topics, send_contacts

CONTACTS = 12_000
CLIENTS = 500


@contextmanager
def workers(*arguments: str) -> Iterator[list[subprocess.Popen]]:
    running: list[subprocess.Popen] = []
    try:
        yield running
    finally:
        for process in running:
            if process.poll() is None:
                process.kill()
            process.wait(10)


def start(arguments: list[str]) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.echo", *arguments],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )


@pytest.mark.kill
def test_killed_workers_lose_double_and_reorder_nothing(
    kafka: str, postgres_server, request: pytest.FixtureRequest
) -> None:
    url = postgres_server.create_database()
    prefix = f"kill{uuid.uuid4().hex[:8]}"
    create_topics(kafka, prefix)
    arguments = [kafka, url, prefix]
    engine = create_engine(url.replace("+asyncpg", "+psycopg"))

    def counts() -> tuple[int, int]:
        with engine.connect() as connection:
            if not connection.scalar(text("SELECT to_regclass('handled') IS NOT NULL")):
                return 0, 0
            handled = connection.scalar(text("SELECT count(*) FROM handled"))
            return handled, connection.scalar(text("SELECT count(*) FROM outbox"))

    random_source = random.Random(7)
    try:
        with workers() as running:
            running += [start(arguments), start(arguments)]
            for part in range(6):
                numbers = range(part * CONTACTS // 6, (part + 1) * CONTACTS // 6)
                send_contacts(kafka, prefix, [contact(n, f"c{n % CLIENTS}") for n in numbers])
                time.sleep(random_source.uniform(0.2, 2.0))
                victim = running[part % 2]
                victim.send_signal(signal.SIGKILL if part % 3 else signal.SIGTERM)
                victim.wait(20)
                running[part % 2] = start(arguments)
            end = time.monotonic() + 60
            while counts() != (CONTACTS, 0):
                assert time.monotonic() < end, f"handled and unpublished: {counts()}"
                time.sleep(0.2)
    finally:
        engine.dispose()
        postgres_server.drop_database(url)
    published = read_all(kafka, f"{prefix}.out")
    numbers: dict[bytes, list[int]] = {}
    contacts: set[str] = set()
    for record in published:
        contact_id, number = record.value().decode().split()
        if contact_id not in contacts:
            contacts.add(contact_id)
            numbers.setdefault(record.key(), []).append(int(number))
    assert len(contacts) == CONTACTS
    assert all(found == sorted(found) for found in numbers.values()), "out of commit order"
    print(f"{len(published) - CONTACTS} records were published twice, which readers recognise")
