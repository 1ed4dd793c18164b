"""Notify's tables.

Clients' addresses stand only in the case files that notices are rendered from; who got how many
answers on a day, and from where something came back, is kept under a digest.
"""

from sqlalchemy import Boolean, Column, Date, Index, Integer, MetaData, Table, Text, false

from shared.database import UtcDateTime

metadata = MetaData()

notices = Table(
    "notices",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("run", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("letter_day", Date, nullable=False),
    Column("next_attempt_at", UtcDateTime),
    Column("worker", Text),
    Column("marked", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
    Column("case_file", Text),
    Column("document_id", Text),
    Column("case_sequence", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("held_because", Text),
    Column("pages", Integer),
    Column("enclosures", Text, nullable=False, server_default=""),
    Column("abroad", Boolean, nullable=False, server_default=false()),
    Column("batch_id", Text),
    Column("posted_on", Date),
    # With the status, or SQLite looks through everything queued for each predecessor.
    Index("notices_of_case", "case_id", "status"),
    Index("notices_due", "channel", "next_attempt_at"),
    Index("notices_changed", "status", "changed_at"),
)
history = Table(
    "notice_history",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("detail", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("document_id", Text),
)
automatic_answers = Table(
    "automatic_answers",
    metadata,
    Column("day", Date, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)
batches = Table(
    "batches",
    metadata,
    Column("batch_id", Text, primary_key=True),
    Column("day", Date, nullable=False, index=True),
    Column("letters", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("closed_at", UtcDateTime, nullable=False),
    Column("marked", Boolean, nullable=False),
    Column("handed_over_at", UtcDateTime),
    Column("worker", Text),
)
dead_addresses = Table(
    "dead_addresses",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
)
senders = Table(
    "senders",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("alive_until", UtcDateTime, nullable=False),
)
