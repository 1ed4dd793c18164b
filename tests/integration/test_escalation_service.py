"""The escalation service as it runs: real broker, clocks of seconds, killed while they fire."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from claimsdesk.topics import apply_topics
from shared.contract import catalogue
from shared.contract.base import Body
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.escalations import EscalationRaised
from shared.contract.examples import EXAMPLES
from shared.contract.facts import Decided, Escalated, InformationRequested
from shared.contract.people import PersonChanged, SupervisorLevel, TeamChanged
from shared.contract.public import ClockBreached, ClockWarned, EscalationChanged
from tests.support.escalation_desk import (
    OPENED,
    case_file,
    clock,
    escalation_program,
    send,
    send_people,
    write_rules,
)
from tests.support.service_program import ServiceProgram
from tests.support.topic_reader import TopicReader

CLOCKS = [
    clock("first_response", "PT1.5S", "PT0.5S", stops=["information_requested", "decided"]),
    clock(
        "resolution",
        "PT3S",
        "PT1S",
        pauses=["information_requested"],
        resumes=["information_received"],
        stops=["decided"],
    ),
]
DECIDED = Decided(decision_id="d")
STAFF = (
    *(
        PersonChanged(person_id=name, name=name, roles=("supervisor",), revision=1)
        for name in ("sven", "olga", "hanna")
    ),
    TeamChanged(
        team_id="team-a",
        name="A",
        default=True,
        levels=(
            SupervisorLevel(supervisors=("sven", "olga")),
            SupervisorLevel(supervisors=("hanna",)),
        ),
        revision=1,
    ),
)
INSTRUCTION = "Bitte rufen Sie an."


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.1)


@pytest.fixture
def broker(own_kafka) -> str:
    bootstrap = own_kafka().bootstrap
    apply_topics(bootstrap)
    return bootstrap


@pytest.fixture
def published(broker: str) -> Iterator[TopicReader]:
    with TopicReader(broker, catalogue.CLOCKS) as reader:
        yield reader


def in_short(body: Body) -> str:
    if isinstance(body, EscalationRaised):
        return f"{body.because} at level {body.level}"
    if isinstance(body, EscalationChanged):
        return f"{body.status} {body.reason} {body.by or ''} {body.instruction}".strip()
    assert isinstance(body, (ClockWarned, ClockBreached))
    return f"{body.clock} {'warned' if isinstance(body, ClockWarned) else 'breached'}"


def test_from_overdue_to_a_supervisor_and_back(
    broker: str, published: TopicReader, database_url: str, tmp_path: Path
):
    send_what_a_worker_missed(broker)
    rules = write_rules(tmp_path / "programmes", CLOCKS)
    service = escalation_program(tmp_path / "service", broker, database_url, rules, batch=1)

    def told(case_id: str) -> list[str]:
        return [in_short(body) for body in published.of(case_id)]

    try:
        service.wait_until_ready()
        send(broker, new_cases())
        until(lambda: "opened overdue" in told("SLOW"))
        (overdue,) = service.call(
            "GET", "/escalations?status=opened", by="ada", role="auditor"
        ).json()
        accepted_by_a_supervisor_who_was_not_involved(service, overdue)
        # Meanwhile the other time limit passes: one escalation is enough.
        until(lambda: len(told("SLOW")) >= 6)
        it_says_why(service)
        returned_with_an_instruction(service, overdue)
        # Review's answer to an overdue escalation opens none, a person may.
        confirmed = case_file("SLOW", 2, Escalated(reason="overdue"), state=CaseState.ESCALATED)
        by_hand = case_file("SLOW", 3, Escalated(reason="by_hand"), state=CaseState.ESCALATED)
        send(broker, [confirmed, by_hand])
        until(lambda: len(told("SLOW")) >= 8)
    finally:
        exit_code = service.stop()
    assert exit_code == 0
    # On a busy machine both limits may have passed before either was told.
    alarms, escalations = split(told("SLOW"))
    assert sorted(alarms) == [
        "first_response breached",
        "first_response warned",
        "resolution breached",
        "resolution warned",
    ]
    assert escalations == [
        "opened overdue",
        "accepted overdue sven",
        f"returned overdue sven {INSTRUCTION}",
        "opened by_hand",
    ]
    assert told("BY-HAND") == ["opened by_hand", "closed by_hand"]
    assert {event.key for event in published.events} == {"SLOW", "BY-HAND"}


def split(told: list[str]) -> tuple[list[str], list[str]]:
    alarms = [what for what in told if what.endswith(("warned", "breached"))]
    return alarms, [what for what in told if what not in alarms]


def send_what_a_worker_missed(bootstrap: str) -> None:
    """Cases of an hour ago whose limits have passed, but which were decided in time."""
    past = datetime.now(UTC) - timedelta(hours=1)
    names = [f"MISSED-{number}" for number in range(60)]
    send(bootstrap, (case_file(name, 1, OPENED, at=past) for name in names))
    in_time = past + timedelta(seconds=1)
    send(
        bootstrap,
        (case_file(name, 2, DECIDED, state=CaseState.APPROVED, at=in_time) for name in names),
    )


def new_cases() -> list[CaseFileUpdated]:
    asked = InformationRequested(deadline=datetime.now(UTC).date())
    return [
        case_file(
            "SLOW",
            1,
            OPENED,
            keyed_by=("nora",),
            assessment=EXAMPLES[CaseFileUpdated].assessment,
        ),
        case_file("ASKED", 1, OPENED, asked, state=CaseState.WAITING_FOR_CLIENT),
        case_file("BY-HAND", 1, OPENED, Escalated(reason="by_hand"), state=CaseState.ESCALATED),
        case_file("BY-HAND", 2, DECIDED, state=CaseState.DENIED),
    ]


def accepted_by_a_supervisor_who_was_not_involved(service: ServiceProgram, overdue: dict) -> None:
    assert (overdue["case_id"], overdue["reason"]) == ("SLOW", "overdue")
    assert overdue["summary"]["findings"] == ["required_document_missing"]
    assert overdue["summary"]["overdue"][0]["clock"] == "first_response"
    accept = f"/escalations/{overdue['escalation_id']}/accept"
    assert service.call("POST", accept).status_code == 401
    assert service.call("POST", accept, by="rita", role="representative").status_code == 403
    involved = service.call("POST", accept, by="nora", role="supervisor")
    assert (involved.status_code, involved.json()["code"]) == (403, "four_eyes")
    accepted = service.call("POST", accept, by="sven", role="supervisor")
    assert (accepted.status_code, accepted.json()["accepted_by"]) == (200, "sven")
    again = service.call("POST", accept, by="olga", role="supervisor")
    assert (again.status_code, again.json()["code"]) == (409, "version_conflict")
    assert "accepted by sven" in again.json()["message"]
    repeated = service.call("POST", accept, by="sven", role="supervisor")
    assert (repeated.status_code, repeated.json()["version"]) == (200, accepted.json()["version"])
    unknown = service.call("POST", "/escalations/none/accept", by="sven", role="supervisor")
    assert unknown.status_code == 404


def returned_with_an_instruction(service: ServiceProgram, overdue: dict) -> None:
    path = f"/escalations/{overdue['escalation_id']}"

    def give_back(by: str, instruction: str) -> tuple[int, dict]:
        body = {"instruction": instruction}
        answer = service.call("POST", f"{path}/return", by=by, role="supervisor", json=body)
        return answer.status_code, answer.json()

    assert give_back("olga", INSTRUCTION)[0] == 403
    assert give_back("sven", "  ")[1]["code"] == "no_instruction"
    assert give_back("sven", "x" * 501)[0] == 422
    assert give_back("sven", INSTRUCTION)[0] == 200
    assert give_back("sven", INSTRUCTION)[0] == 409
    found = service.call("GET", path, by="rita", role="representative").json()
    assert (found["status"], found["instruction"]) == ("returned", INSTRUCTION)


def it_says_why(service: ServiceProgram) -> None:
    def clocks(case_id: str) -> dict[str, dict]:
        path = f"/cases/{case_id}/clocks"
        answer = service.call("GET", path, by="rita", role="representative")
        return {found["kind"]: found for found in answer.json()["clocks"]}

    slow = clocks("SLOW")["first_response"]
    assert (slow["state"], slow["warned"], slow["breached"]) == ("running", True, True)
    ((step,),) = [run["steps"] for run in slow["runs"]]
    assert (step["act"], step["fact"], step["due_at"]) == ("start", "opened", slow["due_at"])
    assert "Der Vorgang wurde eröffnet. Die Frist beginnt" in step["text"]["de"]
    assert "The case was opened. The time limit begins" in step["text"]["en"]
    asked = clocks("ASKED")
    assert asked["first_response"]["state"] == "stopped"
    assert (asked["resolution"]["state"], asked["resolution"]["due_at"]) == ("paused", None)
    assert [step["act"] for step in asked["resolution"]["runs"][0]["steps"]] == ["start", "pause"]
    nobody = service.call("GET", "/cases/NONE/clocks", by="rita", role="representative")
    assert nobody.status_code == 404
    assert service.call("GET", "/cases/SLOW/clocks").status_code == 401
    department = service.call("GET", "/cases/SLOW/clocks", by="payments", role="department")
    assert department.status_code == 403


@pytest.mark.kill
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 20))]
)
def test_workers_killed_while_clocks_fire_and_cases_go_up_miss_and_double_nothing(
    broker: str, published: TopicReader, postgres_server, tmp_path: Path, seed: int
):
    """Five kills in `make test`, a hundred with `make soak`."""
    rules = write_rules(tmp_path / "programmes", CLOCKS)
    url = postgres_server.create_database()
    send_people(broker, STAFF)
    workers = [
        escalation_program(
            tmp_path / f"worker-{number}", broker, url, rules, batch=500, attend_within="PT2S"
        )
        for number in range(2)
    ]
    source = random.Random(seed)
    try:
        for worker in workers:
            worker.wait_until_ready()
        begin = datetime.now(UTC)
        # The clocks of 900 cases come due one after another, all through the kills.
        spread = [begin + timedelta(seconds=number / 25) for number in range(900)]
        cases = [case_file(f"C{n}", 1, OPENED, at=opened_at) for n, opened_at in enumerate(spread)]
        send(broker, cases)
        for victim in (workers[0], workers[1], workers[0], workers[1], workers[0]):
            victim.wait_until_alive()
            time.sleep(source.uniform(0.5, 1.5))
            before = len(published.events)
            until(lambda before=before: len(published.events) > before)
            victim.kill_and_restart()
        until(lambda: len(published.events) >= 7 * len(cases), 40)
    finally:
        for worker in workers:
            worker.stop()
        postgres_server.drop_database(url)
    counts = Counter((event.key, in_short(event.body)) for event in published.events)
    expected = (
        "first_response warned",
        "first_response breached",
        "opened overdue",
        "opened at level 1",
        "unattended at level 2",
        "resolution warned",
        "resolution breached",
    )
    assert counts == {(case.case_id, what): 1 for case in cases for what in expected}
