"""The tables of escalation."""

import sqlalchemy as sa
from alembic import op

import shared.database

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The tables of escalation."""
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=True),
        sa.Column("programme_version", sa.Text(), nullable=True),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("involved", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("fires_at", shared.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reckoned_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index(
        "cases_fires_at",
        "cases",
        ["fires_at"],
        unique=False,
        postgresql_where=sa.text("fires_at IS NOT NULL"),
        sqlite_where=sa.text("fires_at IS NOT NULL"),
    )
    op.create_table(
        "clocks",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("due_at", shared.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("warn_at", shared.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("warned_run", sa.Integer(), nullable=False),
        sa.Column("breached_run", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "kind"),
    )
    op.create_table(
        "escalations",
        sa.Column("escalation_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("opened_at", shared.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("accepted_at", shared.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("ended_at", shared.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("escalation_id"),
    )
    op.create_index(
        "escalations_one_pending",
        "escalations",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('opened', 'accepted')"),
        sqlite_where=sa.text("status IN ('opened', 'accepted')"),
    )
    op.create_index("escalations_status", "escalations", ["status", "opened_at"], unique=False)
    op.create_index(op.f("ix_escalations_case_id"), "escalations", ["case_id"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", shared.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        "inbox_received_at", "inbox", ["received_at"], unique=False, postgresql_using="brin"
    )
    op.create_table(
        "outbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "partitions",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition"),
    )
    _compress_cheaply("outbox", "value")


def _compress_cheaply(table: str, column: str) -> None:
    """lz4 costs a third of the default; a server built without it keeps the default."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"DO $$ BEGIN ALTER TABLE {table} ALTER COLUMN {column} SET COMPRESSION lz4;"
            " EXCEPTION WHEN feature_not_supported THEN NULL; END $$"
        )
