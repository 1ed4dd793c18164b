"""The list of checks: complete, documented, and each file like the others."""

import re
from pathlib import Path

import pytest

from services.review import checks
from services.review.checks import AMOUNT_CHECKS, BY_CODE, CHECKS
from services.review.checks.check import IN_FACTS, Described
from services.review.checks.table import DOCUMENT, table
from services.review.domain.assessment import assess
from shared.contract.assessment import Severity
from tests.unit.review.scenarios import PROGRAMMES, scenarios

SCENARIOS = list(scenarios())
ALL = (*CHECKS, *AMOUNT_CHECKS)
NO_CHECKS = {"__init__", "check", "table"}


def test_every_file_is_in_the_list_once():
    files = {path.stem for path in Path(checks.__file__).parent.glob("*.py")} - NO_CHECKS
    assert files == BY_CODE.keys()
    assert len(ALL) == len(BY_CODE)


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.CODE)
def test_a_check_s_texts_name_the_same_facts_in_both_languages(check: Described):
    assert check.TEXT.keys() == {"de", "en"}
    facts = {language: set(re.findall(r"{(\w+)}", text)) for language, text in check.TEXT.items()}
    assert facts["de"] == facts["en"]


def test_every_reason_of_a_check_is_one_of_the_desk_s():
    named = {check.REASON for check in ALL} - {None, IN_FACTS}
    assert named
    assert named <= PROGRAMMES.desk.reasons.keys()


def test_every_proposed_reason_has_its_words_under_the_claim_s_programme():
    for scenario in SCENARIOS:
        rules = scenario.subject.programme or PROGRAMMES.desk
        assert set(assess(scenario.subject).reasons) <= rules.reasons.keys(), scenario.name


def test_every_question_has_its_words_for_the_client():
    asked = {
        finding.facts["item"]
        for scenario in SCENARIOS
        for finding in assess(scenario.subject).findings
        if finding.severity is Severity.ASK
    }
    assert asked
    assert asked <= PROGRAMMES.desk.items.keys()


def test_the_table_of_checks_is_current():
    assert DOCUMENT.read_text(encoding="utf-8") == table(), (
        "run `python -m services.review.checks.table`"
    )
