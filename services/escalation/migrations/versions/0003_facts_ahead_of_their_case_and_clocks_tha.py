"""Facts ahead of their case, and clocks that moved."""

import sqlalchemy as sa
from alembic import op

import shared.database

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Facts ahead of their case, and clocks that moved."""
    op.create_table(
        "clock_moves",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_before", shared.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("due_after", shared.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("moved_at", shared.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "kind"),
    )
    op.create_index("clock_moves_moved_at", "clock_moves", ["moved_at"], unique=False)
    op.create_table(
        "early_facts",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index(op.f("ix_early_facts_case_id"), "early_facts", ["case_id"], unique=False)
