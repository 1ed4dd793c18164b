"""Escalation's tables: cases with their facts, their clocks, their escalations, and the people.

Everything about a case changes under the lock of its row in `cases`: a case file that comes in, a
clock that fires, the chain's look, a supervisor who acts. So no two workers ever tell the same
breach or raise the same escalation, and the other tables need no locks of their own. The row of
`directory` is the second lock, always taken after those of cases: whoever changes the people or
chooses a supervisor holds it, so that "who has the fewest cases" is true at the moment of choosing.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text, text

from shared.database import UtcDateTime

metadata = MetaData()

IS_PENDING: Final = text("status IN ('opened', 'accepted')")
IS_OPEN_CLOCK: Final = text("clocks.state IN ('running', 'paused')")
"""As written in the partial indexes: with parameters instead, PostgreSQL would not use them."""

_HAS_TO_FIRE: Final = text("fires_at IS NOT NULL")
_IS_OPEN: Final = text("state IN ('running', 'paused')")

cases = Table(
    "cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("programme", Text),
    Column("programme_version", Text),
    Column("findings", Text, nullable=False),
    Column("involved", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("fires_at", UtcDateTime),
    Column("reckoned_by", Text, nullable=False),
    Column("kind", Text),
    Column("handler", Text),
    Index(
        "cases_fires_at",
        "fires_at",
        postgresql_where=_HAS_TO_FIRE,
        sqlite_where=_HAS_TO_FIRE,
    ),
)
clocks = Table(
    "clocks",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("run", Integer, nullable=False),
    Column("due_at", UtcDateTime),
    Column("warn_at", UtcDateTime),
    Column("warned_run", Integer, nullable=False),
    Column("breached_run", Integer, nullable=False),
    Index("clocks_open", "due_at", postgresql_where=_IS_OPEN, sqlite_where=_IS_OPEN),
)
early_facts = Table(
    "early_facts",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("fact", Text, nullable=False),
)
"""What notices told of cases whose first file was not read yet: two topics have no common order."""

clock_moves = Table(
    "clock_moves",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("due_before", UtcDateTime),
    Column("due_after", UtcDateTime),
    Column("moved_at", UtcDateTime, nullable=False),
    Index("clock_moves_moved_at", "moved_at"),
)
"""Open clocks that other hours or rules moved, each with its latest move."""

escalations = Table(
    "escalations",
    metadata,
    Column("escalation_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("accepted_by", Text),
    Column("accepted_at", UtcDateTime),
    Column("instruction", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("team", Text),
    Column("level", Integer, nullable=False, server_default="1"),
    Column("assigned_to", Text),
    Column("deputy_for", Text),
    Column("because", Text, nullable=False, server_default="opened"),
    Column("announced", Boolean, nullable=False, server_default=text("false")),
    Column("since", UtcDateTime),
    Column("attend_by", UtcDateTime),
    Column("acts_at", UtcDateTime),
    Column("looked_with", BigInteger, nullable=False, server_default="-1"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("steps", Text, nullable=False, server_default="[]"),
    Index("escalations_status", "status", "opened_at"),
    Index(
        "escalations_one_pending",
        "case_id",
        unique=True,
        postgresql_where=IS_PENDING,
        sqlite_where=IS_PENDING,
    ),
    Index("escalations_acts_at", "acts_at", postgresql_where=IS_PENDING, sqlite_where=IS_PENDING),
    Index(
        "escalations_looked_with",
        "looked_with",
        postgresql_where=IS_PENDING,
        sqlite_where=IS_PENDING,
    ),
    Index(
        "escalations_assigned_to",
        "assigned_to",
        postgresql_where=IS_PENDING,
        sqlite_where=IS_PENDING,
    ),
)
people = Table(
    "people",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
teams = Table(
    "teams",
    metadata,
    Column("team_id", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
directory = Table(
    "directory",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)
"""One row: how often people or teams have changed."""
