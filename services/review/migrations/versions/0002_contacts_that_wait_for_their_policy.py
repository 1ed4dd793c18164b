"""Contacts that wait for their policy."""

import sqlalchemy as sa
from alembic import op

import shared.database

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Contacts that wait for their policy."""
    op.create_table(
        "waiting_contacts",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("policy_number", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("until", shared.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("contact_id"),
    )
    op.create_index(
        op.f("ix_waiting_contacts_case_id"), "waiting_contacts", ["case_id"], unique=False
    )
    op.create_index(op.f("ix_waiting_contacts_until"), "waiting_contacts", ["until"], unique=False)
