"""Claims of clients' systems: their documents read, the claim identified and published."""

from dataclasses import replace

from services.intake import projection, store
from services.intake.adapters.scans import PICTURES, READABLE
from services.intake.app import App
from services.intake.arrivals import Kept, blocked
from services.intake.deciding import Outcome
from services.intake.domain.attachments import Attachment, kind_of
from services.intake.domain.identify import Identified
from services.intake.domain.normalise import Circumstances, unread_contact
from services.intake.domain.web_claim import contact_of_submission, identify_submission
from services.intake.reading import log_unreadable
from services.intake.settling import settle
from services.intake.store import Received, StoredDocument
from services.intake.submitting import submission_of
from shared.contract.contacts import Channel, Document, DocumentKind, Sender
from shared.errors import NotFound, TemporaryFault


async def examine_claim(app: App, row: Received) -> None:
    """Read a claim's documents and publish it, or put it into the unidentified queue."""
    async with app.service.database.reading() as connection:
        found = await store.documents_of(connection, [row.received_id])
    stored = sorted(
        found.get(row.received_id, []), key=lambda each: each.document_id != row.document_id
    )
    kept = [Kept(await _read(app, row, each), each.name) for each in stored]
    assert row.contact_id is not None
    today = app.programmes.desk.local_day(row.received_at)
    around = Circumstances(
        row.contact_id,
        row.received_at,
        today,
        keywords={},
        documents=tuple(each.document for each in kept),
        needs_person=blocked(kept),
    )
    try:
        submission = await submission_of(app, row)
    except (NotFound, ValueError) as error:
        log_unreadable(error)
        contact = unread_contact(Channel.WEB, Sender(), Identified(), around)
        async with app.service.unit_of_work() as work:
            await settle(work, Outcome(replace(row, verdict="contact"), contact))
        return
    named = [submission.claim.case_id] if submission.claim.case_id else []
    async with app.service.unit_of_work() as work:
        cases = await projection.cases_known(work.connection, named)
        identified = identify_submission(submission, cases)
        settled = replace(
            row,
            verdict="unidentified" if identified.suspicion else "contact",
            reason=identified.suspicion,
            case_id=identified.case_id,
        )
        contact = contact_of_submission(submission, identified, around)
        await settle(work, Outcome(settled, contact))


async def _read(app: App, row: Received, stored: StoredDocument) -> Document:
    kind, readable = DocumentKind.ORIGINAL, True
    if stored.document_id != row.document_id:
        kind, readable = await _kind(app, stored)
    return Document(
        document_id=stored.document_id,
        kind=kind,
        media_type=stored.media_type,
        size=stored.size,
        sha256=stored.sha256,
        readable=readable,
        blocked=stored.blocked,
    )


async def _kind(app: App, stored: StoredDocument) -> tuple[DocumentKind, bool]:
    """What a document is, by its name and its words; and whether they could be read."""
    unread = Attachment(stored.name, stored.media_type, b"")
    photo = stored.media_type in PICTURES and kind_of(unread) is DocumentKind.PHOTO
    if stored.blocked is not None:
        return kind_of(unread), False
    if photo or stored.media_type not in READABLE:
        return kind_of(unread), True
    try:
        read = await app.scans.read(await app.documents.get(stored.document_id), stored.media_type)
    except Exception as error:
        if isinstance(error, (OSError, TemporaryFault)):
            raise
        log_unreadable(error)
        return kind_of(unread), False
    return kind_of(unread, read.text), read.readable
