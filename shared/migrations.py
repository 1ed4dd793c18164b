"""A service's tables, brought to today's form when it starts, by Alembic revisions.

The revisions of a service stand in `services/<name>/migrations/`. After a change of its `store.py`:
`python -m shared.migrations review "What changes"` writes the next one, to be read and
committed; a test compares both databases with the tables in the code.
"""

import importlib
import re
import sys
from pathlib import Path
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, text

from shared.database import Database
from shared.messaging.tables import with_messaging

_MIGRATION_LOCK = 0x0C1A1B
_SERVICES = Path(__file__).parents[1] / "services"
_HEAD = "head"


async def migrate(database: Database, service: str) -> None:
    """Bring the service's database to the newest revision; safe when several workers start."""
    async with database.transaction() as connection:
        if database.dialect == "postgresql":
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK}
            )
        await connection.run_sync(upgrade, service)


def upgrade(connection: Connection, service: str) -> None:
    """Run the revisions that the database does not have yet, in the caller's transaction."""
    script = _scripts(service)

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return script._upgrade_revs(_HEAD, revision)  # noqa: SLF001 - what Alembic's command calls

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=False)
        environment.run_migrations()


def tables_of(service: str) -> MetaData:
    """All tables of a service: its own, inbox, outbox and partitions."""
    return with_messaging(importlib.import_module(f"services.{service}.store").metadata)


def write_revision(service: str, message: str) -> Path:
    """Write the revision that brings today's newest one to the tables in the code."""
    folder = _SERVICES / service / "migrations" / "versions"
    folder.mkdir(parents=True, exist_ok=True)
    script = _scripts(service)
    number = f"{len(list(folder.glob('[0-9]*.py'))) + 1:04d}"
    with create_engine("sqlite://").begin() as connection:
        upgrade(connection, service)
        context = MigrationContext.configure(connection)
        found = produce_migrations(context, tables_of(service))
    assert found.upgrade_ops is not None
    body = render_python_code(found.upgrade_ops, migration_context=context)
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")[:40]
    file = folder / f"{number}_{slug}.py"
    body = re.sub(r" *# ###.*\n", "", body + "\n").strip()
    file.write_text(
        f'"""{message}."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        "import shared.database\n\n"
        f"revision = {number!r}\ndown_revision = {script.get_current_head()!r}\n\n\n"
        f'def upgrade() -> None:\n    """{message}."""\n    {body}\n',
        encoding="utf-8",
    )
    return file


def _scripts(service: str) -> ScriptDirectory:
    return ScriptDirectory(str(_SERVICES / service / "migrations"))


if __name__ == "__main__":
    sys.stdout.write(f"{write_revision(sys.argv[1], sys.argv[2])}\n")
