"""The escalation service on a test's own broker, with short clocks; the test plays review."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml
from confluent_kafka import Producer

from claimsdesk.policies import send_events
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import Channel
from shared.contract.facts import Fact, Opened
from shared.contract.people import PersonChanged, TeamChanged
from shared.messaging.envelope import Event, decode, encode
from shared.programmes.loading import SHIPPED
from tests.support.service_program import ServiceProgram

OPENED = Opened(contact_id="contact")


def clock(kind: str, target: str, warn_before: str, **moves: list[str]) -> dict[str, object]:
    return {
        "kind": kind,
        "target": target,
        "warn_before": warn_before,
        "starts": ["opened"],
        **moves,
    }


def write_rules(folder: Path, clocks: Sequence[dict[str, object]]) -> dict[str, Path]:
    """Programmes with these clocks, for a desk that is always open: the settings that say so."""
    folder.mkdir()
    desk = yaml.safe_load((SHIPPED / "desk.yaml").read_text(encoding="utf-8"))
    desk["clocks"] = [
        {"names": {"de": clock["kind"], "en": clock["kind"]}} | clock for clock in clocks
    ]
    (folder / "desk.yaml").write_text(yaml.safe_dump(desk), encoding="utf-8")
    household = yaml.safe_load((SHIPPED / "household.yaml").read_text(encoding="utf-8"))
    for version in household["versions"]:
        version.pop("clocks", None)
    (folder / "household.yaml").write_text(yaml.safe_dump(household), encoding="utf-8")
    calendar = folder / "calendar.yml"
    calendar.write_text("zone: Europe/Berlin\nhours: 24/7\n", encoding="utf-8")
    return {"programmes_dir": folder, "calendar_file": calendar}


def case_file(
    case_id: str,
    sequence: int,
    *facts: Fact,
    state: CaseState = CaseState.WAITING_FOR_PERSON,
    at: datetime | None = None,
    **fields: object,
) -> CaseFileUpdated:
    at = at or datetime.now(UTC)
    return CaseFileUpdated(
        case_id=case_id,
        sequence=sequence,
        kind=CaseKind.CLAIM,
        state=state,
        opened_at=at,
        updated_at=at,
        channel=Channel.EMAIL,
        facts=facts,
        **fields,
    )


def event_of(body: CaseFileUpdated) -> Event:
    """The event as a handler gets it."""
    record = encode(body, source="review", cause=str(body.sequence), at=body.updated_at)
    return decode(record.key, record.value, record.headers)


def send_people(bootstrap: str, changed: Iterable[PersonChanged | TeamChanged]) -> None:
    """Publish people and teams, as `claimsdesk people import` does."""
    events = [(body, str(body.revision)) for body in changed]
    send_events(events, source="people-administration", bootstrap=bootstrap)


def send(bootstrap: str, files: Iterable[CaseFileUpdated]) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    for body in files:
        record = encode(body, source="review", cause=str(body.sequence), at=body.updated_at)
        producer.produce(
            record.topic, key=record.key, value=record.value, headers=list(record.headers)
        )
    assert producer.flush(20) == 0


def escalation_program(
    folder: Path,
    bootstrap: str,
    database_url: str,
    rules: dict[str, Path],
    batch: int,
    **settings: str,
) -> ServiceProgram:
    """A running escalation service."""
    return ServiceProgram(
        "escalation",
        folder,
        kafka=bootstrap,
        database_url=database_url,
        batch_records=batch,
        **rules,
        **settings,
    )
