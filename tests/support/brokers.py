"""Which Kafka broker the tests run on, and its start and end.

In this order: the broker that `KAFKA_BOOTSTRAP_SERVERS` names, a container if a Docker engine
answers and has the image (or pulls it quickly), the embedded broker that `make run` uses. Never a
mock. `CLAIMSDESK_TEST_BROKER` forces one of them; what is forced and can't be had is an error.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.support.engine import Engine, find_engine

DEFAULT_IMAGE = "apache/kafka:4.3.0"


class BrokerKind(StrEnum):
    """The ways to a broker."""

    GIVEN = "given"
    CONTAINERS = "containers"
    EMBEDDED = "embedded"


class BrokerUnavailableError(Exception):
    """The broker that was asked for can't be had; the message says why."""


class ImageMissingError(BrokerUnavailableError):
    """The engine does not hold the broker's image and could not pull it in time."""


@dataclass(frozen=True)
class BrokerFacts:
    """What the choice depends on."""

    forced: str = ""
    given: str = ""
    engine: bool = False


@dataclass(frozen=True)
class Broker:
    """A broker that answers."""

    kind: BrokerKind
    bootstrap: str


@dataclass(frozen=True)
class BrokerPlan:
    """The brokers to try, in order, and what is needed to reach them."""

    kinds: tuple[BrokerKind, ...]
    given: str
    image: str
    engine: Engine | None

    def __str__(self) -> str:
        """Say it in one line, for the head of the test run."""
        details = {
            BrokerKind.GIVEN: self.given,
            BrokerKind.CONTAINERS: self.image,
            BrokerKind.EMBEDDED: "deploy.local.kafka",
        }
        return ", else ".join(f"{kind} ({details[kind]})" for kind in self.kinds)


def choose(facts: BrokerFacts) -> tuple[BrokerKind, ...]:
    """Return the kinds of broker to try, in order; the next one counts only if an image is missing.

    Raises:
        BrokerUnavailableError: a kind is forced that is unknown or can't be had.
    """
    if facts.forced:
        return (_forced(facts),)
    if facts.given:
        return (BrokerKind.GIVEN,)
    if facts.engine:
        return (BrokerKind.CONTAINERS, BrokerKind.EMBEDDED)
    return (BrokerKind.EMBEDDED,)


def _forced(facts: BrokerFacts) -> BrokerKind:
    try:
        kind = BrokerKind(facts.forced)
    except ValueError:
        known = ", ".join(BrokerKind)
        msg = f"CLAIMSDESK_TEST_BROKER={facts.forced} is unknown; known are {known}"
        raise BrokerUnavailableError(msg) from None
    if kind is BrokerKind.GIVEN and not facts.given:
        msg = "CLAIMSDESK_TEST_BROKER=given needs KAFKA_BOOTSTRAP_SERVERS"
        raise BrokerUnavailableError(msg)
    if kind is BrokerKind.CONTAINERS and not facts.engine:
        msg = (
            "CLAIMSDESK_TEST_BROKER=containers, but no Docker engine answers: make test-containers"
        )
        raise BrokerUnavailableError(msg)
    return kind


def plan_broker(environ: Mapping[str, str]) -> BrokerPlan:
    """Gather the facts from the environment and this machine, and choose.

    Raises:
        BrokerUnavailableError: a kind is forced that is unknown or can't be had.
    """
    forced = environ.get("CLAIMSDESK_TEST_BROKER", "")
    given = environ.get("KAFKA_BOOTSTRAP_SERVERS", "")
    engine_matters = forced == BrokerKind.CONTAINERS or not (forced or given)
    engine = find_engine() if engine_matters else None
    return BrokerPlan(
        kinds=choose(BrokerFacts(forced, given, engine is not None)),
        given=given,
        image=environ.get("CLAIMSDESK_KAFKA_IMAGE", DEFAULT_IMAGE),
        engine=engine,
    )


@contextmanager
def running_broker(plan: BrokerPlan, directory: Path) -> Iterator[Broker]:
    """Start the planned broker, and end it if it was started here.

    Args:
        plan: what to try, in order.
        directory: an empty folder for the embedded broker's data; emptied at the end.

    Raises:
        BrokerUnavailableError: none of the planned brokers can be had.
    """
    for kind in plan.kinds[:-1]:
        try:
            with _started(kind, plan, directory) as broker:
                yield broker
                return
        except ImageMissingError:
            continue
    with _started(plan.kinds[-1], plan, directory) as broker:
        yield broker


@contextmanager
def _started(kind: BrokerKind, plan: BrokerPlan, directory: Path) -> Iterator[Broker]:
    if kind is BrokerKind.GIVEN:
        yield Broker(kind, plan.given)
    elif kind is BrokerKind.CONTAINERS:
        yield from _in_container(plan)
    else:
        yield from _embedded(directory)


def _in_container(plan: BrokerPlan) -> Iterator[Broker]:
    # Imported here: most test runs start no container, and the import takes its time.
    from tests.support.kafka_container import KafkaContainer, reap_if_possible

    assert plan.engine is not None, "containers are planned only if an engine answers"
    if not plan.engine.ensure(plan.image):
        msg = f"the Docker engine neither has {plan.image} nor can pull it"
        raise ImageMissingError(msg)
    reap_if_possible(plan.engine)
    with KafkaContainer(plan.image) as container:
        yield Broker(BrokerKind.CONTAINERS, container.bootstrap)


def _embedded(directory: Path) -> Iterator[Broker]:
    from deploy.local.kafka import EmbeddedKafka

    kafka = EmbeddedKafka(directory)
    kafka.start()
    try:
        yield Broker(BrokerKind.EMBEDDED, kafka.bootstrap)
    finally:
        kafka.stop()
        shutil.rmtree(directory, ignore_errors=True)
