"""A case's notices by status."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """A case's notices by status."""
    op.drop_index(op.f("ix_notices_case_id"), table_name="notices")
    op.create_index("notices_of_case", "notices", ["case_id", "status"], unique=False)
