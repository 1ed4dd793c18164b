from dataclasses import replace
from datetime import date

import pytest

from services.notify.adapters.templates import Templates, letterheads
from services.notify.domain.clauses import (
    ClauseMissing,
    ClauseText,
    ProgrammeKind,
    clause_on,
    guard,
    required_clauses,
)
from services.notify.domain.content import facts_of
from services.notify.domain.message import Message
from services.notify.domain.samples import SAMPLE_DAY
from shared.contract.contacts import Language
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import NoticeKind
from tests.support.notify_desk import PROGRAMMES, a_case

INSURER, AGENCY = ProgrammeKind.INSURER, ProgrammeKind.AGENCY
TEMPLATES = Templates()


@pytest.mark.parametrize(
    ("kind", "programme", "clauses"),
    [
        (NoticeKind.INFORMATION_REQUEST, INSURER, {"consequences"}),
        (NoticeKind.INFORMATION_REQUEST, AGENCY, {"cooperation"}),
        (NoticeKind.INFORMATION_REQUEST, None, set()),
        (NoticeKind.DECISION, AGENCY, {"remedy"}),
        (NoticeKind.DECISION, INSURER, set()),
        (NoticeKind.RECEIPT, AGENCY, set()),
        (NoticeKind.COMPLAINT_ACKNOWLEDGED, INSURER, set()),
    ],
)
def test_what_the_law_wants(kind: NoticeKind, programme: ProgrammeKind | None, clauses: set[str]):
    assert required_clauses(kind, programme) == clauses


def message(facts_case, kind: NoticeKind) -> tuple[Message, tuple[str, ...]]:
    version = PROGRAMMES.version_on(facts_case.programme, SAMPLE_DAY)
    words = TEMPLATES.words[Language.GERMAN]
    facts = facts_of(facts_case, kind, version, PROGRAMMES.desk, words)
    office = letterheads()["default"]
    return TEMPLATES.message(facts, office, SAMPLE_DAY), facts.reasons


@pytest.mark.parametrize(
    ("programme", "kind", "law"),
    [
        ("household", NoticeKind.INFORMATION_REQUEST, INSURER),
        ("heating-aid", NoticeKind.INFORMATION_REQUEST, AGENCY),
        ("heating-aid", NoticeKind.DECISION, AGENCY),
    ],
)
def test_a_notice_without_its_clause_does_not_leave(
    programme: str, kind: NoticeKind, law: ProgrammeKind
):
    whole, reasons = message(a_case(programme=programme), kind)
    outcome = DecisionOutcome.APPROVE_IN_PART
    guard(whole, kind, law, outcome, reasons)
    with pytest.raises(ClauseMissing):
        guard(replace(whole, clauses=()), kind, law, outcome, reasons)


@pytest.mark.parametrize("outcome", [DecisionOutcome.DENY, DecisionOutcome.APPROVE_IN_PART])
def test_a_decision_that_grants_not_everything_says_why(outcome: DecisionOutcome):
    told, reasons = message(a_case(outcome=outcome), NoticeKind.DECISION)
    guard(told, NoticeKind.DECISION, INSURER, outcome, reasons)
    with pytest.raises(ClauseMissing, match="reasons"):
        guard(replace(told, blocks=()), NoticeKind.DECISION, INSURER, outcome, reasons)
    with pytest.raises(ClauseMissing, match="reasons"):
        guard(told, NoticeKind.DECISION, INSURER, outcome, ())
    guard(told, NoticeKind.DECISION, INSURER, DecisionOutcome.APPROVE, ())


def test_the_version_of_the_day_counts():
    def clause(day: date, title: str) -> ClauseText:
        return ClauseText("remedy", Language.GERMAN, day, title, ())

    clauses = (clause(date(2024, 7, 24), "new"), clause(date(2018, 1, 1), "old"))

    def on(day: date) -> str:
        return clause_on(clauses, "remedy", Language.GERMAN, day).title

    assert on(date(2018, 1, 1)) == "old"
    assert on(date(2024, 7, 23)) == "old"
    assert on(date(2024, 7, 24)) == "new"
    with pytest.raises(ClauseMissing):
        on(date(2017, 12, 31))
    with pytest.raises(ClauseMissing):
        clause_on(clauses, "remedy", Language.ENGLISH, date(2025, 1, 1))
