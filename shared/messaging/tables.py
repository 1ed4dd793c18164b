"""The three tables that make messaging safe, in every service's own database.

`inbox` remembers which events were handled, `outbox` holds what is still to be published,
`partitions` says how far each partition was handled and who may go on.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

from shared.database import UtcDateTime

SHARDS = 16
"""Ranges of keys; within one, a single relay at a time publishes in commit order."""


def with_messaging(metadata: MetaData) -> MetaData:
    """A copy of a service's tables, with the three of messaging."""
    complete = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(complete)
    for define in (inbox_table, outbox_table, partitions_table):
        define(complete)
    return complete


def inbox_table(metadata: MetaData) -> Table:
    """Keys (16 bytes, of source and event id) of the events that were handled."""
    return Table(
        "inbox",
        metadata,
        Column("key", LargeBinary, primary_key=True),
        Column("received_at", UtcDateTime, nullable=False),
        Index("inbox_received_at", "received_at", postgresql_using="brin"),
    )


def outbox_table(metadata: MetaData) -> Table:
    """Records not yet published, by shard; `id` is commit order within a key (see `outbox.py`).

    One row for all records of a transaction and shard: to write and delete a row each cost
    PostgreSQL three times as much (`docs/performance.md`).
    """
    return Table(
        "outbox",
        metadata,
        Column(
            "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
        Column("shard", SmallInteger, nullable=False),
        Column("size", Integer, nullable=False),
        Column("records", LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )


def partitions_table(metadata: MetaData) -> Table:
    """Per partition: the next offset to handle, and the epoch of its present owner."""
    return Table(
        "partitions",
        metadata,
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True, autoincrement=False),
        Column("next_offset", BigInteger, nullable=False),
        Column("epoch", BigInteger, nullable=False),
    )
