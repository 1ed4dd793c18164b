"""Scans of letters, uploaded by a representative or laid down by the scan station."""

import hashlib
from datetime import datetime, timedelta
from typing import Final, Literal

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
_OLDEST: Final = timedelta(days=30)
"""A scanner that says it scanned longer ago has a wrong clock."""


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
    """Store a letter that a person uploads, to be read in the background.

    Args:
        app: Intake.
        scan: The letter.
        sender_name: Who sent it, as the uploader says.
        case_id: The case that the uploader says it belongs to.
        actor: The uploader.

    Raises:
        RuleViolation: No such case.
        TemporaryFault: It can't be stored, or not be checked for viruses, now.
    """
    row = await take_scan(app, scan, sender_name=sender_name, case_id=_one_case(case_id))
    log.info("letter uploaded", received_id=row.received_id, by=actor.subject)
    assert row.contact_id is not None
    verdict: Literal["duplicate", "pending"] = "duplicate" if row.duplicate_of else "pending"
    return Accepted(contact_id=row.contact_id, verdict=verdict)


def _one_case(typed: str | None) -> str | None:
    """A case number as a person typed it, in its normal form."""
    if typed is None:
        return None
    found = find_case_ids(typed)
    if len(found) != 1:
        raise RuleViolation("unknown_case", "no such case number; it looks like C-7K3M-9PQR-D")
    return found[0]


async def take_scan(
    app: App,
    scan: Attachment,
    *,
    sender_name: str = "",
    case_id: str | None = None,
    place: str | None = None,
    scanned_at: datetime | None = None,
) -> Received:
    """Store a scan, to be read in the background; the same scan again is a duplicate.

    Args:
        app: Intake.
        scan: One letter or several.
        sender_name: Who sent it.
        case_id: The case that somebody says it belongs to.
        place: Where it lay, so that one seen again after a crash is not taken twice.
        scanned_at: When it was scanned; now if that is not known.

    Raises:
        RuleViolation: No such case.
        TemporaryFault: It can't be stored, or not be checked for viruses, now.
    """
    digest = hashlib.sha256(b"letter" + scan.data).hexdigest()
    (document,) = await keep(app.documents, scan, ())
    async with app.service.unit_of_work() as work:
        await store.one_at_a_time(work.connection)
        places = [place] if place else []
        before = await store.received_before(work.connection, places, [digest])
        same = next((row for row in before if place and row.place == place), None)
        if same is not None:
            return same
        if case_id is not None:
            await must_be_known(work, case_id)
        first = before[0] if before else None
        row = Received(
            received_id=random_id(),
            channel="letter",
            received_at=received_at(scanned_at, work.now),
            verdict="duplicate" if first else None,
            duplicate_of=first.received_id if first else None,
            contact_id=first.contact_id if first else random_id(),
            fingerprint=digest,
            place=place,
            case_id=case_id,
            document_id=document.document.document_id,
            sender_name=None if first else sender_name,
        )
        await store.save_received(work.connection, [row])
        await store.save_documents(work.connection, [document.row(row.received_id)])
        work.after_commit(app.to_examine.set)
    return row


async def taken_before(app: App, place: str) -> bool:
    """Say whether the scan that lies there was stored already."""
    async with app.service.database.reading() as connection:
        return bool(await store.received_before(connection, [place], []))


def received_at(scanned_at: datetime | None, now: datetime) -> datetime:
    """When the desk got a letter: when it was scanned, unless the scanner's clock was wrong.

    Args:
        scanned_at: By the scanner's clock.
        now: This instant.
    """
    if scanned_at is not None and now - _OLDEST <= scanned_at <= now:
        return scanned_at
    return now
