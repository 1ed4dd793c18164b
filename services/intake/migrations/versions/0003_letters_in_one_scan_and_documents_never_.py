"""Letters in one scan and documents never served."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Letters in one scan and documents never served."""
    op.add_column("documents", sa.Column("blocked", sa.Text(), nullable=True))
    op.add_column("received", sa.Column("part_of", sa.Text(), nullable=True))
    op.create_index("received_part_of", "received", ["part_of"], unique=False)
