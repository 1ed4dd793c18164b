"""A tiny real service for messaging tests: notes contacts, emits a numbered record per client.

A contact handled twice breaks the table's primary key, so a double can't go unnoticed.

Runs in a test's own process (`EchoWorker`) or as a program that a test may kill
(`python -m tests.support.echo BOOTSTRAP DATABASE_URL PREFIX`).
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, select

from shared.contract.base import utc
from shared.contract.catalogue import CONTACT_RECEIVED, Audience, Topic
from shared.contract.contacts import Channel, ContactReceived, ContactText, Intent, Language, Sender
from shared.database import Database, among, insert_rows, locked
from shared.errors import BadEvent, TemporaryFault
from shared.messaging.envelope import Event, OutgoingRecord, encode
from shared.messaging.processing import UnitOfWork
from shared.messaging.tables import with_messaging
from shared.messaging.worker import Worker

PARTITIONS = 4


def echo_topic(prefix: str) -> Topic:
    return Topic(
        f"{prefix}.in",
        owner="test",
        readers=(f"{prefix}-echo",),
        audience=Audience.INTERNAL,
        events=(CONTACT_RECEIVED,),
        retention_days=1,
        partitions=PARTITIONS,
    )


def create_topics(bootstrap: str, prefix: str) -> None:
    topic = echo_topic(prefix)
    admin = AdminClient({"bootstrap.servers": bootstrap})
    names = (topic.name, topic.dead_letters, f"{prefix}.out")
    for future in admin.create_topics([NewTopic(n, PARTITIONS, 1) for n in names]).values():
        future.result(20)


def contact(number: int, client: str = "client-1", text: str = "") -> ContactReceived:
    return ContactReceived(
        contact_id=f"contact-{number}",
        channel=Channel.EMAIL,
        received_at=utc(2026, 11, 23, 10),
        language=Language.GERMAN,
        intent=Intent.CLAIM,
        client_id=client,
        sender=Sender(),
        words=ContactText(text=text),
    )


def send_contacts(bootstrap: str, prefix: str, contacts: Sequence[ContactReceived]) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    for body in contacts:
        record = encode(body, source="test", cause="1", at=body.received_at)
        producer.produce(
            echo_topic(prefix).name,
            key=record.key,
            value=record.value,
            headers=list(record.headers),
        )
    producer.flush(30)


class EchoWorker:
    """Notes and emits; some texts make it fail on purpose."""

    def __init__(self, bootstrap: str, database_url: str, prefix: str) -> None:
        own = MetaData()
        self.handled = Table("handled", own, Column("contact_id", Text, primary_key=True))
        self.clients = Table(
            "clients",
            own,
            Column("client_id", Text, primary_key=True),
            Column("contacts", Integer, nullable=False),
        )
        self.metadata = with_messaging(own)
        self.out = f"{prefix}.out"
        self.database = Database(database_url)
        self.failures: list[BaseException] = []
        self.failed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self.refusals = 0
        self.worker = Worker(
            f"{prefix}-echo", bootstrap, self.database, self.metadata, 100, self._fail
        )
        self.worker.subscribe(echo_topic(prefix), self.handle)

    def _fail(self, error: BaseException) -> None:
        self.failures.append(error)
        if not self.failed.done():
            self.failed.set_result(error)

    async def handle(self, work: UnitOfWork, events: Sequence[Event]) -> None:
        contacts = [event.body for event in events if isinstance(event.body, ContactReceived)]
        for body in contacts:
            if body.words.text == "poison":
                raise ZeroDivisionError
            if body.words.text == "bad":
                raise BadEvent("this contact is bad")
            if body.words.text == "later" and self.refusals < 2:
                self.refusals += 1
                raise TemporaryFault("not yet")
        await insert_rows(
            work.connection, self.handled, [{"contact_id": body.contact_id} for body in contacts]
        )
        counts = await self._lock_clients(work, {body.client_id or "" for body in contacts})
        for body in contacts:
            client = body.client_id or ""
            counts[client] += 1
            value = f"{body.contact_id} {counts[client]}".encode()
            work.records.append(OutgoingRecord(self.out, client.encode(), value, ()))
        await insert_rows(
            work.connection,
            self.clients,
            [{"client_id": client, "contacts": n} for client, n in counts.items()],
            update_on=("client_id",),
        )

    async def _lock_clients(self, work: UnitOfWork, clients: set[str]) -> dict[str, int]:
        table, ordered = self.clients, sorted(clients)
        rows = [{"client_id": client, "contacts": 0} for client in ordered]
        await insert_rows(work.connection, table, rows, ignore_conflicts=True)
        query = select(table).where(among(work.connection, table.c.client_id, ordered))
        result = await work.connection.execute(locked(query.order_by(table.c.client_id)))
        return {row.client_id: row.contacts for row in result}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["EchoWorker"]:
        async with self.database.transaction() as connection:
            await connection.run_sync(self.metadata.create_all)
        async with self.worker.running():
            yield self
        await self.database.close()

    async def total(self) -> int:
        async with self.database.reading() as connection:
            query = select(func.count()).select_from(self.handled)
            return int((await connection.execute(query)).scalar_one())


async def _main() -> None:
    echo = EchoWorker(*sys.argv[1:4])
    async with echo.running():
        print("running", flush=True)
        raise await echo.failed


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
