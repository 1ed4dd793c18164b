"""Outbox rows of several records."""

from shared.messaging.upgrades import pack_outbox

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Outbox rows of several records."""
    pack_outbox()
