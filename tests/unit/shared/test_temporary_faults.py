"""Which database errors are worth another try."""

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from shared.database import Database, is_temporary


class PostgresError(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "temporary"),
    [
        ("08006", True),  # connection failure
        ("40001", True),  # serialisation failure
        ("40P01", True),  # deadlock
        ("53300", True),  # too many connections
        ("53100", True),  # disk full
        ("57P01", True),  # the server shuts down
        ("55P03", True),  # lock not available
        ("42P01", False),  # undefined table
        ("23505", False),  # unique violation
        ("22001", False),  # value too long
        ("22021", False),  # a character that text can't hold
    ],
)
def test_postgresql_errors_by_their_state(sqlstate: str, temporary: bool) -> None:
    assert is_temporary(DBAPIError("…", {}, PostgresError(sqlstate))) is temporary


async def test_a_missing_table_in_sqlite_is_no_passing_fault(tmp_path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/a.db")
    with pytest.raises(OperationalError) as caught:
        async with database.reading() as connection:
            await connection.exec_driver_sql("SELECT * FROM nothing")
    assert not is_temporary(caught.value)
    await database.close()


async def test_a_locked_sqlite_database_is_one(tmp_path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/a.db")
    async with database.transaction() as connection:
        await connection.exec_driver_sql("CREATE TABLE t (a)")
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError) as caught:
        async with database.engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout=10")
    other.close()
    assert is_temporary(caught.value)
    await database.close()
