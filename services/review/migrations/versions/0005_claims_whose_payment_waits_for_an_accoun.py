"""Claims whose payment waits for an account."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Claims whose payment waits for an account."""
    op.create_table(
        "awaiting_accounts",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index(
        op.f("ix_awaiting_accounts_client_id"), "awaiting_accounts", ["client_id"], unique=False
    )
