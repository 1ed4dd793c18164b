"""The chain of supervisors as stored and as its users see it, on both databases."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from services.escalation import counts
from services.escalation.domain.escalations import Status
from shared.contract.cases import CaseState
from shared.contract.decisions import Decision, DecisionOutcome
from shared.contract.escalations import EscalationRaised
from shared.contract.facts import Decided, Escalated
from shared.contract.people import Absence, PersonChanged, SupervisorLevel, TeamChanged
from tests.support.escalation_desk import OPENED, case_file, clock
from tests.support.escalation_inside import Desk, open_desk

HOUR = timedelta(hours=1)
CLOCKS = [
    clock("first_response", "PT1H", "PT30M", stops=["decided"]),
    clock("resolution", "PT10H", "PT1H", stops=["decided"]),
]
BY_HAND = Escalated(reason="by_hand")


def supervisor(person_id: str, revision: int = 1, **fields: Any) -> PersonChanged:
    return PersonChanged(
        person_id=person_id, name=person_id, roles=("supervisor",), revision=revision, **fields
    )


def team(*levels: tuple[str, ...], revision: int = 1, **fields: Any) -> TeamChanged:
    return TeamChanged(
        team_id="team-a",
        name="A",
        default=True,
        levels=tuple(SupervisorLevel(supervisors=level) for level in levels),
        revision=revision,
        **fields,
    )


STAFF = (*map(supervisor, ("sven", "olga", "hanna")), team(("sven", "olga"), ("hanna",)))


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    opened = await open_desk(database_url, tmp_path / "desk", CLOCKS, attend_within=2 * HOUR)
    yield opened
    await opened.close()


async def escalated(desk: Desk, *case_ids: str, **fields: Any) -> datetime:
    """Cases that a representative escalates; the instant after."""
    await desk.note(
        *(
            case_file(name, 1, OPENED, BY_HAND, state=CaseState.ESCALATED, **fields)
            for name in case_ids
        )
    )
    return datetime.now(UTC)


async def test_left_lying_it_goes_up_with_one_message_for_each_supervisor(desk: Desk):
    await desk.staff(*STAFF)
    now = await escalated(desk, "C1")
    await desk.look(now)
    await desk.look(now + 1.9 * HOUR)
    assert await desk.told() == ["C1 opened by_hand", "C1 opened: olga at level 1"]
    await desk.look(now + 2.1 * HOUR)
    assert await desk.told() == ["C1 unattended: hanna at level 2"]
    for hours in (5, 50, 500):
        assert await desk.look(now + hours * HOUR) == 0
    (found,) = await desk.escalations()
    assert [(step.what, step.to) for step in found.steps] == [
        ("opened", None),
        ("raised", "olga"),
        ("raised", "hanna"),
    ]
    decided = case_file("C1", 2, Decided(decision_id="d"), state=CaseState.APPROVED)
    await desk.note(decided, decided)
    assert await desk.told() == ["C1 closed by_hand"]
    assert await desk.look(now + 1000 * HOUR) == 0


async def test_a_case_decided_before_anybody_looked_is_before_nobody(desk: Desk):
    await desk.staff(*STAFF)
    now = await escalated(desk, "C1")
    await desk.note(case_file("C1", 2, Decided(decision_id="d"), state=CaseState.DENIED))
    assert await desk.look(now + HOUR) == 0
    assert await desk.told() == ["C1 opened by_hand", "C1 closed by_hand"]


async def test_accepted_raised_and_accepted_again_are_four_different_events(desk: Desk):
    await desk.staff(*STAFF)
    now = await escalated(desk, "C1")
    await desk.look(now)
    (found,) = await desk.escalations()
    path = f"/escalations/{found.escalation_id}/accept"
    assert (await desk.call("POST", path, "olga")).status_code == 200
    await desk.look(now + HOUR)
    await desk.look(now + 30 * HOUR)
    assert (await desk.call("POST", path, "hanna")).status_code == 200
    assert await desk.told() == [
        "C1 opened by_hand",
        "C1 opened: olga at level 1",
        "C1 accepted by_hand",
        "C1 undecided: hanna at level 2",
        "C1 accepted by_hand",
    ]


async def test_who_leaves_or_is_away_loses_what_is_before_them_and_a_repeat_changes_nothing(
    desk: Desk,
):
    await desk.staff(*STAFF)
    now = await escalated(desk, "C1", "C2")
    await desk.look(now)
    assert Counter(await desk.told())["C1 opened: olga at level 1"] == 1
    gone = supervisor("olga", 2, active=False)
    await desk.staff(gone)
    assert await desk.look(now) == 2
    assert await desk.told() == ["C1 absent: sven at level 1"]
    # The same again, and what is older, is no news, and nobody has to look.
    await desk.staff(gone, *STAFF)
    assert await desk.look(now) == 0
    today = desk.app.patience.day(now)
    absence = Absence(from_day=today - timedelta(days=1), until_day=today + timedelta(days=3))
    await desk.staff(supervisor("sven", 2, absences=(absence,), deputy="dora"), supervisor("dora"))
    await desk.look(now)
    assert await desk.told() == ["C1 absent: dora at level 1", "C2 absent: dora at level 1"]
    assert {found.deputy_for for found in await desk.escalations()} == {"sven"}


async def test_people_who_come_late_find_what_waits(desk: Desk):
    now = await escalated(desk, "C1")
    await desk.look(now)
    assert await desk.told() == ["C1 opened by_hand"]
    await desk.staff(*STAFF)
    await desk.look(now)
    assert await desk.told() == ["C1 opened: olga at level 1"]


async def test_it_leaves_who_has_acted_on_the_case_meanwhile(desk: Desk):
    await desk.staff(*STAFF)
    now = await escalated(desk, "C1", keyed_by=("rita",))
    await desk.look(now)
    await desk.told()
    decision = Decision(
        decision_id="d",
        outcome=DecisionOutcome.ESCALATE,
        by="olga",
        at=now,
        approved="0.00",
        case_sequence=1,
    )
    await desk.note(case_file("C1", 2, BY_HAND, state=CaseState.ESCALATED, decisions=(decision,)))
    await desk.look(datetime.now(UTC))
    assert await desk.told() == ["C1 involved: sven at level 1"]


async def test_outside_of_the_desks_hours_the_case_is_escalated_but_nobody_is_told(
    database_url: str, tmp_path: Path
):
    now = datetime.now(UTC)
    another_day = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")[(now.weekday() + 3) % 7]
    calendar = tmp_path / "calendar.yml"
    calendar.write_text(f"zone: Europe/Berlin\nhours: {another_day} 08:00-18:00\n")
    desk = await open_desk(database_url, tmp_path / "desk", CLOCKS, calendar_file=calendar)
    try:
        await desk.staff(*STAFF)
        now = await escalated(desk, "C1")
        await desk.look(now)
        assert await desk.told() == ["C1 opened by_hand"]
        (waiting,) = await desk.escalations()
        opening = desk.app.calendar.next_opening(now)
        assert (waiting.acts_at, waiting.assigned_to) == (opening, None)
        assert await desk.look(opening - timedelta(minutes=1)) == 0
        await desk.look(opening)
        (raised,) = await desk.published()
        assert isinstance(raised, EscalationRaised)
        assert (raised.to, raised.at, raised.attend_by) == ("olga", opening, opening + 2 * HOUR)
    finally:
        await desk.close()


async def test_cases_are_spread_evenly_over_the_supervisors(desk: Desk):
    await desk.staff(*STAFF)
    now = await escalated(desk, *(f"C{number:02}" for number in range(21)))
    await desk.look(now)
    holders = Counter(found.assigned_to for found in await desk.escalations())
    assert holders == {"olga": 11, "sven": 10}


async def test_many_workers_raise_each_once_and_evenly(postgres_server, tmp_path: Path):
    url = postgres_server.create_database()
    desks = [await open_desk(url, tmp_path / str(number), CLOCKS) for number in range(3)]
    names = [f"C{number}" for number in range(900)]
    try:
        await desks[0].staff(*STAFF)
        now = await escalated(desks[0], *names)
        await asyncio.gather(
            *(desk.look(now) for desk in desks for _ in range(2)),
            desks[1].staff(supervisor("paul"), team(("sven", "olga", "paul"), revision=2)),
        )
        while await desks[0].look(now):
            pass
        raised = [body for body in await desks[0].published() if isinstance(body, EscalationRaised)]
        assert Counter(body.case_id for body in raised) == dict.fromkeys(names, 1)
        holders = Counter(body.to for body in raised)
        assert holders["olga"] == holders["sven"] or abs(holders["olga"] - holders["sven"]) == 1
    finally:
        for desk in desks:
            await desk.close()
        postgres_server.drop_database(url)


async def test_the_supervisors_desk(desk: Desk):
    await desk.staff(*STAFF, supervisor("kim"))
    now = await escalated(desk, "C1", "C2", keyed_by=("olga",))
    await desk.look(now)

    async def ids(query: str, by: str = "sven") -> set[str]:
        answer = await desk.call("GET", f"/escalations?{query}", by)
        assert answer.status_code == 200, answer.text
        return {found["case_id"] for found in answer.json()}

    assert await ids("mine=true") == {"C1", "C2"}
    assert await ids("mine=true", by="olga") == set()
    assert await ids("team=team-a&level=1&status=opened") == {"C1", "C2"}
    assert await ids("level=2") == await ids("team=team-b") == await ids("status=closed") == set()
    assert (await desk.call("GET", "/escalations?level=0", "sven")).status_code == 422
    assert (await desk.call("GET", "/escalations?lvl=1", "sven")).status_code == 422

    (first, second) = (await desk.call("GET", "/escalations", "ada", "auditor")).json()
    await who_acts_on_it(desk, f"/escalations/{first['escalation_id']}", first["version"])
    await handed_on(desk, f"/escalations/{second['escalation_id']}", second["version"])


async def who_acts_on_it(desk: Desk, path: str, version: int) -> None:
    async def accept(by: str, role: str = "supervisor", **body: object):
        answer = await desk.call("POST", f"{path}/accept", by, role, **body)
        return answer.status_code, answer.json()

    assert (await accept("rita", "representative"))[0] == 403
    status, answer = await accept("olga")
    assert (status, answer["code"]) == (403, "four_eyes")
    status, answer = await accept("kim")
    assert (status, answer["code"]) == (403, "not_yours")
    assert "before sven, at level 1 of team-a" in answer["message"]
    status, answer = await accept("sven", version=version - 1)
    assert (status, answer["sequence"]) == (409, version)
    status, answer = await accept("sven", version=version)
    assert (status, answer["version"], answer["accepted_by"]) == (200, version + 1, "sven")
    assert (await accept("sven", version=version))[0] == 200
    status, answer = await accept("hanna")
    assert status == 409
    assert "accepted by sven" in answer["message"]
    back = {"instruction": "Call the client.", "version": version}
    stale = await desk.call("POST", f"{path}/return", "sven", **back)
    assert stale.status_code == 409
    back["version"] = version + 1
    returned = await desk.call("POST", f"{path}/return", "sven", **back)
    assert (returned.status_code, returned.json()["status"]) == (200, Status.RETURNED)
    texts = [step["text"]["en"] for step in returned.json()["steps"]]
    assert texts[1].endswith("It is before sven, level 1 (newly escalated).")
    assert texts[-1].endswith("sven returned it: Call the client.")
    (wait,) = returned.json()["summary"]["waits"]
    assert (wait["waiting"], wait["waited_for"]) == ("client", "supervisor")


async def handed_on(desk: Desk, path: str, version: int) -> None:
    async def reassign(by: str, to: str, reason: str = "Yours.", **body: object):
        answer = await desk.call(
            "POST", f"{path}/reassign", by, to=to, reason=reason, version=version, **body
        )
        return answer.status_code, answer.json()

    for to, code in (
        ("olga", "four_eyes"),
        ("nobody", "no_supervisor"),
        ("sven", "same_supervisor"),
    ):
        status, answer = await reassign("sven", to)
        assert (status, answer["code"]) == (422, code)
    assert (await reassign("kim", "hanna"))[0] == 403
    assert (await reassign("sven", "hanna", reason=" "))[1]["code"] == "no_reason"
    await desk.told()
    status, answer = await reassign("sven", "kim")
    assert (status, answer["assigned_to"], answer["level"]) == (200, "kim", 1)
    # Somebody else, a moment later, on what they saw before.
    assert (await reassign("hanna", "hanna"))[0] == 409
    await desk.look(datetime.now(UTC))
    (raised,) = await desk.published()
    assert (raised.to, raised.because, raised.words) == ("kim", "reassigned", "Yours.")
    assert (await desk.call("POST", f"{path}/accept", "kim")).status_code == 200


async def test_the_forecast_and_the_figures(desk: Desk):
    await desk.staff(*STAFF)
    now = datetime.now(UTC)
    await desk.note(
        case_file("SOON", 1, OPENED, at=now, keyed_by=("rita",)),
        case_file("NOBODYS", 1, OPENED, at=now),
        case_file("WARNED", 1, OPENED, at=now - 0.75 * HOUR, keyed_by=("rita",)),
        case_file("BREACHED", 1, OPENED, at=now - 2 * HOUR),
        case_file("LATER", 1, OPENED, at=now + 5 * HOUR),
        case_file("DONE", 1, OPENED, Decided(decision_id="d"), state=CaseState.APPROVED, at=now),
    )
    await desk.fire(now)
    await desk.look(datetime.now(UTC))

    async def forecast(hours: float) -> dict[str, Any]:
        answer = await desk.call("GET", f"/forecast?hours={hours}", "rita", "representative")
        assert answer.status_code == 200, answer.text
        return answer.json()

    soon = await forecast(1.5)
    assert soon["cases"] == 3
    (share,) = soon["teams"]
    assert (share["team"], share["cases"]) == ("team-a", 3)
    assert [(each["person"], each["cases"]) for each in share["people"]] == [("rita", 2), (None, 1)]
    assert [(each["case_id"], each["person"]) for each in soon["soonest"]] == [
        ("WARNED", "rita"),
        ("NOBODYS", None),
        ("SOON", "rita"),
    ]
    # The case that is before a supervisor breaches its second limit in eight hours.
    later = await forecast(8.5)
    assert later["cases"] == 5
    assert {"olga", "rita", None} == {each["person"] for each in later["teams"][0]["people"]}
    assert (await forecast(0.1))["teams"] == []
    refused = await desk.call("GET", "/forecast?hours=0", "rita", "representative")
    assert refused.status_code == 422
    assert (await desk.call("GET", "/forecast", "pay", "department")).status_code == 403

    await counts.count(desk.app)
    figures = generate_latest().decode()
    for line in (
        'claimsdesk_clocks_open{clock="first_response"} 5.0',
        'claimsdesk_clocks_warned{clock="first_response"} 1.0',
        'claimsdesk_clocks_breached{clock="first_response"} 1.0',
        'claimsdesk_clocks_breached{clock="resolution"} 0.0',
        'claimsdesk_escalations_pending{level="1",status="opened"} 1.0',
        "claimsdesk_clock_lateness_seconds_count",
    ):
        assert line in figures
