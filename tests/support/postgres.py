"""Which PostgreSQL the tests and the benchmarks run on, and its start and end.

In this order: the server that `DATABASE_URL` names, a container if a Docker engine answers and
already holds the image that `CLAIMSDESK_POSTGRES_IMAGE` names, the `postgres` program of this
machine. It keeps its promises: `fsync` and `synchronous_commit` stay on, so what is measured on it
is what a real server does.

```python
with running_postgres(plan_postgres(os.environ)) as server:
    url = server.create_database()
```
"""

import asyncio
import os
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

import asyncpg
from sqlalchemy import URL, make_url

from tests.support.engine import find_engine
from tests.support.postgres_program import find_programs, running_program

DEFAULT_IMAGE = "postgres:17"
DRIVER = "postgresql+asyncpg"
USER = "claimsdesk"


class PostgresKind(StrEnum):
    """The ways to a PostgreSQL server."""

    GIVEN = "given"
    CONTAINERS = "containers"
    MACHINE = "machine"


class PostgresUnavailableError(Exception):
    """No PostgreSQL server can be had; the message says what to do."""


@dataclass(frozen=True)
class PostgresFacts:
    """What the choice depends on."""

    given: str = ""
    image_present: bool = False
    programs: Path | None = None


@dataclass(frozen=True)
class PostgresPlan:
    """The server to use, and what is needed to reach it; no kind if none can be had."""

    kind: PostgresKind | None
    given: str
    image: str
    programs: Path | None

    def __str__(self) -> str:
        """Say it in one line, for the head of the test run, without the password."""
        if self.kind is None:
            return "none found"
        details = {
            PostgresKind.GIVEN: make_url(self.given).render_as_string() if self.given else "",
            PostgresKind.CONTAINERS: self.image,
            PostgresKind.MACHINE: str(self.programs),
        }
        return f"{self.kind} ({details[self.kind]})"


@dataclass(frozen=True)
class PostgresServer:
    """A server that answers."""

    kind: PostgresKind
    url: str
    """SQLAlchemy's URL (driver asyncpg) of a database from which others can be created."""

    def create_database(self) -> str:
        """Create an empty database and return its URL."""
        name = f"test_{uuid4().hex}"
        self._execute(f'CREATE DATABASE "{name}"')
        return _text(make_url(self.url).set(database=name))

    def drop_database(self, url: str) -> None:
        """Drop a database, and the connections that are still open to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        # On a thread, because the caller may be in the middle of an event loop.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, self._execute_once(statement)).result()

    async def _execute_once(self, statement: str) -> None:
        connection = await asyncpg.connect(_text(make_url(self.url).set(drivername="postgresql")))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def choose(facts: PostgresFacts) -> PostgresKind | None:
    """Return the kind of server to use, or None if none can be had."""
    if facts.given:
        return PostgresKind.GIVEN
    if facts.image_present:
        return PostgresKind.CONTAINERS
    if facts.programs:
        return PostgresKind.MACHINE
    return None


def plan_postgres(environ: Mapping[str, str]) -> PostgresPlan:
    """Gather the facts from the environment and this machine, and choose."""
    given = environ.get("DATABASE_URL", "")
    image = environ.get("CLAIMSDESK_POSTGRES_IMAGE", DEFAULT_IMAGE)
    engine = None if given else find_engine()
    facts = PostgresFacts(
        given=given,
        image_present=engine is not None and engine.has(image),
        programs=find_programs(),
    )
    return PostgresPlan(choose(facts), given, image, facts.programs)


@contextmanager
def running_postgres(
    plan: PostgresPlan | None = None, *, settings: Mapping[str, str] | None = None
) -> Iterator[PostgresServer]:
    """Start the planned server, and end it if it was started here.

    Args:
        plan: the server to use; by default what `plan_postgres` finds.
        settings: server settings beyond the defaults, for a server of this machine only.

    Raises:
        PostgresUnavailableError: no server can be had.
    """
    plan = plan or plan_postgres(os.environ)
    if plan.kind is PostgresKind.GIVEN:
        yield PostgresServer(plan.kind, _text(make_url(plan.given).set(drivername=DRIVER)))
    elif plan.kind is PostgresKind.CONTAINERS:
        yield from _in_container(plan.image)
    elif plan.kind is PostgresKind.MACHINE:
        assert plan.programs is not None
        password = secrets.token_urlsafe(16)
        with running_program(plan.programs, USER, password, settings or {}) as port:
            url = URL.create(DRIVER, USER, password, "127.0.0.1", port, "postgres")
            yield PostgresServer(plan.kind, _text(url))
    else:
        msg = (
            "no PostgreSQL: install the package `postgresql` (no server needs to run), "
            "or set DATABASE_URL to a server where databases may be created"
        )
        raise PostgresUnavailableError(msg)


def _in_container(image: str) -> Iterator[PostgresServer]:
    # Imported here: most test runs start no container, and the import takes its time.
    from testcontainers.community.postgres import PostgresContainer

    from tests.support.kafka_container import reap_if_possible

    engine = find_engine()
    if engine is not None:
        reap_if_possible(engine)
    password = secrets.token_urlsafe(16)
    with PostgresContainer(image, username=USER, password=password, dbname="postgres") as server:
        yield PostgresServer(
            PostgresKind.CONTAINERS, server.get_connection_url(driver=DRIVER.partition("+")[2])
        )


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
