"""Long ledgers compressed cheaply."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """lz4 costs a third of the default; a server built without it keeps the default."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (("ledgers", "claims"), ("decided_case_files", "body")):
            op.execute(
                f"DO $$ BEGIN ALTER TABLE {table} ALTER COLUMN {column} SET COMPRESSION lz4;"
                " EXCEPTION WHEN feature_not_supported THEN NULL; END $$"
            )
