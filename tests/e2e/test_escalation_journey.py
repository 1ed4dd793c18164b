"""A claim that nobody decides in time: to the supervisor by itself, back, again, and decided."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.desk import LocalDesk
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


@pytest.mark.timeout(120)
def test_an_overdue_claim_reaches_a_supervisor_who_returns_it_and_then_decides(
    tmp_path: Path,
) -> None:
    rules = write_rules(
        tmp_path / "rules", [clock("resolution", "PT3S", "PT1S", stops=["decided", "closed"])]
    )
    [person] = claimants(1)
    desk = LocalDesk(
        tmp_path / "desk",
        prepare=lambda bootstrap: publish_reference(bootstrap, [person]),
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

        [escalation] = api.get("escalation", "/escalations?status=opened")
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

        decision = {"sequence": case["sequence"], "outcome": "escalate"}
        by_hand = {**decision, "reasons": ["further_examination"], "comment": "Please decide."}
        path = f"/cases/{case_id}/decisions"
        assert api.call("rita", "POST", "review", path, **by_hand).status_code == 200
        again = api.call("rita", "POST", "review", path, **by_hand)
        assert again.status_code == 409
        assert again.json()["sequence"] == case["sequence"] + 1

        [second] = api.until(
            "escalation", "/escalations?status=opened", lambda them: len(them) == 1
        )
        assert second["reason"] == "by_hand"
        approve = {"sequence": case["sequence"] + 1, "outcome": "approve"}
        assert api.call("rita", "POST", "review", path, **approve).status_code == 403
        decided = api.call("sven", "POST", "review", path, **approve)
        assert decided.status_code == 200, decided.text
        assert decided.json()["state"] == "approved"

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
