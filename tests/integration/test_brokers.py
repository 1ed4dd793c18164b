"""The fixtures' brokers: shared, with names of a test's own, or a test's own to kill."""

from uuid import uuid4

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from tests.support.names import KafkaNames


def produce(bootstrap, topic, *values):
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all"})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(20) == 0


def consume(bootstrap, topic, group, count):
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([topic])
    try:
        messages = consumer.consume(count, timeout=20)
        assert all(message.error() is None for message in messages)
        return [message.value() for message in messages]
    finally:
        consumer.close()


@pytest.mark.parametrize("turn", [1, 2])
def test_tests_share_a_broker_but_no_names(kafka, kafka_names, turn):
    topic, group = kafka_names.topic("contacts"), kafka_names.group("review")
    produce(kafka, topic, b"%d" % turn)
    assert consume(kafka, topic, group, 1) == [b"%d" % turn]


def test_topics_of_a_test_are_deleted_after_it(kafka, kafka_names):
    topic = kafka_names.topic(partitions=3)
    client = AdminClient({"bootstrap.servers": kafka})
    assert len(client.list_topics(timeout=10).topics[topic].partitions) == 3
    kafka_names.clear()
    assert topic not in client.list_topics(timeout=10).topics


def test_a_topic_that_nobody_created_does_not_come_to_be(kafka):
    client = AdminClient({"bootstrap.servers": kafka})
    topic = f"never-{uuid4().hex}"
    errors = []
    producer = Producer({"bootstrap.servers": kafka, "message.timeout.ms": 3000})
    producer.produce(topic, b"lost", on_delivery=lambda error, _: errors.append(error.code()))
    producer.flush(10)
    assert errors in ([KafkaError._UNKNOWN_TOPIC], [KafkaError._MSG_TIMED_OUT])
    assert topic not in client.list_topics(timeout=10).topics


def test_a_broker_of_ones_own_may_be_killed_and_keeps_its_data(kafka, own_kafka):
    broker = own_kafka()
    assert broker.bootstrap != kafka
    names = KafkaNames(broker.bootstrap)
    topic = names.topic()
    produce(broker.bootstrap, topic, b"before")
    broker.kill()
    with pytest.raises(KafkaException):
        AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 0}).list_topics(timeout=1)
    broker.start()
    produce(broker.bootstrap, topic, b"after")
    assert consume(broker.bootstrap, topic, names.group(), 2) == [b"before", b"after"]
