"""An assessment for a person: findings with their texts, the arithmetic step by step."""

import json
from collections.abc import Iterator
from typing import Any

from services.review.checks import explain
from services.review.domain.assessment import assess
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import AssessedLine, Assessment, Finding
from shared.contract.contacts import Language

_WORDS = {
    "approve": "approve",
    "approve_in_part": "approve in part",
    "deny": "deny (a person decides)",
    "ask_client": "ask the client",
    "refer": "a person looks",
}


def shown(subject: ClaimUnderReview, language: Language, *, as_json: bool) -> Iterator[str]:
    """Yield the lines of a claim's assessment."""
    assessment = assess(subject)
    if as_json:
        yield json.dumps(_answer(assessment, subject), ensure_ascii=False, indent=2)
        return
    yield from _headline(assessment, subject)
    yield ""
    for finding in assessment.findings:
        yield _finding(finding, language)
    if not assessment.findings:
        yield "no findings"
    for line in assessment.lines:
        yield ""
        yield from _line(line, subject)
    yield ""
    claimed, covered, currency = assessment.claimed, assessment.covered, assessment.currency
    yield f"claimed {claimed:.2f} {currency}, covered {covered:.2f} {currency}"


def _headline(assessment: Assessment, subject: ClaimUnderReview) -> Iterator[str]:
    day = subject.claim.date_of_loss
    terms = subject.programme
    by = f"{terms.code} {terms.version}, valid from {terms.valid_from}" if terms else "no programme"
    yield f"loss on {day or 'an unknown day'}, assessed on {subject.today} by {by}"
    alone = "the desk approves it alone" if assessment.straight_through else "not by the desk alone"
    yield f"recommended: {_WORDS[assessment.recommendation]}; {alone}"


def _finding(finding: Finding, language: Language) -> str:
    place = f" line {finding.line_id}" if finding.line_id is not None else ""
    return f"{finding.severity:<7}{finding.code}{place}: {explain(finding, language)}"


def _line(line: AssessedLine, subject: ClaimUnderReview) -> Iterator[str]:
    stated = next(each for each in subject.claim.lines if each.line_id == line.line_id)
    words = f" ({stated.description})" if stated.description else ""
    yield f"line {line.line_id}, {line.benefit or 'no benefit'}{words}"
    yield f"  {'claimed':<18}{line.claimed:>24.2f}"
    for step in line.steps:
        basis = f"   {step.basis}" if step.basis else ""
        yield f"  {step.step:<18}{step.before:>12.2f} →{step.after:>10.2f}{basis}"
    yield f"  {'covered':<18}{line.covered:>24.2f}"


def _answer(assessment: Assessment, subject: ClaimUnderReview) -> dict[str, Any]:
    answer = assessment.model_dump(mode="json")
    for finding, told in zip(assessment.findings, answer["findings"], strict=True):
        told["text"] = {language.value: explain(finding, language) for language in Language}
    version = subject.version
    return {
        **answer,
        "policy_version_from": version.valid_from.isoformat() if version else None,
        "today": subject.today.isoformat(),
    }
