"""Steps that the Alembic revisions of all services share, for the tables of messaging."""

import orjson
import sqlalchemy as sa
from alembic import op

from shared.messaging.envelope import Headers, OutgoingRecord
from shared.messaging.outbox_rows import pack


def pack_outbox() -> None:
    """From an outbox with a row per record to one whose rows hold several; what waits stays."""
    connection = op.get_bind()
    query = sa.text("SELECT shard, topic, key, value, headers FROM outbox ORDER BY id")
    waiting = connection.execute(query).all()
    op.drop_table("outbox")
    outbox = op.create_table(
        "outbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("records", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    if connection.dialect.name == "postgresql":
        # A third of the default's cost; a server built without it keeps the default.
        op.execute(
            "DO $$ BEGIN ALTER TABLE outbox ALTER COLUMN records SET COMPRESSION lz4;"
            " EXCEPTION WHEN feature_not_supported THEN NULL; END $$"
        )
    for row in waiting:
        record = OutgoingRecord(row.topic, bytes(row.key), bytes(row.value), _headers(row.headers))
        connection.execute(
            outbox.insert(), {"shard": row.shard, "size": 1, "records": pack((record,))}
        )


def _headers(stored: str) -> Headers:
    """Headers were an object of UTF-8 texts, or pairs of Latin-1 texts for any bytes."""
    headers = orjson.loads(stored)
    if isinstance(headers, dict):
        return tuple((name, value.encode()) for name, value in headers.items())
    return tuple((name, value.encode("latin-1")) for name, value in headers)
