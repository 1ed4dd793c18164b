"""The databases that the fixtures give are real, empty, a test's own, and gone with the run."""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import psutil
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.no_skips import missing
from tests.support.postgres import PostgresKind, PostgresPlan, plan_postgres, running_postgres
from tests.support.postgres_program import find_programs

PROJECT = Path(__file__).parents[2]


async def execute(url, *statements):
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            for statement in statements:
                result = await connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        await engine.dispose()


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_has_an_empty_database(database_url, turn):
    await execute(database_url, "CREATE TABLE once (n integer)", "INSERT INTO once VALUES (7)")
    assert await execute(database_url, "SELECT n FROM once") == 7


async def test_two_databases_of_one_test_are_two(new_database):
    first, second = new_database(), new_database()
    await execute(first, "CREATE TABLE once (n integer)")
    await execute(second, "CREATE TABLE once (n integer)")


async def test_postgresql_keeps_its_promises(postgres_url):
    assert await execute(postgres_url, "SHOW fsync") == "on"
    assert await execute(postgres_url, "SHOW synchronous_commit") == "on"
    assert await execute(postgres_url, "SHOW server_encoding") == "UTF8"


@pytest.fixture
def machine_plan():
    """The plan of a server of our own, whatever server the other tests use."""
    programs = find_programs()
    if programs is None:
        missing("the programs of PostgreSQL: install the package `postgresql`")
    return PostgresPlan(PostgresKind.MACHINE, "", "", programs)


async def test_a_server_of_our_own_wants_the_password(machine_plan):
    with running_postgres(machine_plan) as server:
        url = make_url(server.url).set(drivername="postgresql", password="wrong")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url.render_as_string(hide_password=False))


async def test_a_server_of_our_own_takes_settings(machine_plan):
    with running_postgres(machine_plan, settings={"shared_buffers": "64MB"}) as server:
        assert await execute(server.url, "SHOW shared_buffers") == "64MB"


@pytest.mark.parametrize("driver", ["postgres", "postgresql", "postgresql+asyncpg"])
async def test_a_given_server_is_reached_whichever_way_its_url_is_written(machine_plan, driver):
    with running_postgres(machine_plan) as server:
        given = server.url.replace("postgresql+asyncpg", driver)
        with running_postgres(plan_postgres({"DATABASE_URL": given})) as same:
            assert same.kind is PostgresKind.GIVEN
            url = same.create_database()
            assert await execute(url, "SELECT 1") == 1
            same.drop_database(url)


HOLDER = """
import sys
from tests.support.postgres import PostgresKind, PostgresPlan, running_postgres
from tests.support.postgres_program import find_programs

with running_postgres(PostgresPlan(PostgresKind.MACHINE, "", "", find_programs())) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


def server_on(port):
    listening = psutil.net_connections(kind="tcp")
    return any(c.laddr.port == port and c.status == psutil.CONN_LISTEN for c in listening)


@pytest.fixture
def scratch():
    """A folder that the server's account may enter, unlike pytest's own."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize("ending", ["ends", "is killed"])
@pytest.mark.usefixtures("machine_plan")
def test_the_server_ends_with_the_process_that_started_it(scratch, ending):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "TMPDIR": str(scratch)},
        text=True,
    )
    try:
        port = make_url(holder.stdout.readline().strip()).port
        assert server_on(port)
    finally:
        if ending == "ends":
            holder.stdin.close()
        else:
            holder.kill()
        holder.wait(30)
    deadline = time.monotonic() + 20
    while server_on(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not server_on(port)
