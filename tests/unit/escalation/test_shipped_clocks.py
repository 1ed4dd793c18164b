"""The clocks that the shipped programmes have, on cases as review tells them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.escalation import app
from services.escalation.domain.cases import Case
from services.escalation.domain.clock_rules import ClockRule, ClockRuleError, must_not_overlap
from services.escalation.domain.clocks import apply
from services.escalation.settings import Settings
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import Channel
from shared.contract.facts import Fact, InformationRequested, NoticeKind, NoticeRequested, Opened
from shared.periods import Period

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def escalation(tmp_path_factory) -> app.App:
    folder = tmp_path_factory.mktemp("escalation")
    (folder / "jwks.json").write_text('{"keys": []}')
    return app.build(
        Settings(
            kafka="127.0.0.1:1",
            database_url=f"sqlite+aiosqlite:///{folder}/escalation.db",
            http_port=0,
            jwks_file=folder / "jwks.json",
            documents_dir=folder,
        )
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BERLIN).astimezone(UTC)


def case(kind: CaseKind, programme: str | None, *told: tuple[str, Fact]) -> Case:
    result = None
    for sequence, (moment, fact) in enumerate(told, 1):
        file = CaseFileUpdated(
            case_id="C-1",
            sequence=sequence,
            kind=kind,
            state=CaseState.WAITING_FOR_PERSON,
            opened_at=at(told[0][0]),
            updated_at=at(moment),
            channel=Channel.EMAIL,
            programme=programme,
            programme_version="2020-01" if programme else None,
            contact_ids=("c1",),
            facts=(fact,),
        )
        result = result.with_file(file, f"e{sequence}") if result else Case.of(file, "e1")
    assert result is not None
    return result


def due(escalation: app.App, of: Case) -> dict[str, str]:
    """The open clocks' due times, in Berlin."""
    return {
        clock.rule.kind: f"{due_at.astimezone(BERLIN):%m-%dT%H:%M}"
        for clock in apply((), escalation.rules_of(of), of.facts)
        if (due_at := clock.due_at(escalation.calendar)) is not None
    }


OPENED = ("11-23T17:00", Opened(contact_id="c1"))


def test_a_claim_on_an_insurer_s_policy(escalation):
    claim = case(CaseKind.CLAIM, "household", OPENED)
    assert due(escalation, claim) == {
        "first_response": "11-24T11:00",
        "resolution": "11-30T17:00",
        "interim_payment": "12-23T23:59",
    }


def test_a_claim_that_waits_for_its_client(escalation):
    asked = InformationRequested(deadline=date(2026, 12, 8))
    claim = case(CaseKind.CLAIM, "household", OPENED, ("11-24T09:00", asked))
    assert due(escalation, claim) == {"client_answer": "12-08T23:59"}


def test_an_application_to_an_agency_never_pauses(escalation):
    asked = InformationRequested(deadline=date(2026, 12, 8))
    application = case(CaseKind.CLAIM, "heating-aid", OPENED, ("11-24T09:00", asked))
    # Sunday, 23 May 2027 rolls to Monday
    assert due(escalation, application)["application"] == "05-24T23:59"


def test_a_complaint_has_the_desk_s_published_times(escalation):
    acknowledged = NoticeRequested(notice_id="n1", notice=NoticeKind.COMPLAINT_ACKNOWLEDGED)
    complaint = case(CaseKind.COMPLAINT, None, OPENED)
    assert due(escalation, complaint).keys() == {
        "first_response",
        "resolution",
        "complaint_acknowledgement",
        "complaint_answer",
    }
    answered = case(CaseKind.COMPLAINT, None, OPENED, ("11-24T08:00", acknowledged))
    assert "complaint_acknowledgement" not in due(escalation, answered)
    assert due(escalation, answered)["complaint_answer"] == "12-14T23:59"


def test_each_statutory_clock_names_its_law_and_only_the_desk_s_own_lateness_escalates(escalation):
    rules = [rule for rules in escalation.programme_rules.values() for rule in rules]
    assert all(rule.name for rule in rules)
    assert {rule.kind for rule in rules if not rule.escalates} == {
        "client_answer",
        "interim_payment",
    }
    assert {rule.law for rule in rules} >= {"VVG §14(2)", "SGG §88(1)"}


def rule(**changes: object) -> ClockRule:
    sound = {"kind": "served", "target": Period(4, "day"), "starts": ("a",), "stops": ("b",)}
    return ClockRule(**{**sound, **changes})


def test_a_rule_that_changed_holds_from_its_day():
    before = rule(target=Period(3, "day"), valid_until=date(2024, 12, 31))
    since = rule(valid_from=date(2025, 1, 1))
    must_not_overlap([since, before])
    assert [before.holds_on(date(2024, 12, 31)), since.holds_on(date(2024, 12, 31))] == [
        True,
        False,
    ]
    assert [before.holds_on(date(2025, 1, 1)), since.holds_on(date(2025, 1, 1))] == [False, True]
    with pytest.raises(ClockRuleError, match="two rules hold"):
        must_not_overlap([since, rule(valid_until=date(2025, 1, 1))])
