"""The clause guard: the matrix of programme, notice and clause, and what must have come before."""

import itertools
from dataclasses import replace
from datetime import date

import pytest

from services.notify.adapters.data_files import letterheads
from services.notify.adapters.templates import Templates
from services.notify.domain.clauses import (
    NON_COOPERATION,
    ClauseMissing,
    ClauseText,
    EarlierNoticeMissing,
    ProgrammeKind,
    Said,
    clause_on,
    guard,
    presupposed_notice,
    reached_in_time,
    required_clauses,
)
from services.notify.domain.content import facts_of
from services.notify.domain.samples import SAMPLE_DAY
from shared.contract.case_file import CaseFileUpdated, ConsequencesWarning
from shared.contract.contacts import Language
from shared.contract.decisions import Advance, DecisionOutcome
from shared.contract.facts import NoticeKind
from tests.support.notify_desk import PROGRAMMES, a_case

INSURER, AGENCY = ProgrammeKind.INSURER, ProgrammeKind.AGENCY
TEMPLATES = Templates()


ASKING = {
    NoticeKind.INFORMATION_REQUEST,
    NoticeKind.REMINDER,
    NoticeKind.CONSEQUENCES_WARNING,
}


def wanted(kind: NoticeKind, programme: ProgrammeKind | None) -> set[str]:
    """What the statutes say, written down a second time, from the law and not from the code."""
    if kind in ASKING and programme is INSURER:
        return {"consequences"}  # VVG §28(4)
    if kind in ASKING and programme is AGENCY:
        return {"cooperation"}  # SGB I §66(3)
    if kind is NoticeKind.CONSEQUENCES_WARNING:
        return {"consequences", "cooperation"}  # of which law? it never leaves
    if kind in {NoticeKind.DECISION, NoticeKind.INTERIM_PAYMENT} and programme is AGENCY:
        return {"remedy"}  # SGB X §36
    if kind is NoticeKind.COMPLAINT_ANSWERED and programme is INSURER:
        return {"complaint_bodies"}  # VSBG §37
    return set()


MATRIX = list(itertools.product(NoticeKind, (*ProgrammeKind, None)))


@pytest.mark.parametrize(("kind", "programme"), MATRIX)
def test_what_the_law_wants(kind: NoticeKind, programme: ProgrammeKind | None):
    assert required_clauses(kind, programme, decides_advance=True) == wanted(kind, programme)


def message(facts_case: CaseFileUpdated, kind: NoticeKind, language: Language) -> tuple:
    version = PROGRAMMES.version_on(facts_case.programme or "", SAMPLE_DAY)
    facts = facts_of(facts_case, kind, version, PROGRAMMES.desk, TEMPLATES.words[language])
    made = TEMPLATES.message(facts, letterheads()["default"], SAMPLE_DAY)
    said = Said(facts.outcome, facts.reasons, facts.interim, facts.words)
    return made, said, facts.programme_kind


@pytest.mark.parametrize(
    ("code", "kind", "language"),
    list(itertools.product(PROGRAMMES.by_code, NoticeKind, Language)),
)
def test_every_notice_of_every_programme_leaves_with_its_clauses_and_not_without_one(
    code: str, kind: NoticeKind, language: Language
):
    whole, said, law = message(a_case(programme=code, language=language), kind, language)
    guard(whole, kind, law, said)
    for clause in wanted(kind, law):
        others = tuple(each for each in whole.clauses if each.code != clause)
        with pytest.raises(ClauseMissing, match=clause):
            guard(replace(whole, clauses=others), kind, law, said)


@pytest.mark.parametrize("outcome", [DecisionOutcome.DENY, DecisionOutcome.APPROVE_IN_PART])
def test_a_decision_that_grants_not_everything_says_why(outcome: DecisionOutcome):
    told, said, _ = message(a_case(outcome=outcome), NoticeKind.DECISION, Language.GERMAN)
    guard(told, NoticeKind.DECISION, INSURER, said)
    with pytest.raises(ClauseMissing, match="reasons"):
        guard(replace(told, blocks=()), NoticeKind.DECISION, INSURER, said)
    with pytest.raises(ClauseMissing, match="reasons"):
        guard(told, NoticeKind.DECISION, INSURER, replace(said, reasons=()))
    guard(told, NoticeKind.DECISION, INSURER, Said(DecisionOutcome.APPROVE))


def test_an_advance_is_refused_with_reasons_and_remedy_and_a_mere_hint_needs_neither():
    case = a_case(programme="heating-aid", facts=())
    refused = case.model_copy(
        update={"advance": Advance(requested_on=SAMPLE_DAY, status="refused")}
    )
    told, said, law = message(refused, NoticeKind.INTERIM_PAYMENT, Language.GERMAN)
    with pytest.raises(ClauseMissing, match="reasons"):
        guard(told, NoticeKind.INTERIM_PAYMENT, law, said)
    guard(told, NoticeKind.INTERIM_PAYMENT, law, replace(said, words=("Weil …",)))
    hint = case.model_copy(update={"advance": None})
    told, said, law = message(hint, NoticeKind.INTERIM_PAYMENT, Language.GERMAN)
    assert not told.clauses
    guard(told, NoticeKind.INTERIM_PAYMENT, law, said)


DEADLINE = date(2026, 11, 20)
WARNED = ConsequencesWarning(warned_on=date(2026, 11, 2), deadline=DEADLINE, notice_id="warning-1")


@pytest.mark.parametrize("reason", sorted(NON_COOPERATION))
@pytest.mark.parametrize("outcome", [DecisionOutcome.DENY, DecisionOutcome.APPROVE_IN_PART])
@pytest.mark.parametrize(
    ("warning", "decided_on", "why"),
    [
        (None, date(2026, 11, 23), "without a written warning"),
        (WARNED, DEADLINE, "before the deadline"),
        (WARNED, date(2026, 11, 21), None),
    ],
)
def test_an_agency_refuses_for_missing_cooperation_only_after_its_warning(
    reason: str, outcome: DecisionOutcome, warning, decided_on: date, why: str | None
):
    case = a_case(programme="heating-aid", outcome=outcome, reasons=(reason,), warning=warning)
    if why is None:
        assert presupposed_notice(case, NoticeKind.DECISION, AGENCY, decided_on) == "warning-1"
    else:
        with pytest.raises(EarlierNoticeMissing, match=why):
            presupposed_notice(case, NoticeKind.DECISION, AGENCY, decided_on)
    assert presupposed_notice(case, NoticeKind.RECEIPT, AGENCY, decided_on) is None
    assert presupposed_notice(case, NoticeKind.DECISION, INSURER, decided_on) is None
    other = a_case(programme="heating-aid", outcome=outcome, reasons=("duplicate",), warning=None)
    assert presupposed_notice(other, NoticeKind.DECISION, AGENCY, decided_on) is None


@pytest.mark.parametrize(
    ("posted_on", "in_time"),
    [
        (date(2026, 11, 2), True),
        (date(2026, 11, 15), True),
        (date(2026, 11, 16), False),
        (date(2026, 11, 20), False),
        (date(2026, 11, 23), False),
    ],
)
def test_a_warning_that_left_too_late_for_its_deadline_warned_of_nothing(
    posted_on: date, in_time: bool
):
    case = a_case(programme="heating-aid", warning=WARNED)
    if in_time:
        reached_in_time(posted_on, case)
    else:
        with pytest.raises(EarlierNoticeMissing, match="too late for its deadline"):
            reached_in_time(posted_on, case)


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
