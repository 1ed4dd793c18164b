"""One way to both databases: PostgreSQL in deployment, SQLite as the embedded default.

Statements are set-based: a batch is one statement with arrays on PostgreSQL (`unnest`), one
prepared statement with many rows on SQLite.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from asyncpg import InternalClientError
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Dialect,
    ExceptionContext,
    Select,
    Table,
    TextClause,
    TextualSelect,
    any_,
    bindparam,
    event,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

from shared.errors import TemporaryFault

Row = Mapping[str, Any]
_TEMPORARY_SQLSTATES = ("08", "40", "53", "57", "55P03")
"""Connection lost, serialisation or deadlock, resources, shutdown, lock not available."""
_TEMPORARY_SQLITE = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_IOERR",
    "SQLITE_FULL",
    "SQLITE_CANTOPEN",
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on both databases; SQLite itself keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite gets the UTC wall clock."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a time without a zone can't be stored"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back aware UTC times."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Database:
    """An engine and the desk's two kinds of access: writing transactions and plain reading."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.dialect = "sqlite" if url.startswith("sqlite") else "postgresql"
        options: dict[str, Any] = {"pool_size": pool_size, "hide_parameters": True}
        if self.dialect == "postgresql":
            options |= {"pool_pre_ping": False, "connect_args": {"timeout": 5}}
        self.engine: AsyncEngine = create_async_engine(url, **options)
        self._one_writer = asyncio.Lock()
        if self.dialect == "postgresql":
            event.listen(self.engine.sync_engine, "handle_error", _spot_broken_connection)
        if self.dialect == "sqlite":
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: committed at the end, rolled back on an error."""
        async with contextlib.AsyncExitStack() as stack:
            if self.dialect == "sqlite":
                await stack.enter_async_context(self._one_writer)
            yield await stack.enter_async_context(self.engine.begin())

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for queries; nothing is written."""
        async with self.engine.connect() as connection:
            if self.dialect == "sqlite":
                connection = await connection.execution_options(desk_reading=True)
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _spot_broken_connection(context: ExceptionContext) -> None:
    """A connection that the server dropped while it was in use must not go back to the pool.

    asyncpg then says "another operation is in progress" for ever, which SQLAlchemy does not know
    as the end of a connection.
    """
    if isinstance(getattr(context.original_exception, "__cause__", None), InternalClientError):
        context.is_disconnect = True


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    reading = connection.get_execution_options().get("desk_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def is_temporary(error: BaseException) -> bool:
    """Is this a fault that goes away by itself, so that the work is tried again?"""
    if isinstance(
        error, (TemporaryFault, PoolTimeout, InterfaceError, ConnectionError, TimeoutError)
    ):
        return True
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        state = getattr(error.orig, "sqlstate", None) or ""
        if state:
            return state.startswith(_TEMPORARY_SQLSTATES)
        return getattr(error.orig, "sqlite_errorname", "").startswith(_TEMPORARY_SQLITE)
    return isinstance(error, OSError)


def among(
    connection: AsyncConnection, column: ColumnElement[Any], values: Collection[Any]
) -> ColumnElement[bool]:
    """`column` is one of `values`: one array parameter on PostgreSQL, however many they are."""
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, list(values), type_=ARRAY(column.type)))
    return column.in_(list(values))


def locked(query: Select[Any], *, skip_locked: bool = False) -> Select[Any]:
    """The same query, with its rows locked until the end of the transaction.

    On SQLite the transaction is the only writer anyway.
    """
    return query.with_for_update(skip_locked=skip_locked)


async def insert_rows(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Row],
    *,
    ignore_conflicts: bool = False,
    update_on: Sequence[str] = (),
) -> None:
    """Insert rows in one set-based statement.

    Args:
        connection: In a transaction.
        table: Where to.
        rows: All with the same columns.
        ignore_conflicts: Leave rows alone that exist already.
        update_on: The columns of a unique key: a row that exists is replaced. Two rows with the
            same key in one call: the last one counts.
    """
    if not rows:
        return
    if update_on and len(rows) > 1:
        rows = list({tuple(row[name] for name in update_on): row for row in rows}.values())
    columns = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        statement = _unnest_insert(table, columns, ignore_conflicts, tuple(update_on))
        await connection.execute(statement, {name: [row[name] for row in rows] for name in columns})
        return
    insert = sqlite.insert(table)
    if update_on:
        insert = insert.on_conflict_do_update(
            index_elements=list(update_on),
            set_={name: insert.excluded[name] for name in columns if name not in update_on},
        )
    elif ignore_conflicts:
        insert = insert.on_conflict_do_nothing()
    await connection.execute(insert, [dict(row) for row in rows])


async def insert_new(
    connection: AsyncConnection, table: Table, key: str, rows: Sequence[Row]
) -> set[Any]:
    """Insert the rows whose key is not there yet, and return the keys of those."""
    if not rows:
        return set()
    column = table.c[key]
    if connection.dialect.name == "postgresql":
        columns = tuple(rows[0])
        statement = _unnest_insert(table, columns, True, (), returning=key)  # noqa: FBT003
        result = await connection.execute(
            statement, {name: [row[name] for row in rows] for name in columns}
        )
        return set(result.scalars())
    known: set[Any] = set()
    keys = [row[key] for row in rows]
    for start in range(0, len(keys), 500):
        chunk = keys[start : start + 500]
        known |= set((await connection.execute(select(column).where(column.in_(chunk)))).scalars())
    fresh = {row[key]: row for row in rows if row[key] not in known}
    await insert_rows(connection, table, list(fresh.values()))
    return set(fresh)


@lru_cache(maxsize=256)
def _unnest_insert(
    table: Table,
    columns: tuple[str, ...],
    ignore_conflicts: bool,  # noqa: FBT001
    update_on: tuple[str, ...],
    returning: str | None = None,
) -> TextClause | TextualSelect:
    """`insert … select * from unnest(…)`: names come from our own table definitions only."""
    quote = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]
    names = ", ".join(quote(name) for name in columns)
    arrays = ", ".join(f":{name}" for name in columns)
    sql = f"INSERT INTO {quote(table.name)} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608
    if update_on:
        conflict = ", ".join(quote(name) for name in update_on)
        changes = ", ".join(
            f"{quote(name)} = excluded.{quote(name)}" for name in columns if name not in update_on
        )
        sql += f" ON CONFLICT ({conflict}) DO UPDATE SET {changes}"
    elif ignore_conflicts:
        sql += " ON CONFLICT DO NOTHING"
    if returning:
        sql += f" RETURNING {quote(returning)}"
    statement = text(sql).bindparams(
        *(bindparam(name, type_=ARRAY(table.c[name].type)) for name in columns)
    )
    return statement.columns(table.c[returning]) if returning else statement
