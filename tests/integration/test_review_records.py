"""What decisions rest on, and what a late correction does to them, on both databases."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from services.review.tables import decision_records, programme_terms
from shared.contract.reference import PolicyChanged
from shared.programmes.loading import SHIPPED
from tests.support.review_desk import a_claim, a_client, a_policy
from tests.support.review_inside import ReviewInside, review_inside

DEARER = {"lines": [{"line_id": 1, "description": "pane", "benefit": "glass", "amount": "900.00"}]}


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[ReviewInside]:
    async with review_inside(database_url, tmp_path) as inside:
        yield inside


def a_dearer_claim(number: int, name: str = "") -> Any:
    """One that the desk may not approve alone."""
    claim = a_claim(number, name)
    return claim.model_copy(
        update={"claim": claim.claim.model_validate({**claim.claim.model_dump(), **DEARER})}
    )


def corrected(number: int, revision: int, **changes: Any) -> PolicyChanged:
    fields = {**a_policy(number).model_dump(), "revision": revision, **changes}
    return PolicyChanged.model_validate(fields)


async def replays(desk: ReviewInside, case_id: str, role: str = "auditor") -> list[dict]:
    answer = await desk.ask("GET", f"/cases/{case_id}/replay", role, "ada")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_straight_through_approval_has_its_record_and_is_replayed(desk: ReviewInside):
    await desk.tell(*(a_client(n) for n in (1, 2)), *(a_policy(n) for n in (1, 2)))
    await desk.tell(a_claim(1), a_claim(2))
    for contact_id in ("contact-1", "contact-2"):
        case = await desk.case_of(contact_id)
        assert case["state"] == "approved"
        (replay,) = await replays(desk, case["case_id"])
        assert replay["decision_id"] == case["decisions"][0]["decision_id"]
        assert replay["equal"] is True
        assert replay["differences"] == []
        assert replay["today"] == []
    record = (await desk.ask("GET", f"/cases/{case['case_id']}/record", "auditor")).json()
    assert record["case"]["assessment"] == case["assessment"]
    assert record["record"]["policy"]["policy_number"] == case["policy_number"]
    assert record["terms"]["code"] == "household"
    async with desk.app.service.database.reading() as connection:
        terms = await connection.scalar(select(func.count()).select_from(programme_terms))
        kept = await connection.scalar(select(func.count()).select_from(decision_records))
    assert (terms, kept) == (1, 2)


async def test_only_whoever_may_read_a_case_sees_what_its_decision_rests_on(desk: ReviewInside):
    await desk.tell(a_client(1), a_policy(1), a_claim(1))
    case = await desk.case_of("contact-1")
    for path in ("record", "replay"):
        refused = await desk.ask("GET", f"/cases/{case['case_id']}/{path}", "department")
        assert refused.status_code == 403
        missing = await desk.ask("GET", f"/cases/C-0000-0000-0/{path}", "auditor")
        assert missing.status_code == 404
    other = await desk.ask("GET", f"/cases/{case['case_id']}/record?decision_id=none", "auditor")
    assert other.status_code == 404


async def test_a_person_decides_on_the_assessment_as_it_is_now(desk: ReviewInside):
    """Another claim took part of the ceiling since they looked: they are told, and look again."""
    await desk.tell(a_client(1), a_policy(1))
    for name in ("a", "b", "c"):
        await desk.tell(a_dearer_claim(1, name))
    seen = await desk.case_of("contact-1c")
    # The first was assessed before the claims of the same day beside it came in.
    assert (await decide(desk, await desk.case_of("contact-1a"))).status_code == 409
    for name in ("a", "b"):
        done = await decide(desk, await desk.case_of(f"contact-1{name}"))
        assert done.status_code == 200, done.text
    late = await decide(desk, seen)
    assert late.status_code == 409, late.text
    now = await desk.case_of("contact-1c")
    assert now["sequence"] == seen["sequence"] + 1
    assert str(now["sequence"]) in late.text
    assert now["state"] == seen["state"]
    assert (seen["assessment"]["covered"], now["assessment"]["covered"]) == ("850.00", "250.00")
    assert {change["what"] for change in now["changes"]} >= {"covered", "finding_new"}
    in_part = await decide(desk, now, outcome="approve_in_part", reasons=["yearly_maximum"])
    assert in_part.status_code == 200, in_part.text
    (replay,) = await replays(desk, seen["case_id"])
    assert (replay["equal"], replay["outcome"]) == (True, "approve_in_part")


async def decide(desk: ReviewInside, case: dict, **how: Any) -> Any:
    path = f"/cases/{case['case_id']}/decisions"
    body = {"sequence": case["sequence"], "outcome": "approve", **how}
    return await desk.ask("POST", path, "supervisor", "sven", **body)


async def test_a_changed_programme_file_shows_beside_the_equal_replay(
    database_url: str, tmp_path: Path
):
    async with review_inside(database_url, tmp_path) as before:
        await before.tell(a_client(1), a_policy(1), a_claim(1))
        case = await before.case_of("contact-1")
    own = tmp_path / "programmes"
    shutil.copytree(SHIPPED, own)
    file = own / "household.yaml"
    text = file.read_text(encoding="utf-8")
    assert "deductible: 50.00" in text
    file.write_text(text.replace("deductible: 50.00", "deductible: 80.00"), encoding="utf-8")
    async with review_inside(database_url, tmp_path, own) as after:
        (replay,) = await replays(after, case["case_id"])
    assert replay["equal"] is True
    assert {
        (each["what"], each["line_id"], each["recorded"], each["now"]) for each in replay["today"]
    } >= {("covered", 1, "130.00", "100.00"), ("covered", None, "130.00", "100.00")}


async def test_a_late_correction_asks_a_person_to_look_at_the_decided_claims(desk: ReviewInside):
    await desk.tell(a_client(1), a_policy(1), a_claim(1))
    decided = await desk.case_of("contact-1")
    day = a_claim(1).claim.date_of_loss
    shorter = [{"valid_from": "2024-01-01", "valid_to": str(day - timedelta(days=1))}]
    told = await desk.tell(corrected(1, 2, versions=shorter))
    assert len(told) == 1
    after = await desk.case(decided["case_id"])
    assert (after.state, after.decisions) == ("approved", (await _read(desk, decided)).decisions)
    fact = after.facts[0]
    assert (fact.fact, fact.revision) == ("policy_corrected", 2)
    assert (fact.covered_before, fact.covered_after) == (Decimal("130.00"), Decimal("0.00"))
    (prompt,) = (await desk.ask("GET", "/prompts?code=policy_corrected")).json()
    assert prompt["case_id"] == decided["case_id"]
    assert prompt["facts"]["covered_after"] == "0.00"
    # The same revision again, and an older one, touch nothing.
    assert await desk.tell(corrected(1, 2, versions=shorter), corrected(1, 1)) == []
    (replay,) = await replays(desk, decided["case_id"])
    assert replay["equal"] is True


async def _read(desk: ReviewInside, case: dict) -> Any:
    return await desk.case(case["case_id"])


async def test_a_correction_that_changes_nothing_for_a_claim_leaves_it_alone(desk: ReviewInside):
    await desk.tell(a_client(1), a_policy(1), a_claim(1), a_dearer_claim(1, "open"))
    later = [*a_policy(1).model_dump()["versions"]]
    later[0] |= {"valid_to": "2098-12-31"}
    # The version of the day of loss is another one by its end: the decided claim is looked at.
    await desk.tell(corrected(1, 2, versions=[*later, {"valid_from": "2099-01-01"}]))
    touched = await desk.case((await desk.case_of("contact-1"))["case_id"])
    assert [prompt.code for prompt in touched.prompts] == ["policy_corrected"]
    assert touched.assessment.covered == Decimal("130.00")
    # One that lies after it changes nothing about any claim.
    before = [await desk.case_of(name) for name in ("contact-1", "contact-1open")]
    assert await desk.tell(corrected(1, 3, versions=[*later, {"valid_from": "2100-01-01"}])) == []
    assert [await desk.case_of(name) for name in ("contact-1", "contact-1open")] == before


async def test_open_claims_are_assessed_again_with_the_corrected_policy(desk: ReviewInside):
    await desk.tell(a_client(1), a_policy(1), a_dearer_claim(1))
    before = await desk.case_of("contact-1")
    assert before["state"] == "waiting_for_person"
    await desk.tell(corrected(1, 2, versions=[{"valid_from": "2024-01-01", "benefits": ["fire"]}]))
    after = await desk.case(before["case_id"])
    assert after.state == "waiting_for_person"
    assert [fact.fact for fact in after.facts] == ["policy_corrected", "assessed"]
    assert after.assessment.recommendation == "deny"
    assert after.assessment.policy_revision == 2
    assert ("finding_new", "benefit_not_covered") in {
        (change.what, change.code) for change in after.changes
    }


async def test_policies_without_claims_cost_a_statement_for_a_batch(desk: ReviewInside):
    policies = [a_policy(number) for number in range(200)]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = desk.app.service.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await desk.tell(*policies)
    first = len(statements)
    statements.clear()
    await desk.tell(*(corrected(number, 2) for number in range(200)))
    event.remove(engine, "before_cursor_execute", note)
    assert len(statements) <= first + 1
