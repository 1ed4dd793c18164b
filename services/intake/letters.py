"""Scans of letters: read, taken apart if there are several in one, and published.

A letter's sender can't be proven, so a reference in it, printed or as a barcode, is for a person to
judge, unless the person who uploaded it named the case.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.intake import projection, store
from services.intake.adapters.e_invoices import invoice_inside
from services.intake.adapters.scans import ReadLetter, ScanReader
from services.intake.app import App
from services.intake.arrivals import Kept, blocked, keep
from services.intake.deciding import Outcome, publish
from services.intake.domain.attachments import Attachment
from services.intake.domain.identify import (
    Author,
    Identified,
    Known,
    References,
    Suspicion,
    find_references,
    identify,
)
from services.intake.domain.normalise import Circumstances, contact_of_letter, unread_contact
from services.intake.domain.readings import ScanText
from services.intake.reading import log_unreadable
from services.intake.settling import settle
from services.intake.store import Received, StoredDocument
from shared.contract.contacts import Channel, ContactReceived, Document, DocumentKind, Sender
from shared.errors import TemporaryFault
from shared.ids import derived_id
from shared.messaging.processing import UnitOfWork
from shared.programmes import Programmes


async def examine_letters(app: App, row: Received, scan: bytes, stored: StoredDocument) -> None:
    """Read a scan and publish the letters in it.

    Args:
        app: Intake.
        row: What is known of it.
        scan: Its bytes.
        stored: Its row as a document.
    """
    if stored.blocked is not None:
        letters: tuple[ReadLetter, ...] = (ReadLetter(ScanText(readable=False)),)
    else:
        letters = await read_letters(app.scans, scan, stored.media_type)
    if len(letters) == 1:
        await _settle_one(app, row, letters[0], Kept(_as_document(stored), stored.name))
        return
    parts = [
        (letter, await _keep_part(app, stored, number, letter))
        for number, letter in enumerate(letters, 1)
    ]
    async with app.service.unit_of_work() as work:
        split = replace(row, verdict="split", reason=f"{len(parts)} letters in one scan")
        if await settle(work, Outcome(split)):
            await _save_parts(app, work, row, parts)


async def read_letters(scans: ScanReader, scan: bytes, media_type: str) -> tuple[ReadLetter, ...]:
    """The letters of a scan; one on which our program fails is for a person, not for a retry.

    Raises:
        TemporaryFault: The machine is short of something.
    """
    try:
        return await scans.read_letters(scan, media_type)
    except OSError as error:
        message = "scans can't be opened, or there is no room to read them"
        raise TemporaryFault(message) from error
    except Exception as error:
        log_unreadable(error)
        problem = "the desk could not read this scan"
        return (ReadLetter(ScanText(problem=problem, readable=False)),)


async def _settle_one(app: App, row: Received, letter: ReadLetter, scan: Kept) -> None:
    async with app.service.unit_of_work() as work:
        await settle(work, await _outcome(app, work, row, letter, scan))


async def _keep_part(app: App, scan: StoredDocument, number: int, letter: ReadLetter) -> Kept:
    stem, _, suffix = scan.name.rpartition(".")
    name = f"{stem}-{number}.{suffix}" if stem else f"{scan.name}-{number}"
    assert letter.data is not None
    (kept,) = await keep(app.documents, Attachment(name, scan.media_type, letter.data), ())
    return kept


async def _save_parts(
    app: App, work: UnitOfWork, scan: Received, parts: Sequence[tuple[ReadLetter, Kept]]
) -> None:
    """Record and publish the letters of a scan; one that came in before is a duplicate.

    Their ids follow from the scan's, so that they are the same whoever takes it apart.
    """
    await store.one_at_a_time(work.connection)
    fingerprints = [letter.fingerprint for letter, _ in parts]
    earlier = await store.received_before(work.connection, [], fingerprints)
    first = {row.fingerprint: row for row in reversed(earlier)}
    rows: list[Received] = []
    contacts: list[ContactReceived] = []
    for number, (letter, kept) in enumerate(parts, 1):
        row = Received(
            received_id=derived_id("letter", scan.received_id, str(number)),
            channel=scan.channel,
            received_at=scan.received_at,
            contact_id=derived_id("letter's contact", scan.received_id, str(number)),
            case_id=scan.case_id,
            fingerprint=letter.fingerprint,
            document_id=kept.document.document_id,
            part_of=scan.received_id,
        )
        if (before := first.get(letter.fingerprint)) is not None:
            outcome = Outcome(_duplicate(row, before))
        else:
            outcome = await _outcome(app, work, row, letter, kept)
            first[letter.fingerprint] = outcome.row
        publish(work, outcome)
        rows.append(outcome.row)
        if outcome.contact is not None:
            contacts.append(outcome.contact)
    await store.save_received(work.connection, rows)
    await store.save_documents(
        work.connection,
        [kept.row(row.received_id) for (_, kept), row in zip(parts, rows, strict=True)],
    )
    await store.save_contacts(work.connection, contacts)


def _duplicate(row: Received, first: Received) -> Received:
    return replace(
        row,
        verdict="duplicate",
        duplicate_of=first.duplicate_of or first.received_id,
        contact_id=first.contact_id,
        case_id=None,
    )


async def _outcome(
    app: App, work: UnitOfWork, row: Received, letter: ReadLetter, kept: Kept
) -> Outcome:
    references = references_in(letter)
    cases = {case for place in references.cases for case in place}
    known = Known(await projection.cases_known(work.connection, cases))
    identified = identified_letter(row.case_id, letter, known)
    return await letter_outcome(row, letter, kept, identified, app.programmes)


async def letter_outcome(
    row: Received, letter: ReadLetter, kept: Kept, identified: Identified, programmes: Programmes
) -> Outcome:
    """What a letter is: its row with a verdict, and its contact.

    Args:
        row: What is known of it.
        letter: How it was read.
        kept: The letter as a document.
        identified: Whose it is.
        programmes: For benefit keywords and the desk's local day.
    """
    assert row.contact_id is not None
    today = programmes.desk.local_day(row.received_at)
    reading = letter.reading
    document = kept.document.model_copy(
        update={"kind": DocumentKind.LETTER, "readable": reading.readable}
    )
    around = Circumstances(
        contact_id=row.contact_id,
        received_at=row.received_at,
        today=today,
        keywords=programmes.benefit_keywords(today),
        documents=(document,),
        needs_person=blocked([kept]) or reading.problem,
    )
    invoice = await invoice_inside(reading.invoice)
    # A name that was given for a whole scan is not known to be that of each letter in it.
    name = row.sender_name or ""
    try:
        contact = contact_of_letter(reading, name, identified, around, invoice)
    except Exception as error:
        log_unreadable(error)
        contact = unread_contact(Channel.LETTER, Sender(name=name), identified, around)
    settled = replace(
        row,
        verdict="unidentified" if identified.suspicion else "contact",
        reason=identified.suspicion,
        case_id=identified.case_id,
        sender_name=None,
    )
    return Outcome(settled, contact)


def references_in(letter: ReadLetter) -> References:
    """Our references in a letter, that of a barcode first."""
    return find_references((letter.case_id or "", letter.reading.text), (), "")


def identified_letter(named: str | None, letter: ReadLetter, known: Known) -> Identified:
    """The case of a letter: the one that the uploader named, else nothing but a proposal.

    Args:
        named: The case that the uploader named.
        letter: How it was read.
        known: The cases in it that the desk knows.
    """
    if named is not None:
        another = letter.case_id not in {None, named}
        return Identified(named, suspicion=Suspicion.SEVERAL_CASES if another else None)
    return identify(references_in(letter), Author("", authenticated=False), known)


def _as_document(stored: StoredDocument) -> Document:
    return Document(
        document_id=stored.document_id,
        kind=DocumentKind.LETTER,
        media_type=stored.media_type,
        size=stored.size,
        sha256=stored.sha256,
        blocked=stored.blocked,
    )
