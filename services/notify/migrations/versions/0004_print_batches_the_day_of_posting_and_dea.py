"""Print batches, the day of posting and dead addresses."""

import sqlalchemy as sa
from alembic import op

import shared.database

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Print batches, the day of posting and dead addresses."""
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letters", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("closed_at", shared.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("marked", sa.Boolean(), nullable=False),
        sa.Column("handed_over_at", shared.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("batch_id"),
    )
    op.create_index(op.f("ix_batches_day"), "batches", ["day"], unique=False)
    op.create_table(
        "dead_addresses",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("since", shared.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.add_column("notices", sa.Column("pages", sa.Integer(), nullable=True))
    op.add_column("notices", sa.Column("enclosures", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "notices", sa.Column("abroad", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("notices", sa.Column("batch_id", sa.Text(), nullable=True))
    op.add_column("notices", sa.Column("posted_on", sa.Date(), nullable=True))
