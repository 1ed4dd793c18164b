"""The outbox: several relays, several shards, a broker that is away, rows of an older release."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, MetaData, Table, text

from deploy.local.ports import free_port
from shared.contract.examples import EXAMPLES
from shared.contract.public import CaseOpened
from shared.database import Database
from shared.messaging.envelope import OutgoingRecord, encode
from shared.messaging.outbox import Outbox
from shared.messaging.outbox_rows import waiting_records
from shared.messaging.tables import with_messaging
from shared.messaging.upgrades import pack_outbox
from tests.integration.test_messaging_worker import read_all, until
from tests.support.echo import create_topics, echo_topic

OLD_TABLE = """CREATE TABLE outbox (id INTEGER PRIMARY KEY, shard SMALLINT, topic TEXT, key BYTEA,
 value BYTEA, headers TEXT)"""
OLD_ROW = "INSERT INTO outbox VALUES (:id, 3, 'topic', :key, :value, :headers)"
OLD_ROWS = [
    {"id": 2, "key": b"k", "value": b"2", "headers": '[["a", "\u00ff"], ["a", "b"]]'},
    {"id": 1, "key": b"k", "value": b"1", "headers": '{"name": "\u00e9"}'},
]
TABLE: Table = with_messaging(MetaData()).tables["outbox"]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(TABLE.create)
    yield database
    await database.close()


def a_record(topic: str, key: str, value: int) -> OutgoingRecord:
    return OutgoingRecord(topic, key.encode(), str(value).encode(), (("any", b"\xff"),))


async def write(database: Database, outbox: Outbox, *records: OutgoingRecord) -> None:
    async with database.transaction() as connection:
        written = await outbox.add(connection, records)
    outbox.committed(written)


async def test_every_relay_publishes_in_order_what_another_process_wrote(
    kafka: str, database: Database
) -> None:
    prefix = f"echo{uuid.uuid4().hex[:8]}"
    create_topics(kafka, prefix)
    topic = echo_topic(prefix).name
    first, second = Outbox(database, TABLE, kafka), Outbox(database, TABLE, kafka)
    keys = [f"key-{number}" for number in range(40)]
    for round_number in range(6):
        writer = (first, second)[round_number % 2]
        twice = [a_record(topic, key, round_number) for key in (*keys, *keys)]
        await write(database, writer, *twice)
    # On SQLite a service is one process, so it has one relay.
    running = (first, second) if database.dialect == "postgresql" else (second,)
    relays = [asyncio.create_task(outbox.relay()) for outbox in running]
    try:

        async def nothing_waits() -> bool:
            return not await first.pending()

        await until(nothing_waits)
    finally:
        for relay in relays:
            relay.cancel()
        await asyncio.gather(*relays, return_exceptions=True)
    by_key: dict[bytes, list[bytes]] = {}
    for message in read_all(kafka, topic):
        assert message.headers() == [("any", b"\xff")]
        by_key.setdefault(message.key(), []).append(message.value())
    expected = [str(number).encode() for number in range(6) for _ in range(2)]
    assert by_key == {key.encode(): expected for key in keys}


async def test_what_waits_survives_the_step_to_rows_of_several_records(
    database_url: str,
) -> None:
    database = Database(database_url)

    def upgrade(connection: Connection) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            pack_outbox()

    async with database.transaction() as connection:
        await connection.execute(text(OLD_TABLE))
        await connection.execute(text(OLD_ROW), OLD_ROWS)
        await connection.run_sync(upgrade)
        assert await waiting_records(connection, TABLE) == [
            OutgoingRecord("topic", b"k", b"1", (("name", "\u00e9".encode()),)),
            OutgoingRecord("topic", b"k", b"2", (("a", b"\xff"), ("a", b"b"))),
        ]
    await database.close()


async def test_while_the_broker_is_away_everybody_goes_on_writing(database: Database) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    outbox = Outbox(database, TABLE, nobody)
    record = encode(EXAMPLES[CaseOpened], source="review", cause="1", at=datetime.now(UTC))
    relay = asyncio.create_task(outbox.relay())
    try:
        for number in range(1, 4):
            async with asyncio.timeout(10), database.transaction() as connection:
                written = await outbox.add(connection, [record])
            outbox.committed(written)
            await asyncio.sleep(0.5)
            assert await outbox.pending() == number
    finally:
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
