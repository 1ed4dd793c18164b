"""The choice of the tests' broker and PostgreSQL, as a function of what was found."""

from pathlib import Path

import pytest

from tests.support.brokers import (
    BrokerFacts,
    BrokerKind,
    BrokerPlan,
    BrokerUnavailableError,
    choose,
    plan_broker,
    running_broker,
)
from tests.support.engine import Engine
from tests.support.postgres import PostgresFacts, PostgresKind, PostgresPlan
from tests.support.postgres import choose as choose_postgres

GIVEN, CONTAINERS, EMBEDDED = BrokerKind.GIVEN, BrokerKind.CONTAINERS, BrokerKind.EMBEDDED


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        (BrokerFacts(), (EMBEDDED,)),
        (BrokerFacts(engine=True), (CONTAINERS, EMBEDDED)),
        (BrokerFacts(given="broker:9092"), (GIVEN,)),
        (BrokerFacts(given="broker:9092", engine=True), (GIVEN,)),
        (BrokerFacts(forced="embedded", given="broker:9092", engine=True), (EMBEDDED,)),
        (BrokerFacts(forced="containers", given="broker:9092", engine=True), (CONTAINERS,)),
        (BrokerFacts(forced="given", given="broker:9092", engine=True), (GIVEN,)),
    ],
)
def test_kinds_of_broker_in_their_order(facts, kinds):
    assert choose(facts) == kinds


@pytest.mark.parametrize(
    ("facts", "complaint"),
    [
        (BrokerFacts(forced="containers", given="broker:9092"), "no Docker engine answers"),
        (BrokerFacts(forced="given", engine=True), "needs KAFKA_BOOTSTRAP_SERVERS"),
        (BrokerFacts(forced="mock"), "mock is unknown; known are given, containers, embedded"),
    ],
)
def test_a_forced_broker_that_cannot_be_had_is_an_error(facts, complaint):
    with pytest.raises(BrokerUnavailableError, match=complaint):
        choose(facts)


def test_a_given_broker_is_used_as_it_is(tmp_path):
    plan = plan_broker({"KAFKA_BOOTSTRAP_SERVERS": "broker-1:9092,broker-2:9092"})
    assert str(plan) == "given (broker-1:9092,broker-2:9092)"
    with running_broker(plan, tmp_path) as broker:
        assert (broker.kind, broker.bootstrap) == (GIVEN, "broker-1:9092,broker-2:9092")


class EngineWithoutImages(Engine):
    def ensure(self, image, *, seconds=0.0):
        return False


def test_a_forced_container_whose_image_is_missing_is_an_error(tmp_path):
    plan = BrokerPlan((CONTAINERS,), "", "no/such:image", EngineWithoutImages(client=None))
    with (
        pytest.raises(BrokerUnavailableError, match="neither has no/such:image nor can pull it"),
        running_broker(plan, tmp_path),
    ):
        pass


def test_the_next_kind_is_used_only_where_an_image_is_missing(tmp_path):
    plan = BrokerPlan(
        (CONTAINERS, GIVEN), "broker:9092", "no/such:image", EngineWithoutImages(client=None)
    )
    with running_broker(plan, tmp_path) as broker:
        assert broker.kind is GIVEN


def test_a_failure_of_the_tests_on_a_container_does_not_start_another_broker(tmp_path):
    plan = BrokerPlan((GIVEN, EMBEDDED), "broker:9092", "", None)
    with pytest.raises(ZeroDivisionError), running_broker(plan, tmp_path):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (PostgresFacts(), None),
        (PostgresFacts(programs=Path("/opt/bin")), PostgresKind.MACHINE),
        (PostgresFacts(image_present=True, programs=Path("/opt/bin")), PostgresKind.CONTAINERS),
        (
            PostgresFacts(given="postgresql://db/x", image_present=True, programs=Path("/opt/bin")),
            PostgresKind.GIVEN,
        ),
    ],
)
def test_kinds_of_postgresql_in_their_order(facts, kind):
    assert choose_postgres(facts) is kind


def test_the_head_of_the_run_does_not_tell_the_password():
    plan = PostgresPlan(PostgresKind.GIVEN, "postgresql://user:secret@db/x", "", None)
    assert str(plan) == "given (postgresql://user:***@db/x)"
