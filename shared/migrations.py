"""A service's tables, brought to today's form when it starts."""

from sqlalchemy import MetaData, text

from shared.database import Database

_MIGRATION_LOCK = 0x0C1A1B


async def migrate(database: Database, service: str, metadata: MetaData) -> None:
    """Bring the service's database to the present revision; safe when several workers start."""
    async with database.transaction() as connection:
        if database.dialect == "postgresql":
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK}
            )
        await connection.run_sync(metadata.create_all)
