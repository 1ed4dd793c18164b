"""What a notice says: the facts of a case file that a template may use, ready to be read.

Templates choose words, never facts: they see only `NoticeFacts`, with amounts and days already
written out in the client's language. What a notice needs and the case file does not hold is
found here, before anything is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.notify.domain.clauses import ProgrammeKind
from services.notify.domain.message import AmountRow, Amounts
from services.notify.domain.wording import day, money, one_line
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind
from shared.contract.contacts import Language
from shared.contract.decisions import Decision, DecisionOutcome
from shared.contract.facts import NoticeKind, PassedOn
from shared.programmes import DeskRules, ProgrammeVersion

_DESCRIPTION_SIGNS = 120
"""A line's description longer than this is cut in the table; the case itself keeps all of it."""


class ContentMissing(ValueError):
    """The case file does not hold what this notice has to say; a person must look."""


@dataclass(frozen=True, slots=True)
class Words:
    """Our own words around the facts, in one language (`templates/words.yaml`)."""

    language: Language
    salutation: str
    closing: str
    hint: str
    amount_heads: tuple[str, str, str]
    total: str
    adjusted: str
    steps: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """Everything that a template may name; amounts and days are text already."""

    kind: NoticeKind
    language: Language
    case_id: str
    case_kind: CaseKind
    programme_kind: ProgrammeKind | None
    programme: str
    policy_number: str
    opened_on: str
    date_of_loss: str
    salutation: str
    items: tuple[str, ...]
    answer_by: str
    outcome: DecisionOutcome | None
    approved: str
    reasons: tuple[str, ...]
    amounts: Amounts | None
    passed_on_to: str = ""
    received_on: str = ""


def facts_of(
    case: CaseFileUpdated,
    kind: NoticeKind,
    programme: ProgrammeVersion | None,
    desk: DeskRules,
    words: Words,
) -> NoticeFacts:
    """The facts of one notice.

    A correspondent who is no known client is told nothing about the policy: neither its number
    nor its programme, no day and no amount.

    Args:
        case: The case file that asked for the notice.
        kind: Which notice.
        programme: The programme's version that the case was reviewed under, if known.
        desk: The desk's own rules: checklist items, reasons, zone.
        words: Our words in the notice's language.

    Raises:
        ContentMissing: An information request without open items or deadline, a decision notice
            without a decision, one on an application that was not passed on, or a code that
            nobody wrote a text for.
    """
    language = words.language
    known = case.client is not None
    decision = _decision(case) if kind is NoticeKind.DECISION else None
    asks = kind is NoticeKind.INFORMATION_REQUEST
    if asks and case.answer_by is None:
        raise ContentMissing("an information request needs the day until which to answer")
    passed_on = _passed_on(case, desk) if kind is NoticeKind.PASSED_ON else None
    loss = case.claim.date_of_loss if case.claim else None
    zone = desk.calendar.business.zone
    return NoticeFacts(
        kind=kind,
        language=language,
        case_id=case.case_id,
        case_kind=case.kind,
        programme_kind=ProgrammeKind(programme.kind) if programme else None,
        programme=programme.names.text(language) if programme and known else "",
        policy_number=one_line(case.policy_number or "") if known else "",
        opened_on=_local_day(case.opened_at, zone, language),
        date_of_loss=day(loss, language) if loss and known else "",
        salutation=_salutation(case, words),
        items=_items(case, programme, desk, language) if asks else (),
        answer_by=day(case.answer_by, language) if asks and case.answer_by else "",
        outcome=decision.outcome if decision else None,
        approved=money(decision.approved, decision.currency, language) if decision else "",
        reasons=_reasons(decision, programme, desk, language) if decision else (),
        amounts=_amounts(case, decision, programme, words) if decision else None,
        passed_on_to=desk.bodies[passed_on.body].names.text(language) if passed_on else "",
        received_on=_local_day(passed_on.received_at, zone, language) if passed_on else "",
    )


def _passed_on(case: CaseFileUpdated, desk: DeskRules) -> PassedOn:
    """To whom the application went, by the change of the case that asked for this notice."""
    told = [fact for fact in case.facts if isinstance(fact, PassedOn)]
    if not told:
        raise ContentMissing("nothing was passed on by this change of the case")
    if told[-1].body not in desk.bodies:
        message = f"no text for the body {told[-1].body!r}"
        raise ContentMissing(message)
    return told[-1]


def _local_day(at: datetime, zone: ZoneInfo, language: Language) -> str:
    return day(at.astimezone(zone).date(), language)


def _salutation(case: CaseFileUpdated, words: Words) -> str:
    given = one_line(case.client.salutation).rstrip(" ,") if case.client else ""
    return f"{given or words.salutation},"


def _decision(case: CaseFileUpdated) -> Decision:
    told = [each for each in case.decisions if each.outcome is not DecisionOutcome.ESCALATE]
    if not told:
        raise ContentMissing("a decision notice needs a decision")
    return told[-1]


def _items(
    case: CaseFileUpdated, programme: ProgrammeVersion | None, desk: DeskRules, language: Language
) -> tuple[str, ...]:
    """The open items of the checklist in words, each with the claim line it belongs to."""
    still_open = [item for item in case.checklist if item.status == "open"]
    if not still_open:
        raise ContentMissing("an information request needs at least one open item")
    labels = _line_labels(case, programme, language) if case.client else {}
    written: dict[str, None] = {}
    for item in still_open:
        if item.item not in desk.items:
            message = f"no text for the checklist item {item.item!r}"
            raise ContentMissing(message)
        text = desk.item_text(item.item, language)
        label = labels.get(item.line_id or 0)
        written[f"{text} ({label})" if label else text] = None
    return tuple(written)


def _reasons(
    decision: Decision,
    programme: ProgrammeVersion | None,
    desk: DeskRules,
    language: Language,
) -> tuple[str, ...]:
    source = programme or desk
    for code in decision.reasons:
        if code not in source.reasons:
            message = f"no text for the reason {code!r}"
            raise ContentMissing(message)
    return tuple(dict.fromkeys(source.reason_text(code, language) for code in decision.reasons))


def _amounts(
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
    labels = _line_labels(case, programme, language)
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


def _line_labels(
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
