"""The order of a case's notices, and answers per day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """The order of a case's notices, and answers per day."""
    op.create_table(
        "automatic_answers",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "recipient"),
    )
    op.add_column(
        "notices", sa.Column("case_sequence", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "notices", sa.Column("position", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("notices", sa.Column("held_because", sa.Text(), nullable=True))
