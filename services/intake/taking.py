"""What a representative brings: the scan of a letter."""

import hashlib
from typing import Final

import structlog

from services.intake import projection, store
from services.intake.app import App
from services.intake.arrivals import keep
from services.intake.domain.attachments import Attachment, safe_name, true_media_type
from services.intake.store import Received
from services.intake.views import Accepted
from shared.auth import Actor
from shared.errors import RuleViolation
from shared.ids import find_case_ids, random_id
from shared.messaging.processing import UnitOfWork

log = structlog.get_logger(__name__)

_LETTER_TYPES: Final = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff"})


async def must_be_known(work: UnitOfWork, case_id: str) -> None:
    """Refuse a case that intake does not know.

    Raises:
        RuleViolation: No such case.
    """
    if not await projection.cases_known(work.connection, [case_id]):
        message = f"no case {case_id} is known here"
        raise RuleViolation("unknown_case", message)


def letter_scan(data: bytes, name: str, limit: int) -> Attachment:
    """The uploaded file, if it is one that can be a letter.

    Raises:
        RuleViolation: It is empty, too large, or no PDF and no picture.
    """
    if not data:
        raise RuleViolation("empty_file", "the file is empty")
    if len(data) > limit:
        message = f"the file is larger than {limit // 1_000_000} MB"
        raise RuleViolation("file_too_large", message)
    media_type = true_media_type(data)
    if media_type not in _LETTER_TYPES:
        message = "a letter is a PDF, PNG, JPEG or TIFF file; this is none of them"
        raise RuleViolation("file_type", message)
    return Attachment(safe_name(name, "letter"), media_type, data)


async def take_letter(
    app: App, scan: Attachment, sender_name: str, case_id: str | None, actor: Actor
) -> Accepted:
    """Store a letter, to be read in the background; the same scan again is a duplicate.

    Args:
        app: Intake.
        scan: The letter.
        sender_name: Who sent it, as the uploader says.
        case_id: The case that the uploader says it belongs to.
        actor: The uploader.

    Raises:
        RuleViolation: No such case.
    """
    digest = hashlib.sha256(b"letter" + scan.data).hexdigest()
    if case_id is not None and find_case_ids(case_id) != [case_id]:
        raise RuleViolation("unknown_case", "no such case number; it looks like C-7K3M-9PQR-T")
    (document,) = await keep(app.documents, scan, ())
    async with app.service.unit_of_work() as work:
        await store.one_at_a_time(work.connection)
        earlier = await store.received_before(work.connection, [], [digest])
        if case_id is not None:
            await must_be_known(work, case_id)
        row = Received(
            received_id=random_id(),
            channel="letter",
            received_at=work.now,
            verdict="duplicate" if earlier else None,
            duplicate_of=earlier[0].received_id if earlier else None,
            contact_id=earlier[0].contact_id if earlier else random_id(),
            fingerprint=digest,
            case_id=case_id,
            document_id=document.document.document_id,
            sender_name=None if earlier else sender_name,
        )
        await store.save_received(work.connection, [row])
        await store.save_documents(work.connection, [document.row(row.received_id)])
        work.after_commit(app.to_examine.set)
    log.info("letter uploaded", received_id=row.received_id, by=actor.subject)
    assert row.contact_id is not None
    return Accepted(contact_id=row.contact_id, verdict="duplicate" if earlier else "pending")
