"""The plan from the topics that are there to those that the catalogue wants."""

from dataclasses import replace

import pytest

from claimsdesk.topics import ExistingTopic, Plan, plan_topics, wanted_topics
from shared.contract.catalogue import CONTACTS, POLICIES, TOPICS

WANTED = {topic.name: topic for topic in wanted_topics()}
AS_WANTED = {
    name: ExistingTopic(topic.partitions, {**topic.config, "segment.bytes": "1048576"})
    for name, topic in WANTED.items()
}


def test_every_topic_has_its_dead_letter_topic():
    assert set(WANTED) == {t.name for t in TOPICS} | {f"{t.name}.dlt" for t in TOPICS}


@pytest.mark.parametrize(
    ("topic", "setting", "value"),
    [
        (CONTACTS.name, "cleanup.policy", "delete"),
        (CONTACTS.name, "retention.ms", str(30 * 86_400_000)),
        (CONTACTS.dead_letters, "retention.ms", str(30 * 86_400_000)),
        (POLICIES.name, "cleanup.policy", "compact"),
        (POLICIES.dead_letters, "cleanup.policy", "delete"),
        (POLICIES.dead_letters, "retention.ms", "-1"),
    ],
)
def test_settings_follow_the_catalogue(topic, setting, value):
    assert WANTED[topic].config[setting] == value


def test_a_dead_letter_has_room_for_its_further_headers():
    source, dead = WANTED[CONTACTS.name], WANTED[CONTACTS.dead_letters]
    assert int(dead.config["max.message.bytes"]) > int(source.config["max.message.bytes"])


def test_an_empty_broker_gets_everything():
    plan = plan_topics(WANTED.values(), {})
    assert [topic.name for topic in plan.create] == list(WANTED)
    assert not plan.add_partitions
    assert not plan.configure


def test_nothing_is_left_to_do_when_all_is_as_wanted():
    plan = plan_topics(WANTED.values(), AS_WANTED)
    assert plan == Plan()
    assert not plan
    assert list(plan.lines()) == []


def test_partitions_are_added():
    narrow = AS_WANTED | {CONTACTS.name: replace(AS_WANTED[CONTACTS.name], partitions=2)}
    plan = plan_topics(WANTED.values(), narrow)
    assert plan == Plan(add_partitions={CONTACTS.name: CONTACTS.partitions})
    assert list(plan.lines()) == [f"widen     {CONTACTS.name} to {CONTACTS.partitions} partitions"]


def test_partitions_are_never_taken_away():
    wide = AS_WANTED | {CONTACTS.name: replace(AS_WANTED[CONTACTS.name], partitions=64)}
    assert not plan_topics(WANTED.values(), wide)


def test_only_the_settings_that_differ_are_set():
    other = AS_WANTED[CONTACTS.name].config | {"retention.ms": "1000"}
    there = AS_WANTED | {CONTACTS.name: replace(AS_WANTED[CONTACTS.name], config=other)}
    plan = plan_topics(WANTED.values(), there)
    assert plan.configure == {CONTACTS.name: {"retention.ms": str(30 * 86_400_000)}}
