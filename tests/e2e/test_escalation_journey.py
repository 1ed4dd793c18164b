"""A claim that nobody decides in time: to the supervisor by itself, back, again, and higher."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from claimsdesk.people import Staff, publish_staff
from deploy.local.desk import LocalDesk
from shared.contract.people import PersonChanged, SupervisorLevel, TeamChanged
from tests.support.escalation_desk import clock, write_rules
from tests.support.flow import claimants, publish_reference, send


class Desk:
    """The desk's APIs, for one person or another."""

    def __init__(self, desk: LocalDesk) -> None:
        self._desk = desk

    def call(self, who: str, method: str, service: str, path: str, **body: Any) -> httpx.Response:
        return httpx.request(
            method,
            self._desk.urls[service] + path,
            headers={"Authorization": f"Bearer {self._desk.token(who)}"},
            json=body or None,
            timeout=10,
        )

    def get(self, service: str, path: str) -> Any:
        response = self.call("supervisor", "GET", service, path)
        response.raise_for_status()
        return response.json()

    def until(self, service: str, path: str, condition: Any, seconds: float = 30) -> Any:
        end = time.monotonic() + seconds
        while not condition(found := self.get(service, path)):
            assert time.monotonic() < end, f"{path} stayed {found}"
            time.sleep(0.1)
        return found


def staff(attend_within: timedelta, revision: int) -> Staff:
    """Sven, and above him the head of claims, with so much time before a case goes to her."""
    supervisors = ("sven", "hanna")
    return Staff(
        tuple(
            PersonChanged(person_id=name, name=name, roles=("supervisor",), revision=1)
            for name in supervisors
        ),
        (
            TeamChanged(
                team_id="team-household",
                name="Household",
                programmes=("household",),
                levels=tuple(
                    SupervisorLevel(supervisors=(name,), attend_within=attend_within)
                    for name in supervisors
                ),
                revision=revision,
            ),
        ),
    )


@pytest.mark.timeout(120)
def test_an_overdue_claim_reaches_a_supervisor_is_left_lying_and_decided_by_the_head_of_claims(
    tmp_path: Path,
) -> None:
    rules = write_rules(
        tmp_path / "rules", [clock("resolution", "PT3S", "PT1S", stops=["decided", "closed"])]
    )
    [person] = claimants(1)

    def prepare(bootstrap: str) -> None:
        publish_reference(bootstrap, [person])
        publish_staff(staff(timedelta(minutes=10), revision=1), bootstrap)

    desk = LocalDesk(
        tmp_path / "desk",
        prepare=prepare,
        settings={f"CLAIMSDESK_{name}".upper(): str(value) for name, value in rules.items()},
    )
    with desk:
        desk.wait_ready()
        api = Desk(desk)
        send(desk, [person], amount="900.00")

        [case] = api.until("review", "/cases?state=escalated", len)
        case_id = case["case_id"]
        assert case["facts"][-1] == {"fact": "escalated", "reason": "overdue", "comment": ""}
        assert case["assessment"]["recommendation"] in {"approve", "approve_in_part"}

        [escalation] = api.until(
            "escalation", "/escalations?status=opened&mine=true", lambda them: len(them) == 1
        )
        assert (escalation["assigned_to"], escalation["level"]) == ("sven", 1)
        where = f"/escalations/{escalation['escalation_id']}"
        assert escalation["case_id"] == case_id
        assert api.call("rita", "POST", "escalation", f"{where}/accept").status_code == 403
        assert api.call("sven", "POST", "escalation", f"{where}/accept").status_code == 200
        instruction = {"instruction": "Please look at the invoice again."}
        returned = api.call("sven", "POST", "escalation", f"{where}/return", **instruction)
        assert returned.status_code == 200

        case = api.until(
            "review", f"/cases/{case_id}", lambda it: it["state"] == "waiting_for_person"
        )
        assert case["instruction"] == instruction["instruction"]

        # From now on whoever leaves a case lying has two seconds.
        publish_staff(staff(timedelta(seconds=2), revision=2), desk.bootstrap)
        decision = {"sequence": case["sequence"], "outcome": "escalate"}
        by_hand = {**decision, "reasons": ["further_examination"], "comment": "Please decide."}
        path = f"/cases/{case_id}/decisions"
        assert api.call("rita", "POST", "review", path, **by_hand).status_code == 200
        again = api.call("rita", "POST", "review", path, **by_hand)
        assert again.status_code == 409
        assert again.json()["sequence"] == case["sequence"] + 1

        [second] = api.until(
            "escalation", "/escalations?status=opened&level=2", lambda them: len(them) == 1
        )
        assert (second["reason"], second["because"]) == ("by_hand", "unattended")
        assert [step["to"] for step in second["steps"]] == [None, "sven", "hanna"]
        where = f"/escalations/{second['escalation_id']}"
        too_late = api.call("sven", "POST", "escalation", f"{where}/accept")
        assert (too_late.status_code, too_late.json()["code"]) == (403, "not_yours")
        assert api.call("hanna", "POST", "escalation", f"{where}/accept").status_code == 200
        assert api.call("sven", "POST", "escalation", f"{where}/accept").status_code == 409

        approve = {"sequence": case["sequence"] + 1, "outcome": "approve"}
        assert api.call("rita", "POST", "review", path, **approve).status_code == 403
        decided = api.call("hanna", "POST", "review", path, **approve)
        assert decided.status_code == 200, decided.text
        assert decided.json()["state"] == "approved"

        [ended] = api.until(
            "escalation", "/escalations?level=2", lambda them: them[0]["status"] == "closed"
        )
        assert ended["accepted_by"] == "hanna"
        api.until("escalation", "/escalations?status=opened", lambda them: not them)
        notices = api.until(
            "notify",
            f"/notices?case_id={case_id}",
            lambda them: [n["status"] for n in them] == ["sent", "sent"],
        )
        assert {notice["kind"] for notice in notices} == {"receipt", "decision"}
        [clock_shown] = api.get("escalation", f"/cases/{case_id}/clocks")["clocks"]
        assert clock_shown["kind"] == "resolution"
        assert clock_shown["state"] == "stopped"
