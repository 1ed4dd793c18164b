"""What a person says of a missing thing: go on without it, or it came by another way."""

from typing import Any

from pydantic import Field

from services.review.domain.acting import Person, may_act, supervisor_if_escalated
from services.review.domain.known import Known
from services.review.domain.transitions import changed
from shared.contract.assessment import ChecklistItem
from shared.contract.base import Body, ShortText
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.facts import Fact, InformationReceived, ItemReceived, ItemWaived
from shared.errors import RuleViolation


class _ItemRequest(Body):
    """Which open items are meant; without `line_id` those of every line that lacks it."""

    line_id: int | None = None
    sequence: int | None = Field(
        default=None, ge=1, description="Sequence of the case file that the person read."
    )


class WaiverRequest(_ItemRequest):
    """Why a person goes on without an item."""

    reason: ShortText = Field(min_length=3)


class ReceiptRequest(_ItemRequest):
    """How an item came, if not with a contact: by phone, over the counter, from a department."""

    note: ShortText = Field(min_length=3)


def waive(
    case: CaseFileUpdated, item: str, request: WaiverRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """Close open items of the checklist without what they ask for; see `_closed`."""
    return _closed(case, item, request, person, known, status="waived", note=request.reason)


def receive(
    case: CaseFileUpdated, item: str, request: ReceiptRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """Close open items of the checklist that came by another way than a contact; see `_closed`.

    No check asks for them again: the person answers for what they noted.
    """
    return _closed(case, item, request, person, known, status="arrived", note=request.note)


def _closed(
    case: CaseFileUpdated,
    item: str,
    request: _ItemRequest,
    person: Person,
    known: Known,
    *,
    status: str,
    note: str,
) -> CaseFileUpdated:
    """The case after a person closed open items of its checklist.

    Once nothing is open, a case that waited for its client waits for a person. It is never
    approved by that itself.

    Args:
        case: The case as it is.
        item: What is closed, e.g. `document:invoice`.
        request: Which lines' items, and on which case file.
        person: Who they are; only from their token.
        known: The instant.
        status: What became of the items.
        note: Why, or how.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not act on this case.
        RuleViolation: The case is decided, or no such item is open.
    """
    may_act(case, request.sequence or case.sequence, person)
    supervisor_if_escalated(case, person)
    checklist: list[ChecklistItem] = []
    facts: list[Fact] = []
    told = ItemWaived if status == "waived" else ItemReceived
    for each in case.checklist:
        if not _is_meant(each, item, request.line_id):
            checklist.append(each)
            continue
        closed = {"status": status, "closed_by": person.subject, "reason": note}
        checklist.append(each.model_copy(update=closed))
        facts.append(told(item=item, line_id=each.line_id, by=person.subject))
    if not facts:
        message = f"nothing called {item!r} is open on the checklist"
        raise RuleViolation("not_open", message)
    changes: dict[str, Any] = {"checklist": tuple(checklist)}
    still_open = any(each.status == "open" for each in checklist)
    if not still_open and case.state is CaseState.WAITING_FOR_CLIENT:
        facts.append(InformationReceived())
        changes |= {"state": CaseState.WAITING_FOR_PERSON, "answer_by": None}
    return changed(case, known.now, facts, **changes)


def _is_meant(each: ChecklistItem, item: str, line_id: int | None) -> bool:
    return each.status == "open" and each.item == item and line_id in (None, each.line_id)
