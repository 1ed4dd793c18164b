"""A decision's record: it replays to the cent whatever the claim, and says exactly what differs."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given

from services.review.domain.assessment import assess
from services.review.domain.ledger import Ledger
from services.review.domain.record import Record, read_record, record_text, terms_of
from services.review.domain.replay import differ, replay
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import ChecklistItem
from shared.contract.case_file import CaseFileUpdated
from shared.contract.decisions import Decision, DecisionOutcome
from shared.programmes import ProgrammeVersion
from tests.unit.review.desk import CASE_ID, NOW, RECEIVED, opened
from tests.unit.review.scenarios import PROGRAMMES, Scenario, scenarios
from tests.unit.review.strategies import subjects


def decided(subject: ClaimUnderReview, **changes: Any) -> CaseFileUpdated:
    """The case file of a claim that somebody just decided."""
    assessment = assess(subject)
    decision = Decision(
        decision_id="decision-1",
        outcome=DecisionOutcome.DENY,
        by="sven",
        at=NOW,
        reasons=("further_examination",),
        approved=Decimal("0.00"),
        case_sequence=1,
    )
    case = opened([("glass", "100.00")])
    fields = {
        "claim": subject.claim,
        "documents": tuple(subject.documents),
        "sender_client_id": subject.client_id,
        "channel": subject.channel,
        "assessment": assessment,
        "checklist": tuple(ChecklistItem(item=item, status="waived") for item in subject.waived),
        "decisions": (decision,),
        "policy_number": subject.policy.policy_number if subject.policy else None,
        "opened_at": RECEIVED,
        **changes,
    }
    return case.model_copy(update=fields)


def recorded(subject: ClaimUnderReview) -> tuple[Record, ProgrammeVersion | None]:
    """The record of its decision, and its terms, both as they come back from the database."""
    number = subject.policy.policy_number if subject.policy else ""
    text, terms = record_text(subject, Ledger.of(number, subject.past_claims))
    case = CaseFileUpdated.model_validate_json(decided(subject).model_dump_json(exclude_none=True))
    kept = ProgrammeVersion.model_validate_json(terms.text) if terms else None
    assert (kept and terms_of(kept).hash) == read_record(text, case).terms
    return read_record(text, case), kept


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.name)
def test_every_scenario_replays_equal(scenario: Scenario):
    record, terms = recorded(scenario.subject)
    replayed = replay(record, terms, PROGRAMMES)
    assert replayed.equal, replayed.differences


def test_a_record_that_was_written_before_a_field_was_added_is_read_with_its_default():
    subject = next(scenarios()).subject
    text, terms = record_text(subject, Ledger.of("HH-1", subject.past_claims))
    assert terms is not None
    inputs = orjson.loads(text)
    del inputs["inputs"]["filed_on"]
    record = read_record(orjson.dumps(inputs).decode(), decided(subject))
    assert replay(record, terms.version, PROGRAMMES).equal


@given(subjects())
def test_whatever_the_claim_and_its_terms_the_replay_is_equal(subject: ClaimUnderReview):
    record, terms = recorded(subject)
    assert list(differ(assess(subject), assess(record.subject(terms)))) == []


def test_all_that_the_checks_see_comes_back():
    subject = replace(
        next(iter(scenarios())).subject,
        needs_person="unreadable scan",
        waived=frozenset({"document:invoice", "bank_account"}),
        holder_name="Erika Beispiel",
        holder_born_on=date(1980, 6, 15),
        account_confirmed=True,
        account_of_others=True,
        reported_on=date(2026, 1, 2),
        today=date(2026, 1, 3),
    )
    record, terms = recorded(subject)
    back = record.subject(terms)
    for field in fields(ClaimUnderReview):
        was, comes = getattr(subject, field.name), getattr(back, field.name)
        listed = list(was) if field.name in ("past_claims", "documents") else was
        assert (list(comes) if isinstance(listed, list) else comes) == listed, field.name


def test_the_terms_of_every_shipped_version_come_back_as_they_were():
    for programme in PROGRAMMES.by_code.values():
        for version in programme.versions:
            terms = terms_of(version)
            assert ProgrammeVersion.model_validate_json(terms.text) == version
            assert terms_of(version) is terms


def test_other_terms_of_the_same_name_have_another_hash():
    version = PROGRAMMES.by_code["household"].versions[-1]
    other = version.model_copy(update={"automatic_limit": Decimal("501.00")})
    other = ProgrammeVersion.model_validate(other.model_dump(exclude_unset=True))
    assert (other.version, other.code) == (version.version, version.code)
    assert terms_of(other).hash != terms_of(version).hash


def _a_subject() -> ClaimUnderReview:
    """A claim that goes straight through, less the deductible."""
    return next(
        each.subject
        for each in scenarios()
        if each.subject.programme
        if each.subject.programme.code == "household"
        if assess(each.subject).straight_through
    )


def test_what_differs_is_told_down_to_the_step_of_a_line():
    subject = _a_subject()
    record, terms = recorded(subject)
    assert terms is not None
    dearer = terms.model_copy(
        update={"deductible": terms.deductible.model_copy(update={"amount": Decimal("60.00")})}
    )
    replayed = replay(record, dearer, PROGRAMMES)
    assert not replayed.equal
    told = {(each.what, each.code, each.line_id) for each in replayed.differences}
    assert {("step", "deductible", 1), ("covered", "", 1), ("covered", "", None)} <= told
    step = next(each for each in replayed.differences if each.what == "step")
    assert "→" in step.recorded
    assert "→" in step.now
    assert step.recorded != step.now


def test_findings_that_are_new_gone_or_saw_something_else_are_told():
    subject = _a_subject()
    record, terms = recorded(subject)
    other = replace(record, inputs={**record.inputs, "needs_person": "odd"})
    (difference,) = [
        each for each in replay(other, terms, PROGRAMMES).differences if each.what == "finding"
    ]
    assert (difference.code, difference.recorded) == ("needs_person", "")
    assert "odd" in difference.now
    asked, _ = recorded(replace(subject, needs_person="odd"))
    changed = replace(asked, inputs={**asked.inputs, "needs_person": "odder"})
    (difference,) = replay(changed, terms, PROGRAMMES).differences
    assert ("odd" in difference.recorded, "odder" in difference.now) == (True, True)
    gone = replace(asked, inputs={**asked.inputs, "needs_person": None})
    found = replay(gone, terms, PROGRAMMES).differences
    assert [(each.code, each.now) for each in found if each.what == "finding"] == [
        ("needs_person", "")
    ]


def test_a_claim_under_no_known_programme_is_replayed_too():
    subject = replace(_a_subject(), programme=None, policy=None)
    record, terms = recorded(subject)
    assert terms is None
    replayed = replay(record, terms, PROGRAMMES)
    assert (replayed.equal, replayed.today, replayed.case_id) == (True, None, CASE_ID)
