"""The checklist of a case: what the client is asked for, once, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.contract.assessment import ChecklistItem, Finding

_Key = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Checklist:
    """A case's checklist after an assessment.

    Attributes:
        items: All items, the closed ones too.
        newly_open: Something is missing that the client was not asked for yet.
        newly_closed: Something arrived.
    """

    items: tuple[ChecklistItem, ...]
    newly_open: bool
    newly_closed: bool

    @property
    def is_open(self) -> bool:
        """Is anything still missing?"""
        return any(item.status == "open" for item in self.items)


def brought_up_to_date(
    items: Iterable[ChecklistItem], questions: Iterable[Finding], *, contact_id: str
) -> Checklist:
    """The checklist after what a contact brought.

    An open item that no check asks for any more has arrived. A closed one stays closed; what a
    person waived, or noted as received, is not asked for again.

    Args:
        items: The checklist so far.
        questions: The findings of the new assessment that ask the client.
        contact_id: The contact that closes what has arrived.
    """
    missing = dict.fromkeys(_key(question) for question in questions)
    after: list[ChecklistItem] = []
    known: set[_Key] = set()
    newly_closed = False
    for item in items:
        key = (item.item, item.line_id)
        if item.status == "open" and key not in missing:
            newly_closed = True
            after.append(item.model_copy(update={"status": "arrived", "closed_by": contact_id}))
            continue
        after.append(item)
        if item.status != "arrived" or item.reason:
            known.add(key)
    asked = [ChecklistItem(item=item, line_id=line) for item, line in missing.keys() - known]
    asked.sort(key=lambda item: (item.item, item.line_id or 0))
    return Checklist((*after, *asked), newly_open=bool(asked), newly_closed=newly_closed)


def waived(items: Iterable[ChecklistItem]) -> frozenset[str]:
    """What no check asks for again: a person waived it, or noted that it came by another way."""
    return frozenset(
        item.item
        for item in items
        if item.status == "waived" or (item.status == "arrived" and item.reason)
    )


def _key(question: Finding) -> _Key:
    """What a question asks for; a document serves all lines of a claim."""
    item = question.facts["item"]
    return item, None if item.startswith("document:") else question.line_id
