"""The broker in a container is a whole broker, reached through the port that Docker mapped."""

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from tests.support.brokers import BrokerKind, BrokerPlan, running_broker
from tests.support.engine import find_engine
from tests.support.kafka_container import CLIENT_PORT

pytestmark = pytest.mark.containers


@pytest.fixture
def bootstrap(kafka_broker, record_property):
    record_property("broker", kafka_broker.kind)
    assert kafka_broker.kind is BrokerKind.CONTAINERS
    return kafka_broker.bootstrap


def test_the_broker_is_the_container_and_advertises_its_mapped_port(bootstrap):
    brokers = AdminClient({"bootstrap.servers": bootstrap}).list_topics(timeout=10).brokers
    assert [f"{broker.host}:{broker.port}" for broker in brokers.values()] == [bootstrap]
    mapped = [
        binding["HostPort"]
        for container in find_engine().client.containers.list()
        for binding in container.ports.get(f"{CLIENT_PORT}/tcp") or []
    ]
    assert bootstrap.rpartition(":")[2] in mapped


def test_transactions_and_consumer_groups_work_in_the_container(bootstrap, kafka_names):
    topic, group = kafka_names.topic(partitions=2), kafka_names.group()
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": kafka_names.prefix})
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce(topic, b"undone")
    producer.abort_transaction(20)
    producer.begin_transaction()
    for number in range(100):
        producer.produce(topic, b"%d" % number)
    producer.commit_transaction(20)

    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe([topic])
    try:
        values = {int(message.value()) for message in consumer.consume(100, timeout=20)}
    finally:
        consumer.close()
    assert values == set(range(100))


def test_an_image_that_cannot_be_had_leads_to_the_embedded_broker(tmp_path):
    plan = BrokerPlan(
        kinds=(BrokerKind.CONTAINERS, BrokerKind.EMBEDDED),
        given="",
        image="localhost:1/there-is/no-such-image:none",
        engine=find_engine(),
    )
    with running_broker(plan, tmp_path / "kafka") as broker:
        assert broker.kind is BrokerKind.EMBEDDED
