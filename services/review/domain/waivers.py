"""Waivers: a person goes on without something that the client was, or would be, asked for."""

from pydantic import Field

from services.review.domain.acting import Person, may_act, supervisor_if_escalated
from services.review.domain.known import Known
from services.review.domain.transitions import changed
from shared.contract.assessment import ChecklistItem
from shared.contract.base import Body, ShortText
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.facts import Fact, InformationReceived, ItemWaived
from shared.errors import RuleViolation


class WaiverRequest(Body):
    """Why a person goes on without an item; without `line_id` for every line that lacks it."""

    reason: ShortText = Field(min_length=3)
    line_id: int | None = None
    sequence: int | None = Field(
        default=None, ge=1, description="Sequence of the case file that the person read."
    )


def waive(
    case: CaseFileUpdated, item: str, request: WaiverRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """Close open items of the checklist without what they ask for.

    Once nothing is open, a case that waited for its client waits for a person. It is never
    approved by the waiver itself.

    Args:
        case: The case as it is.
        item: What is waived, e.g. `document:invoice`.
        request: Why, and for which line.
        person: Who they are; only from their token.
        known: The instant.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not act on this case.
        RuleViolation: The case is decided, or no such item is open.
    """
    may_act(case, request.sequence or case.sequence, person)
    supervisor_if_escalated(case, person)
    checklist: list[ChecklistItem] = []
    facts: list[Fact] = []
    for each in case.checklist:
        if not _is_meant(each, item, request.line_id):
            checklist.append(each)
            continue
        closed = {"status": "waived", "closed_by": person.subject, "reason": request.reason}
        checklist.append(each.model_copy(update=closed))
        facts.append(ItemWaived(item=item, line_id=each.line_id, by=person.subject))
    if not facts:
        message = f"nothing called {item!r} is open on the checklist"
        raise RuleViolation("not_open", message)
    after = changed(case, known.now, facts, checklist=tuple(checklist))
    still_open = any(each.status == "open" for each in checklist)
    if still_open or case.state is not CaseState.WAITING_FOR_CLIENT:
        return after
    return after.model_copy(
        update={
            "state": CaseState.WAITING_FOR_PERSON,
            "answer_by": None,
            "facts": (*facts, InformationReceived()),
        }
    )


def _is_meant(each: ChecklistItem, item: str, line_id: int | None) -> bool:
    return each.status == "open" and each.item == item and line_id in (None, each.line_id)
