"""What a notice tells that is no decision: a person's words, an advance, a department's news."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.notify.domain.wording import one_line
from services.notify.domain.words import ContentMissing, Words
from shared.contract.case_file import CaseFileUpdated
from shared.contract.departments import DepartmentTask
from shared.contract.facts import AdvanceDecided, NoticeKind, NoticeRequested, TaskAnswered

Interim = Literal["granted", "refused", "possible"]
"""`possible`: nothing was decided about it; the client learns that they may ask for it."""


def words_of(
    case: CaseFileUpdated, kind: NoticeKind, notice_id: str | None = None
) -> tuple[str, ...]:
    """A person's own words to the client, each line of them a paragraph.

    Args:
        case: The case file that asked for the notice.
        kind: Which notice.
        notice_id: Which request, if the case file holds several of this kind.
    """
    for fact in case.facts:
        if (
            isinstance(fact, NoticeRequested)
            and fact.notice is kind
            and notice_id in {None, fact.notice_id}
        ):
            return tuple(filter(None, map(one_line, fact.words.splitlines())))
    return ()


@dataclass(frozen=True, slots=True)
class InterimPayment:
    """What was decided about money before the decision (VVG §14(2), SGB I §42)."""

    status: Interim
    amount: Decimal = Decimal(0)


def interim_of(case: CaseFileUpdated) -> InterimPayment:
    """What this change of the case decided about an advance, else what the case says of one."""
    for fact in reversed(case.facts):
        if isinstance(fact, AdvanceDecided):
            return InterimPayment("granted" if fact.amount else "refused", fact.amount)
    advance = case.advance
    if advance is None or advance.status == "requested":
        return InterimPayment("possible")
    return InterimPayment(advance.status, advance.amount or Decimal(0))


@dataclass(frozen=True, slots=True)
class TaskNews:
    """What a department says of its task; empty without one."""

    department: str = ""
    task: str = ""
    status: str = ""
    amount: Decimal = Decimal(0)


def task_news(case: CaseFileUpdated, words: Words) -> TaskNews:
    """The news of the task that this change of the case is about, else of the latest one."""
    task = _task(case)
    if task is None:
        return TaskNews()
    if task.department not in words.departments:
        message = f"no text for the department {task.department!r}"
        raise ContentMissing(message)
    name = words.departments[task.department]
    return TaskNews(name, task.kind, task.status, task.amount or Decimal(0))


def _task(case: CaseFileUpdated) -> DepartmentTask | None:
    answered = [fact.task_id for fact in case.facts if isinstance(fact, TaskAnswered)]
    for task in reversed(case.tasks):
        if not answered or task.task_id == answered[-1]:
            return task
    return None
