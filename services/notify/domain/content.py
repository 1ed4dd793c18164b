"""What a notice says: the facts of a case file that a template may use, ready to be read.

Templates choose words, never facts: they see only `NoticeFacts`, with amounts and days already
written out in the client's language. What a notice needs and the case file does not hold is
found here, before anything is written.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.notify.domain.amounts import amounts_of, line_labels
from services.notify.domain.clauses import ProgrammeKind, last_decision
from services.notify.domain.message import Amounts
from services.notify.domain.news import Interim, TaskNews, interim_of, task_news, words_of
from services.notify.domain.wording import day, money, one_line
from services.notify.domain.words import ContentMissing, Words
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind
from shared.contract.contacts import Language
from shared.contract.decisions import Decision, DecisionOutcome
from shared.contract.facts import AnswerReminded, ConsequencesWarned, NoticeKind, PassedOn
from shared.programmes import DeskRules, ProgrammeVersion

_ASKING = frozenset(
    {NoticeKind.INFORMATION_REQUEST, NoticeKind.REMINDER, NoticeKind.CONSEQUENCES_WARNING}
)
"""Notices that say what is still missing, and until when it is awaited."""

_RECEIPTS = frozenset({NoticeKind.RECEIPT, NoticeKind.COMPLAINT_ACKNOWLEDGED})
"""Notices that leave before anybody looked at what the contact is about."""

_ANSWERING = frozenset({NoticeKind.COMPLAINT_ANSWERED, NoticeKind.REQUEST_ANSWERED})
"""Notices that are nothing without a person's own words."""


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
    words: tuple[str, ...] = ()
    """A person's own words, paragraph by paragraph."""
    interim: Interim | None = None
    interim_amount: str = ""
    department: str = ""
    task: str = ""
    task_status: str = ""
    task_amount: str = ""


def facts_of(
    case: CaseFileUpdated,
    kind: NoticeKind,
    programme: ProgrammeVersion | None,
    desk: DeskRules,
    words: Words,
    notice_id: str | None = None,
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
        notice_id: Which request of the case file, if it holds several of this kind.

    Raises:
        ContentMissing: A request without open items or deadline, a decision notice without a
            decision, an answer without a person's words, news of no department, one on an
            application that was not passed on, or a code that nobody wrote a text for.
    """
    language = words.language
    known = case.client is not None
    decision = _decision(case) if kind is NoticeKind.DECISION else None
    asks = kind in _ASKING
    answer_by = _answer_by(case, kind) if asks else None
    said = words_of(case, kind, notice_id)
    if kind in _ANSWERING and not said:
        raise ContentMissing("an answer needs a person's words")
    interim = interim_of(case) if kind is NoticeKind.INTERIM_PAYMENT else None
    news = task_news(case, words) if kind is NoticeKind.DEPARTMENT_NEWS else TaskNews()
    if kind is NoticeKind.DEPARTMENT_NEWS and not (said or news.department):
        raise ContentMissing("no department has any news, and nobody wrote any")
    currency = programme.currency if programme else "EUR"
    named = known and (kind not in _RECEIPTS or _named_its_policy(case))
    passed_on = _passed_on(case, desk) if kind is NoticeKind.PASSED_ON else None
    loss = case.claim.date_of_loss if case.claim else None
    zone = desk.calendar.business.zone
    return NoticeFacts(
        kind=kind,
        language=language,
        case_id=case.case_id,
        case_kind=case.kind,
        programme_kind=ProgrammeKind(programme.kind) if programme else None,
        programme=programme.names.text(language) if programme and named else "",
        policy_number=one_line(case.policy_number or "") if named else "",
        opened_on=_local_day(case.opened_at, zone, language),
        date_of_loss=day(loss, language) if loss and known else "",
        salutation=_salutation(case, words),
        items=_items(case, programme, desk, language) if asks else (),
        answer_by=day(answer_by, language) if answer_by else "",
        outcome=decision.outcome if decision else None,
        approved=money(decision.approved, decision.currency, language) if decision else "",
        reasons=_reasons(decision, programme, desk, language) if decision else (),
        amounts=amounts_of(case, decision, programme, words) if decision else None,
        passed_on_to=desk.bodies[passed_on.body].names.text(language) if passed_on else "",
        received_on=_local_day(passed_on.received_at, zone, language) if passed_on else "",
        words=said,
        interim=interim.status if interim else None,
        interim_amount=money(interim.amount, currency, language)
        if interim and interim.amount
        else "",
        department=news.department,
        task=news.task,
        task_status=news.status,
        task_amount=money(news.amount, currency, language) if news.amount else "",
    )


def _answer_by(case: CaseFileUpdated, kind: NoticeKind) -> date:
    """Until when an answer is awaited: the day that this change of the case set, if it set one."""
    asked: list[date | None] = [case.answer_by]
    if kind is NoticeKind.REMINDER:
        asked += [fact.deadline for fact in case.facts if isinstance(fact, AnswerReminded)]
    if kind is NoticeKind.CONSEQUENCES_WARNING:
        asked += [case.warning.deadline if case.warning else None]
        asked += [fact.deadline for fact in case.facts if isinstance(fact, ConsequencesWarned)]
    found = [each for each in asked if each is not None]
    if not found:
        raise ContentMissing("an information request needs the day until which to answer")
    return found[-1]


def _named_its_policy(case: CaseFileUpdated) -> bool:
    """Did the client name the policy?

    Else it was found by the client alone, and the contact may be about another programme.
    """
    return case.claim is not None and case.claim.policy_number == case.policy_number


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
    told = last_decision(case)
    if told is None:
        raise ContentMissing("a decision notice needs a decision")
    return told


def _items(
    case: CaseFileUpdated, programme: ProgrammeVersion | None, desk: DeskRules, language: Language
) -> tuple[str, ...]:
    """The open items of the checklist in words, each with the claim line it belongs to."""
    still_open = [item for item in case.checklist if item.status == "open"]
    if not still_open:
        raise ContentMissing("an information request needs at least one open item")
    labels = line_labels(case, programme, language) if case.client else {}
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
