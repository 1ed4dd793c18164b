"""A department from the outside: plain kafka-python, the topics' names, and the schemas."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

SCHEMAS = Path(__file__).parents[2] / "contract" / "schemas"


class Outsider:
    """A department that knows the broker, the topics' names and the schemas: no code of ours."""

    def __init__(self, bootstrap: str, name: str) -> None:
        self._name = name
        self._consumer = KafkaConsumer(bootstrap_servers=bootstrap, consumer_timeout_ms=200)
        topic = f"departments.{name}.tasks.v1"
        partitions = [TopicPartition(topic, number) for number in range(8)]
        self._consumer.assign(partitions)
        self._consumer.seek_to_beginning()
        self._producer = KafkaProducer(bootstrap_servers=bootstrap)
        self.tasks: list[dict[str, Any]] = []

    def look(self) -> list[dict[str, Any]]:
        self.tasks += [json.loads(record.value) for record in self._consumer]
        return self.tasks

    def dead_letters(self) -> int:
        place = TopicPartition(f"departments.{self._name}.answers.v1.dlt", 0)
        return self._consumer.end_offsets([place])[place]

    def answer(self, task: dict[str, Any], status: str, **said: str) -> None:
        body = {
            "task_id": task["task_id"],
            "case_id": task["case_id"],
            "department": self._name,
            "status": status,
            "at": datetime.now(UTC).isoformat(),
            **said,
        }
        schema = json.loads((SCHEMAS / "departments.task.answered.v1.json").read_text())
        assert set(schema["required"]) <= set(body) <= set(schema["properties"])
        headers = {
            "ce_specversion": "1.0",
            "ce_type": "departments.task.answered.v1",
            "ce_source": f"/{self._name}",
            "ce_id": str(uuid.uuid4()),
            "content-type": "application/json",
        }
        self._producer.send(
            f"departments.{self._name}.answers.v1",
            key=task["case_id"].encode(),
            value=json.dumps(body).encode(),
            headers=[(name, value.encode()) for name, value in headers.items()],
        ).get(timeout=20)

    def close(self) -> None:
        self._consumer.close()
        self._producer.close()
