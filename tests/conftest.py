"""Fixtures for tests on real parts: a Kafka broker, both databases, names of a test's own.

| fixture | lives as long as | gives |
|---|---|---|
| `kafka` | the run | the bootstrap servers of a broker that all tests share |
| `kafka_names` | a test | topics and consumer groups of the test's own on that broker |
| `own_kafka` | a test | a function that starts a broker the test may kill and start again |
| `new_database` | a test, on each database | a function that creates an empty database |
| `database_url` | a test, on each database | the URL of an empty database |
| `postgres_url` | the run | the URL of a PostgreSQL server's maintenance database |

Which broker and which PostgreSQL that is stands at the head of the run.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.brokers import (
    Broker,
    BrokerPlan,
    BrokerUnavailableError,
    plan_broker,
    running_broker,
)
from tests.support.names import KafkaNames, own_names
from tests.support.no_skips import NoSkips, in_ci, missing
from tests.support.postgres import (
    PostgresPlan,
    PostgresServer,
    PostgresUnavailableError,
    plan_postgres,
    running_postgres,
)

if TYPE_CHECKING:
    from deploy.local.kafka import EmbeddedKafka

BROKER_PLAN = pytest.StashKey[BrokerPlan]()
BROKER = pytest.StashKey[Broker]()
POSTGRES_PLAN = pytest.StashKey[PostgresPlan]()


def pytest_configure(config: pytest.Config) -> None:
    """Choose broker and database once, so that the head of the run can name them."""
    try:
        config.stash[BROKER_PLAN] = plan_broker(os.environ)
    except BrokerUnavailableError as problem:
        raise pytest.UsageError(str(problem)) from problem
    config.stash[POSTGRES_PLAN] = plan_postgres(os.environ)
    if in_ci():
        config.pluginmanager.register(NoSkips())


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name the broker and the databases."""
    return [
        f"kafka: {config.stash[BROKER_PLAN]}",
        f"databases: sqlite, postgresql: {config.stash[POSTGRES_PLAN]}",
    ]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name the broker that was used: not the planned one if its image could not be pulled."""
    if broker := config.stash.get(BROKER, None):
        terminalreporter.line(f"kafka used: {broker.kind}")


@pytest.fixture(scope="session")
def kafka_broker(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Broker]:
    """Give the broker that all tests share, and its kind."""
    plan = pytestconfig.stash[BROKER_PLAN]
    with running_broker(plan, tmp_path_factory.mktemp("kafka")) as broker:
        pytestconfig.stash[BROKER] = broker
        yield broker


@pytest.fixture(scope="session")
def kafka(kafka_broker: Broker) -> str:
    """Give the bootstrap servers of the broker that all tests share."""
    return kafka_broker.bootstrap


@pytest.fixture
def kafka_names(kafka: str) -> Iterator[KafkaNames]:
    """Give topics and consumer groups of the test's own on the shared broker."""
    with own_names(kafka) as names:
        yield names


@pytest.fixture
def own_kafka(tmp_path: Path) -> "Iterator[Callable[[], EmbeddedKafka]]":
    """Give a function that starts an embedded broker; each is stopped at the end of the test."""
    from deploy.local.kafka import EmbeddedKafka

    with ExitStack() as stack:
        started = 0

        def start() -> EmbeddedKafka:
            nonlocal started
            started += 1
            broker = EmbeddedKafka(tmp_path / f"kafka-{started}")
            stack.callback(broker.stop)
            broker.start()
            return broker

        yield start


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Iterator[PostgresServer]:
    """Give the PostgreSQL server that all tests share."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgres(pytestconfig.stash[POSTGRES_PLAN]))
        except PostgresUnavailableError as problem:
            missing(str(problem))
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """Give SQLAlchemy's URL of the PostgreSQL server's maintenance database."""
    return postgres_server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Give a function that creates an empty database and returns SQLAlchemy's async URL of it."""
    created: list[str] = []
    if request.param == "sqlite":

        def create_file() -> str:
            created.append(f"sqlite+aiosqlite:///{tmp_path}/database-{len(created) + 1}.db")
            return created[-1]

        yield create_file
        return

    server: PostgresServer = request.getfixturevalue("postgres_server")

    def create_on_server() -> str:
        created.append(server.create_database())
        return created[-1]

    try:
        yield create_on_server
    finally:
        for url in created:
            server.drop_database(url)


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    """Give SQLAlchemy's async URL of an empty database, on each kind of database in turn."""
    return new_database()
