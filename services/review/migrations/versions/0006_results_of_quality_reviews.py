"""Results of quality reviews."""

import sqlalchemy as sa
from alembic import op

import shared.database

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Results of quality reviews."""
    op.create_table(
        "quality_reviews",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=False),
        sa.Column("reviewed_at", shared.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("decision_id"),
    )
    op.create_index(
        op.f("ix_quality_reviews_reviewed_at"), "quality_reviews", ["reviewed_at"], unique=False
    )
