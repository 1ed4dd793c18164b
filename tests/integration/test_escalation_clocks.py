"""Clocks and escalations of cases as stored, on both databases."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from services.escalation import escalation_store, notices, recount, tables
from services.escalation.domain.escalations import Status
from services.escalation.domain.moves import accept, give_back
from services.escalation.domain.summary import Summary
from shared.contract.base import utc
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.decisions import Decision, DecisionOutcome
from shared.contract.facts import (
    Closed,
    Decided,
    Escalated,
    InformationReceived,
    InformationRequested,
)
from shared.contract.public import NoticeStatusChanged
from tests.support.escalation_desk import OPENED, case_file, clock
from tests.support.escalation_inside import Desk, open_desk

START = utc(2026, 11, 23, 9)
MINUTE = timedelta(minutes=1)
CLOCKS = [
    clock("first_response", "PT30M", "PT10M", stops=["information_requested", "decided"]),
    clock(
        "resolution",
        "PT2H",
        "PT1H",
        pauses=["information_requested"],
        resumes=["information_received", "escalated"],
        stops=["decided", "closed"],
    ),
]


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


@pytest.fixture
async def desk(database_url: str, tmp_path: Path):
    opened = await open_desk(database_url, tmp_path / "desk", CLOCKS)
    yield opened
    await opened.close()


ASKED = CaseState.WAITING_FOR_CLIENT
REQUESTED = InformationRequested(deadline=START.date())


async def test_a_clock_warns_breaches_and_escalates_each_once(desk: Desk):
    await desk.note(case_file("C1", 1, OPENED, at=at(0)))
    await desk.fire(at(20))
    assert await desk.told() == []
    await desk.fire(at(20.1))
    assert await desk.told() == ["C1 first_response 1 warned"]
    await desk.fire(at(30))
    assert await desk.told() == []
    await desk.fire(at(30.1))
    assert await desk.told() == ["C1 first_response 1 breached", "C1 opened overdue"]
    await desk.fire(at(60))
    assert await desk.told() == []
    # The second clock finds the case before a supervisor already.
    await desk.fire(at(121))
    assert await desk.told() == ["C1 resolution 1 warned", "C1 resolution 1 breached"]
    await desk.fire(at(10_000))
    assert await desk.told() == []


async def test_a_late_worker_tells_everything_in_order(desk: Desk):
    await desk.note(case_file("C1", 1, OPENED, at=at(0)))
    await desk.fire(at(500))
    assert await desk.told() == [
        "C1 first_response 1 warned",
        "C1 first_response 1 breached",
        "C1 resolution 1 warned",
        "C1 resolution 1 breached",
        "C1 opened overdue",
    ]


async def test_while_the_client_is_asked_nothing_is_told(desk: Desk):
    await desk.note(case_file("C1", 1, OPENED, REQUESTED, state=ASKED, at=at(0)))
    await desk.fire(at(1000))
    assert await desk.told() == []
    await desk.note(case_file("C1", 2, InformationReceived(), at=at(1000)))
    await desk.fire(at(1059))
    assert await desk.told() == []
    await desk.fire(at(1061))
    assert await desk.told() == ["C1 resolution 1 warned"]


HISTORY = (
    case_file("C1", 1, OPENED, at=at(0)),
    case_file("C1", 2, REQUESTED, state=ASKED, at=at(10)),
    case_file("C1", 3, InformationReceived(), at=at(40)),
    case_file("C1", 4, Escalated(reason="overdue"), state=CaseState.ESCALATED, at=at(50)),
)


async def test_neither_order_nor_repeats_nor_batches_matter(desk: Desk):
    expected = None
    for number, arrival in enumerate(permutations(HISTORY)):
        if number % 2:
            await desk.note(*arrival, arrival[0])
        else:
            for file in arrival:
                await desk.note(file)
                await desk.note(file)
        (running,) = [line for line in await desk.lines() if line[2] != "stopped"]
        shown = (await desk.call("GET", "/cases/C1/clocks", by="sven")).json()
        expected = expected or (running, shown)
        assert (running, shown) == expected
        async with desk.app.service.database.transaction() as connection:
            await connection.execute(delete(tables.clocks))
            await connection.execute(delete(tables.cases))
    resolution, shown = expected
    assert (resolution[1:3], resolution[4], resolution[-1]) == (
        ("resolution", "running"),
        at(150),
        "escalated",
    )
    assert [(clock["state"], clock["due_at"] is None) for clock in shown["clocks"]] == [
        ("stopped", True),
        ("running", False),
    ]
    assert await desk.told() == []


async def test_decided_in_time_tells_nothing_and_late_tells_the_breach_without_a_supervisor(
    desk: Desk,
):
    for case_id, minutes in (("IN-TIME", 29), ("LATE", 31)):
        await desk.note(
            case_file(case_id, 1, OPENED, at=at(0)),
            case_file(
                case_id, 2, Decided(decision_id="d"), state=CaseState.APPROVED, at=at(minutes)
            ),
        )
    await desk.fire(at(1000))
    assert await desk.told() == [
        "LATE first_response 1 warned",
        "LATE first_response 1 breached",
    ]
    assert await desk.escalations() == []


@pytest.mark.parametrize("reason", ["by_hand", "over_authority"])
@pytest.mark.parametrize("end", [CaseState.DENIED, CaseState.CLOSED])
async def test_escalated_by_review_until_the_case_ends(desk: Desk, reason: str, end: CaseState):
    ending = Closed() if end is CaseState.CLOSED else Decided(decision_id="d")
    escalated = case_file(
        "C1", 2, Escalated(reason=reason), state=CaseState.ESCALATED, at=at(1), keyed_by=("rita",)
    )
    ended = case_file("C1", 4, ending, state=end, at=at(3))
    await desk.note(case_file("C1", 1, OPENED, at=at(0)), escalated)
    assert await desk.told() == [f"C1 opened {reason}"]
    (opened,) = await desk.escalations(Status.OPENED)
    assert opened.involved == {"rita"}
    # Told again, or once more while it is pending: still one.
    await desk.note(escalated)
    await desk.note(
        case_file("C1", 3, Escalated(reason="by_hand"), state=CaseState.ESCALATED, at=at(2))
    )
    assert await desk.told() == []
    await desk.note(ended)
    assert await desk.told() == [f"C1 closed {reason}"]
    await desk.note(ended, escalated)
    assert await desk.told() == []
    (closed,) = await desk.escalations()
    assert (closed.escalation_id, closed.status) == (opened.escalation_id, Status.CLOSED)


async def test_escalated_and_decided_in_one_batch(desk: Desk):
    await desk.note(
        case_file(
            "C1", 1, OPENED, Escalated(reason="by_hand"), state=CaseState.ESCALATED, at=at(0)
        ),
        case_file("C1", 2, Decided(decision_id="d"), state=CaseState.APPROVED, at=at(1)),
    )
    assert await desk.told() == ["C1 opened by_hand", "C1 closed by_hand"]


async def test_a_case_decided_before_its_older_file_arrives_is_not_escalated(desk: Desk):
    await desk.note(
        case_file("C1", 2, Decided(decision_id="d"), state=CaseState.APPROVED, at=at(2))
    )
    await desk.note(
        case_file("C1", 1, OPENED, Escalated(reason="by_hand"), state=CaseState.ESCALATED, at=at(0))
    )
    assert await desk.told() == []


async def test_the_case_file_only_confirms_an_overdue_escalation(desk: Desk):
    await desk.note(case_file("C1", 1, OPENED, at=at(0)))
    await desk.fire(at(31))
    (opened,) = await desk.escalations(Status.OPENED)
    async with desk.app.service.unit_of_work() as work:
        taken = accept(opened, "sven", work.now)
        returned = give_back(taken, "sven", "Please call the client.", work.now)
        await escalation_store.save_escalations(work.connection, [returned])
    await desk.note(
        case_file("C1", 2, Escalated(reason="overdue"), state=CaseState.ESCALATED, at=at(32))
    )
    await desk.fire(at(60))
    assert [found.status for found in await desk.escalations()] == [Status.RETURNED]


async def test_a_supervisor_reads_codes_not_people(desk: Desk):
    await desk.note(
        case_file("C1", 1, OPENED, REQUESTED, state=ASKED, at=at(0)),
        case_file("C1", 2, InformationReceived(), at=at(50), subject="Frau Müller beschwert sich"),
    )
    await desk.fire(at(171))
    (opened,) = await desk.escalations()
    summary = Summary.model_validate_json(opened.summary)
    assert summary.state is CaseState.WAITING_FOR_PERSON
    assert [(wait.waited_for, wait.since, wait.until) for wait in summary.waits] == [
        ("client", at(0), at(50)),
        ("desk", at(50), None),
    ]
    assert [(late.clock, late.due_at) for late in summary.overdue] == [("resolution", at(170))]
    assert "Müller" not in opened.summary


async def test_other_rules_move_open_clocks_when_the_service_starts(
    desk: Desk, database_url: str, tmp_path: Path
):
    names = [f"C{number}" for number in range(450)]
    await desk.note(*(case_file(name, 1, OPENED, at=at(0)) for name in names))
    await desk.note(
        case_file("C0", 2, Decided(decision_id="d"), state=CaseState.APPROVED, at=at(1))
    )
    await desk.fire(at(25))
    assert len(await desk.told()) == 449
    before = await desk.lines()
    await recount.run(desk.app)
    assert await desk.lines() == before
    sooner = [clock("first_response", "PT10M", "PT5M", stops=["decided"])]
    other = await open_desk(database_url, tmp_path / "other", sooner)
    try:
        await recount.run(other.app)
        # The warning was told before, by the old rules: once is enough.
        await other.fire(at(26))
        expected = ("first_response 1 breached", "opened overdue")
        assert Counter(await other.told()) == {
            f"{name} {what}": 1 for name in names[1:] for what in expected
        }
        assert {line[1:3] for line in await other.lines() if line[0] == "C1"} == {
            ("first_response", "running"),
            ("resolution", "dropped"),
        }
        answer = await other.call("GET", "/clocks/moves?limit=2", by="ada", role="auditor")
        moves = answer.json()
        assert moves["kinds"] == [
            {"kind": "first_response", "sooner": 449, "later": 0, "new": 0, "dropped": 0},
            {"kind": "resolution", "sooner": 0, "later": 0, "new": 0, "dropped": 449},
        ]
        first, second = moves["latest"]
        assert first["case_id"] == second["case_id"]
        assert [first["kind"], second["kind"]] == ["first_response", "resolution"]
        assert [datetime.fromisoformat(first[due]) for due in ("due_before", "due_after")] == [
            at(30),
            at(10),
        ]
        assert second["due_after"] is None
    finally:
        await other.close()


DECIDED_CLOCKS = [
    *CLOCKS,
    clock("payment", "PT3H", "PT1H", starts=["approved"], stops=["paid", "withdrawn"]),
    {
        "kind": "service",
        "target": "4 days",
        "rolls": False,
        "starts": [],
        "restarts": ["decision_sent"],
        "puts_off": ["decision_received"],
        "stops": ["decision_undelivered"],
        "ends_as": "decision_served",
        "escalates": False,
        "passes": True,
    },
    {
        "kind": "objection",
        "target": "1 month",
        "starts": [],
        "restarts": ["decision_served"],
        "stops": ["objection_received"],
        "escalates": False,
        "passes": True,
    },
]


def approved(case_id: str) -> CaseFileUpdated:
    decision = Decision(
        decision_id="d",
        outcome=DecisionOutcome.APPROVE,
        by="rita",
        at=at(1),
        approved=Decimal(10),
        case_sequence=1,
    )
    return case_file(
        case_id,
        2,
        Decided(decision_id="d"),
        state=CaseState.APPROVED,
        at=at(1),
        decisions=(decision,),
        programme="household",
        programme_version="2020-01",
    )


def decision_notice(case_id: str, status: str, when: datetime, sequence: int = 3) -> Any:
    return NoticeStatusChanged.model_validate(
        {
            "notice_id": f"notice-{case_id}",
            "case_id": case_id,
            "kind": "decision",
            "channel": "letter",
            "status": status,
            "sequence": sequence,
            "at": when,
        }
    )


@pytest.fixture
async def deciding_desk(database_url: str, tmp_path: Path):
    opened = await open_desk(database_url, tmp_path / "deciding", DECIDED_CLOCKS)
    yield opened
    await opened.close()


async def test_what_goes_on_after_the_decision_is_told_and_troubles_no_supervisor(
    deciding_desk: Desk,
):
    desk = deciding_desk
    await desk.note(case_file("C1", 1, OPENED, at=at(0)), approved("C1"))
    await desk.heard(decision_notice("C1", "sent", at(2)))
    await desk.fire(at(121.1))
    assert await desk.told() == ["C1 payment 1 warned"]
    await desk.fire(at(182))
    assert await desk.told() == ["C1 payment 1 breached"]
    forecast = (await desk.call("GET", "/forecast?hours=8784", by="sven")).json()
    assert forecast["cases"] == 0
    await desk.fire(START + timedelta(days=5))
    assert await desk.told() == ["C1 service 1 breached"]
    states = {line[1]: line[2] for line in await desk.lines()}
    assert (states["service"], states["objection"]) == ("passed", "running")
    await desk.fire(START + timedelta(days=40))
    assert await desk.told() == ["C1 objection 1 breached"]
    assert await desk.escalations() == []
    shown = (await desk.call("GET", "/cases/C1/clocks", by="sven")).json()
    by_kind = {each["kind"]: each for each in shown["clocks"]}
    assert [by_kind[kind]["state"] for kind in ("payment", "service", "objection")] == [
        "running",
        "passed",
        "passed",
    ]
    assert by_kind["service"]["runs"][0]["steps"][0]["fact"] == "decision_sent"
    assert shown["limitation"]["suspended_since"] == "2026-11-23"
    assert shown["limitation"]["suspended_until"] is None
    await desk.heard(decision_notice("C1", "delivered", at(3), sequence=4))
    shown = (await desk.call("GET", "/cases/C1/clocks", by="sven")).json()
    assert (shown["limitation"]["suspended_until"], shown["limitation"]["days"]) == (
        "2026-11-23",
        1,
    )


async def test_a_notice_ahead_of_its_case_waits_for_it(deciding_desk: Desk):
    desk = deciding_desk
    await desk.heard(decision_notice("C1", "sent", at(2)), decision_notice("C2", "sent", at(2)))
    await desk.heard(decision_notice("C1", "sent", at(2)))
    assert await notices.add_early(desk.app) == 0
    await desk.note(case_file("C1", 1, OPENED, at=at(0)), approved("C1"))
    assert await notices.add_early(desk.app) == 1
    assert await notices.add_early(desk.app) == 0
    assert {line[1]: line[2] for line in await desk.lines()}["service"] == "running"


async def test_other_rules_move_the_payment_of_a_decided_case_too(
    deciding_desk: Desk, database_url: str, tmp_path: Path
):
    await deciding_desk.note(case_file("C1", 1, OPENED, at=at(0)), approved("C1"))
    sooner = [clock("payment", "PT1H", "PT10M", starts=["approved"], stops=["paid"])]
    other = await open_desk(database_url, tmp_path / "other", sooner)
    try:
        await recount.run(other.app)
        await other.fire(at(62))
        assert await other.told() == ["C1 payment 1 warned", "C1 payment 1 breached"]
    finally:
        await other.close()


async def test_many_workers_tell_each_breach_once(postgres_server, tmp_path: Path):
    url = postgres_server.create_database()
    desks = [await open_desk(url, tmp_path / str(number), CLOCKS) for number in range(3)]
    try:
        cases = [f"C{number}" for number in range(1000)]
        await desks[0].note(*(case_file(case_id, 1, OPENED, at=at(0)) for case_id in cases))
        await asyncio.gather(*(desk.fire(at(31)) for desk in desks for _ in range(2)))
        counts = Counter(await desks[0].told())
        expected = ("first_response 1 warned", "first_response 1 breached", "opened overdue")
        assert counts == {f"{case_id} {what}": 1 for case_id in cases for what in expected}
    finally:
        for desk in desks:
            await desk.close()
        postgres_server.drop_database(url)
