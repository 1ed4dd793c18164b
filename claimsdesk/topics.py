"""The catalogue's topics on a broker: what is wanted, what is there, and the steps between.

Topics are created here and nowhere else (automatic creation is off), so a name with a typing
error fails loudly. Applying is idempotent. Partitions are only ever added: Kafka can't remove
them, and a topic that somebody widened by hand stays as wide.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from claimsdesk.errors import CommandError
from shared.contract.catalogue import TOPICS, Topic

_MS_PER_DAY = 24 * 60 * 60 * 1000
_MAX_RECORD_BYTES = 1_000_000
_DEAD_LETTER_EXTRA_BYTES = 100_000
"""A dead letter is its source record with further headers: it must fit even so."""

_CONNECT_TIMEOUT_MS = 5_000
_REQUEST_TIMEOUT_MS = 20_000


@dataclass(frozen=True, slots=True)
class WantedTopic:
    """A topic as the catalogue wants it on the broker."""

    name: str
    partitions: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExistingTopic:
    """A topic as the broker has it: partitions, and the settings that differ from its defaults."""

    partitions: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps from what is there to what is wanted."""

    create: tuple[WantedTopic, ...] = ()
    add_partitions: Mapping[str, int] = field(default_factory=dict)
    configure: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.create or self.add_partitions or self.configure)

    def lines(self) -> Iterator[str]:
        """The steps in words, one a line."""
        for topic in self.create:
            yield f"create    {topic.name} ({topic.partitions} partitions, {_words(topic.config)})"
        for name, partitions in self.add_partitions.items():
            yield f"widen     {name} to {partitions} partitions"
        for name, config in self.configure.items():
            yield f"configure {name}: {_words(config)}"


def wanted_topics(catalogue: Iterable[Topic] = TOPICS) -> list[WantedTopic]:
    """Every topic of the catalogue, each followed by its dead-letter topic."""
    wanted = []
    for topic in catalogue:
        wanted.append(WantedTopic(topic.name, topic.partitions, _source_config(topic)))
        wanted.append(WantedTopic(topic.dead_letters, 1, _dead_letter_config(topic)))
    return wanted


def plan_topics(wanted: Iterable[WantedTopic], existing: Mapping[str, ExistingTopic]) -> Plan:
    """The steps that are left; none when everything is as wanted."""
    create = []
    add_partitions = {}
    configure = {}
    for topic in wanted:
        there = existing.get(topic.name)
        if there is None:
            create.append(topic)
            continue
        if there.partitions < topic.partitions:
            add_partitions[topic.name] = topic.partitions
        changed = {
            name: value for name, value in topic.config.items() if there.config.get(name) != value
        }
        if changed:
            configure[topic.name] = changed
    return Plan(tuple(create), add_partitions, configure)


def apply_topics(bootstrap: str, *, show: Callable[[Plan], None] | None = None) -> Plan:
    """Bring the broker's topics to what the catalogue says; a repeat changes nothing.

    Args:
        bootstrap: The broker, `host:port`.
        show: Called with the plan before its first step.

    Returns:
        The plan that was carried out.

    Raises:
        CommandError: No broker answers, or it refuses a step.
    """
    wanted = wanted_topics()
    names = [topic.name for topic in wanted]
    try:
        with closing(_admin(bootstrap)) as admin:
            plan = plan_topics(wanted, _existing(admin, names))
            if show is not None:
                show(plan)
            _carry_out(admin, plan)
            if plan.create or plan.add_partitions:
                admin.wait_for_topics(names)
    except (KafkaError, ValueError) as problem:
        message = f"The broker at {bootstrap} did not do it: {problem}"
        raise CommandError(message) from problem
    return plan


def existing_topics(bootstrap: str) -> dict[str, ExistingTopic]:
    """The catalogue's topics that the broker has.

    Raises:
        CommandError: No broker answers.
    """
    try:
        with closing(_admin(bootstrap)) as admin:
            return _existing(admin, [topic.name for topic in wanted_topics()])
    except KafkaError as problem:
        message = f"The broker at {bootstrap} does not answer: {problem}"
        raise CommandError(message) from problem


def _source_config(topic: Topic) -> dict[str, str]:
    size = {"max.message.bytes": str(_MAX_RECORD_BYTES)}
    if topic.retention_days is None:
        return {"cleanup.policy": "compact", **size}
    retention = topic.retention_days * _MS_PER_DAY
    return {"cleanup.policy": "delete", "retention.ms": str(retention), **size}


def _dead_letter_config(topic: Topic) -> dict[str, str]:
    # As long as the source, but never compacted: a second dead letter of a key must not replace
    # the first, and a record without a key could not be written at all.
    retention = -1 if topic.retention_days is None else topic.retention_days * _MS_PER_DAY
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(retention),
        "max.message.bytes": str(_MAX_RECORD_BYTES + _DEAD_LETTER_EXTRA_BYTES),
    }


def _words(config: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in config.items())


def _admin(bootstrap: str) -> KafkaAdminClient:
    return KafkaAdminClient(
        bootstrap_servers=bootstrap,
        client_id="claimsdesk-topics",
        bootstrap_timeout_ms=_CONNECT_TIMEOUT_MS,
        request_timeout_ms=_REQUEST_TIMEOUT_MS,
    )


def _existing(admin: KafkaAdminClient, names: list[str]) -> dict[str, ExistingTopic]:
    there = {
        topic["name"]: len(topic["partitions"])
        for topic in admin.describe_topics(names)
        if topic["error_code"] == 0
    }
    if not there:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in there]
    configs = admin.describe_configs(resources).get("topic", {})
    return {
        name: ExistingTopic(
            partitions,
            {setting: entry["value"] for setting, entry in configs.get(name, {}).items()},
        )
        for name, partitions in there.items()
    }


def _carry_out(admin: KafkaAdminClient, plan: Plan) -> None:
    if plan.create:
        answer = admin.create_topics(
            {
                topic.name: {"num_partitions": topic.partitions, "configs": dict(topic.config)}
                for topic in plan.create
            },
            raise_errors=False,
        )
        for topic in answer["topics"]:
            # Somebody else may apply at the same moment; what they created is what we wanted.
            if topic["error_code"] not in (0, TopicAlreadyExistsError.errno):
                raise for_code(topic["error_code"])(topic["name"])
    if plan.add_partitions:
        admin.create_partitions(dict(plan.add_partitions))
    if plan.configure:
        answers = admin.alter_configs(
            [
                ConfigResource(ConfigResourceType.TOPIC, name, dict(config))
                for name, config in plan.configure.items()
            ]
        )
        refused = {name: said for name, said in answers["topic"].items() if said != "OK"}
        if refused:
            message = "; ".join(f"{name}: {said}" for name, said in refused.items())
            raise ValueError(message)
