"""Every row of the scenario tables, and that the tables reach every check and severity."""

import pytest

from services.review.checks import AMOUNT_CHECKS, CHECKS, explain
from services.review.domain.assessment import assess
from shared.contract.assessment import ArithmeticStep, Finding, Severity
from shared.contract.contacts import Language
from tests.unit.review.scenarios import Scenario, scenarios

SCENARIOS = list(scenarios())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario(scenario: Scenario):
    assessment = assess(scenario.subject)
    seen = {
        "findings": sorted(_short(finding) for finding in assessment.findings),
        "recommendation": assessment.recommendation.value,
        "straight_through": str(assessment.straight_through).lower(),
        "covered": str(assessment.covered),
        "lines": [str(line.covered) for line in assessment.lines],
        "steps": [
            [f"{step.step} {step.before} {step.after}" for step in line.steps]
            for line in assessment.lines
        ],
        "shown": [[_shown(step) for step in line.steps] for line in assessment.lines],
        "reasons": list(assessment.reasons),
    }
    expected = dict(scenario.expect)
    if "findings" in expected:
        expected["findings"] = sorted(expected["findings"])
    assert {key: seen[key] for key in expected} == expected


def test_what_was_taken_away_is_shown_step_by_step():
    for scenario in SCENARIOS:
        for line in assess(scenario.subject).lines:
            left = line.claimed
            for step in line.steps:
                assert step.before == left
                assert step.after < step.before
                left = step.after
            assert left == line.covered, scenario.name


def test_the_tables_reach_every_check_with_every_severity():
    wanted = {
        (check.CODE, severity)
        for check in (*CHECKS, *AMOUNT_CHECKS)
        for severity in check.SEVERITIES
    }
    seen = {(finding.code, finding.severity) for finding in _all_findings()}
    assert seen == wanted


def test_every_check_has_a_row_that_it_just_does_not_mind():
    near = {scenario.near for scenario in SCENARIOS} - {None}
    assert near == {check.CODE for check in (*CHECKS, *AMOUNT_CHECKS)}
    for scenario in SCENARIOS:
        found = {finding.code for finding in assess(scenario.subject).findings}
        assert scenario.near not in found, scenario.name


def test_a_finding_carries_its_check_s_group():
    groups = {check.CODE: check.GROUP for check in (*CHECKS, *AMOUNT_CHECKS)}
    for finding in _all_findings():
        assert finding.group is groups[finding.code]


@pytest.mark.parametrize("language", list(Language))
def test_every_finding_is_explained_to_the_representative(language: Language):
    for finding in _all_findings():
        text = explain(finding, language)
        assert "{" not in text
        assert text != finding.code


def test_a_dropped_check_s_finding_is_shown_by_its_code():
    finding = next(iter(_all_findings())).model_copy(update={"code": "of_yesterday"})
    assert explain(finding, Language.ENGLISH) == "of_yesterday"


def test_every_question_says_what_is_asked_for():
    questions = [each for each in _all_findings() if each.severity is Severity.ASK]
    assert all(each.facts["item"] for each in questions)


def _all_findings() -> list[Finding]:
    return [finding for scenario in SCENARIOS for finding in assess(scenario.subject).findings]


def _shown(step: ArithmeticStep) -> str:
    words = f"{step.step} {step.before} {step.after}"
    return f"{words} ({step.basis})" if step.basis else words


def _short(finding: Finding) -> str:
    return finding.code if finding.line_id is None else f"{finding.code}@{finding.line_id}"
