"""What a row of the outbox is: the records of one transaction and shard, packed into one value."""

import zlib
from dataclasses import dataclass

import msgspec
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.envelope import OutgoingRecord
from shared.messaging.tables import SHARDS

Records = tuple[OutgoingRecord, ...]
_packed = msgspec.msgpack.Encoder()
_unpacked = msgspec.msgpack.Decoder(Records)


@dataclass(frozen=True, slots=True)
class Written:
    """A row of the outbox that this process wrote: records of one shard, in order."""

    id: int
    shard: int
    records: Records


def pack(records: Records) -> bytes:
    """Records as a row of the outbox holds them."""
    return _packed.encode(records)


def unpack(stored: bytes) -> Records:
    """The records of a row, as they were."""
    return _unpacked.decode(stored)


def shard_of(key: bytes) -> int:
    """The shard of a record's key."""
    return zlib.crc32(key) % SHARDS


async def waiting_records(connection: AsyncConnection, table: Table) -> list[OutgoingRecord]:
    """Everything that waits to be published, in order."""
    rows = await connection.execute(select(table.c.records).order_by(table.c.id))
    return [record for row in rows for record in unpack(row.records)]
