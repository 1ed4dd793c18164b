"""The arithmetic of a decision in words, line by line."""

from decimal import Decimal

from services.notify.domain.message import AmountRow, Amounts
from services.notify.domain.wording import money, one_line
from services.notify.domain.words import ContentMissing, Words
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Language
from shared.contract.decisions import Decision, DecisionOutcome
from shared.programmes import ProgrammeVersion

_DESCRIPTION_SIGNS = 120
"""A line's description longer than this is cut in the table; the case itself keeps all of it."""


def amounts_of(
    case: CaseFileUpdated,
    decision: Decision,
    programme: ProgrammeVersion | None,
    words: Words,
) -> Amounts | None:
    """The arithmetic per line; None for a case without claim lines.

    The steps are the assessment's. Where a person decided another amount than the assessment
    came to, one more step says so, so that every row adds up; and the rows must add up to what was
    decided.
    """
    assessed = case.assessment.lines if case.assessment else ()
    if not assessed:
        return None
    currency, language = decision.currency, words.language
    approved_by_line = {line.line_id: line.approved for line in decision.lines}
    labels = line_labels(case, programme, language)
    rows = []
    total_claimed = total_approved = Decimal(0)
    for line in assessed:
        approved = approved_by_line.get(line.line_id, _undetailed(decision, line.covered))
        steps = [
            (_step_name(step.step, words), money(step.after - step.before, currency, language))
            for step in line.steps
            if step.after != step.before
        ]
        if approved != line.covered:
            steps.append((words.adjusted, money(approved - line.covered, currency, language)))
        total_claimed += line.claimed
        total_approved += approved
        rows.append(
            AmountRow(
                labels.get(line.line_id, str(line.line_id)),
                money(line.claimed, currency, language),
                tuple(steps),
                money(approved, currency, language),
            )
        )
    if total_approved != decision.approved:
        raise ContentMissing("the lines do not add up to the decided amount")
    total = AmountRow(
        words.total,
        money(total_claimed, currency, language),
        (),
        money(decision.approved, currency, language),
    )
    return Amounts(words.amount_heads, tuple(rows), total)


def _undetailed(decision: Decision, covered: Decimal) -> Decimal:
    """A line's amount when the decision names no lines."""
    return Decimal(0) if decision.outcome is DecisionOutcome.DENY else covered


def _step_name(step: str, words: Words) -> str:
    if step not in words.steps:
        message = f"no text for the step {step!r} of the arithmetic"
        raise ContentMissing(message)
    return words.steps[step]


def line_labels(
    case: CaseFileUpdated, programme: ProgrammeVersion | None, language: Language
) -> dict[int, str]:
    """What each claim line is called: the client's own description, else the benefit's name."""
    labels = {}
    for line in case.claim.lines if case.claim else ():
        text = one_line(line.description)
        if not text and programme and line.benefit in programme.benefits:
            text = programme.benefits[line.benefit].names.text(language)
        if len(text) > _DESCRIPTION_SIGNS:
            text = text[: _DESCRIPTION_SIGNS - 1].rstrip() + "…"
        if text:
            labels[line.line_id] = text
    return labels
