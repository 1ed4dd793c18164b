"""Contacts by case."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Contacts by case."""
    op.create_index("case_of_contact_case_id", "case_of_contact", ["case_id"], unique=False)
