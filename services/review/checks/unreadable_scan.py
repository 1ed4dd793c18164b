"""A document arrived that nobody's program could read."""

from collections.abc import Iterator, Sequence

from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.contract.contacts import Document, DocumentKind

CODE = "unreadable_scan"
GROUP = FindingGroup.MISSING_INFORMATION
SEVERITIES = (Severity.ASK,)
REASON = "lacks_information"
ITEM = "legible_copy"
TEXT = {
    "de": "Ein Dokument ({document}) ist nicht lesbar.",
    "en": "A document ({document}) can't be read.",
}
_FIRST_OF_CONTACT = frozenset({DocumentKind.ORIGINAL, DocumentKind.LETTER})
"""Kinds with which a contact's documents begin; an unreadable letter waits for a person at once."""
_NOTHING_TO_READ = frozenset({*_FIRST_OF_CONTACT, DocumentKind.PHOTO})


def check(subject: ClaimUnderReview) -> Iterator[Finding]:
    """Ask for a legible copy of what can't be read, until one came.

    A readable document of the same kind is one, and so is any that a later contact brought.
    """
    for document in subject.documents:
        if not document.readable:
            break
    else:
        return
    if ITEM in subject.waived:
        return
    for kind in _unreadable(subject.documents):
        yield Finding(
            code=CODE,
            group=GROUP,
            severity=Severity.ASK,
            facts={"item": ITEM, "document": kind.value},
        )


def _unreadable(documents: Sequence[Document]) -> Iterator[DocumentKind]:
    legible = {document.kind for document in documents if document.readable}
    legible.discard(DocumentKind.OTHER)
    came_later = came_with_it = False
    for document in reversed(documents):
        if document.kind in _FIRST_OF_CONTACT:
            came_later = came_later or came_with_it
        elif document.readable:
            came_with_it = True
        elif not came_later and document.kind not in _NOTHING_TO_READ | legible:
            yield document.kind
