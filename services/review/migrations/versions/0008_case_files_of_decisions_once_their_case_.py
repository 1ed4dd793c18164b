"""Case files of decisions once their case has changed again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Case files of decisions once their case has changed again."""
    op.create_table(
        "decided_case_files",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id"),
    )
