"""People, the chain of supervisors, and open clocks by their due time."""

import sqlalchemy as sa
from alembic import op

import shared.database

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """People, the chain of supervisors, and open clocks by their due time."""
    op.create_table(
        "directory",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "people",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "teams",
        sa.Column("team_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team_id"),
    )
    op.execute("INSERT INTO directory (id, version) VALUES (1, 0)")
    op.add_column("cases", sa.Column("kind", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("handler", sa.Text(), nullable=True))
    op.create_index(
        "clocks_open",
        "clocks",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('running', 'paused')"),
        sqlite_where=sa.text("state IN ('running', 'paused')"),
    )
    op.add_column("escalations", sa.Column("team", sa.Text(), nullable=True))
    op.add_column(
        "escalations", sa.Column("level", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column("escalations", sa.Column("assigned_to", sa.Text(), nullable=True))
    op.add_column("escalations", sa.Column("deputy_for", sa.Text(), nullable=True))
    op.add_column(
        "escalations", sa.Column("because", sa.Text(), server_default="opened", nullable=False)
    )
    op.add_column(
        "escalations",
        sa.Column("announced", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "escalations", sa.Column("since", shared.database.UtcDateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "escalations",
        sa.Column("attend_by", shared.database.UtcDateTime(timezone=True), nullable=True),
    )
    op.add_column(
        "escalations",
        sa.Column("acts_at", shared.database.UtcDateTime(timezone=True), nullable=True),
    )
    op.add_column(
        "escalations",
        sa.Column("looked_with", sa.BigInteger(), server_default="-1", nullable=False),
    )
    op.add_column(
        "escalations", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column("escalations", sa.Column("steps", sa.Text(), server_default="[]", nullable=False))
    op.create_index(
        "escalations_acts_at",
        "escalations",
        ["acts_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('opened', 'accepted')"),
        sqlite_where=sa.text("status IN ('opened', 'accepted')"),
    )
    op.create_index(
        "escalations_assigned_to",
        "escalations",
        ["assigned_to"],
        unique=False,
        postgresql_where=sa.text("status IN ('opened', 'accepted')"),
        sqlite_where=sa.text("status IN ('opened', 'accepted')"),
    )
    op.create_index(
        "escalations_looked_with",
        "escalations",
        ["looked_with"],
        unique=False,
        postgresql_where=sa.text("status IN ('opened', 'accepted')"),
        sqlite_where=sa.text("status IN ('opened', 'accepted')"),
    )
