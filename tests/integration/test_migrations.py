"""The revisions lead to the tables that the code uses, on both databases, also twice at once."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from shared.database import Database
from shared.migrations import migrate, tables_of

SERVICES = ("intake", "review", "escalation", "notify")


@pytest.mark.parametrize("service", SERVICES)
async def test_the_revisions_lead_to_the_tables_in_the_code(
    service: str, database_url: str
) -> None:
    def differences(connection: Connection) -> list:
        return compare_metadata(MigrationContext.configure(connection), tables_of(service))

    database = Database(database_url)
    await migrate(database, service)
    await migrate(database, service)
    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_workers_that_start_together_migrate_once(postgres_server) -> None:
    url = postgres_server.create_database()
    databases = [Database(url) for _ in range(4)]
    await asyncio.gather(*(migrate(database, "review") for database in databases))
    async with databases[0].reading() as connection:
        versions = await connection.execute(text("SELECT version_num FROM alembic_version"))
        assert len(versions.all()) == 1
    await asyncio.gather(*(database.close() for database in databases))
    postgres_server.drop_database(url)
