"""The changes of a case, what a prompt is about, and the terms that records rest on."""

import sqlalchemy as sa
from alembic import op

import shared.database

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """The changes of a case, what a prompt is about, and the terms that records rest on."""
    op.create_table(
        "case_changes",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "sequence"),
    )
    op.create_table(
        "programme_terms",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("first_used_at", shared.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.add_column("prompts", sa.Column("facts", sa.Text(), server_default="{}", nullable=False))
