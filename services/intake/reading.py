"""A mail read to the end: its texts, references and documents, before anything is decided."""

import asyncio
import re
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from services.intake.adapters.e_invoices import document_of_xml, invoice_inside, is_xml
from services.intake.adapters.inbox import LEFT_OUT
from services.intake.adapters.moves import LARGE
from services.intake.adapters.scans import PICTURES, READABLE, ScanReader
from services.intake.adapters.winmail import with_winmail_opened
from services.intake.domain.absence import Absence, absence_in
from services.intake.domain.attachments import Attachment, kind_of, worth_keeping
from services.intake.domain.bounces import DeliveryReport, delivery_report
from services.intake.domain.identify import References, find_references
from services.intake.domain.machines import machine_reason
from services.intake.domain.mail import ParsedMail, fingerprint, parse_mail
from services.intake.domain.normalise import ReadDocument
from services.intake.domain.quotes import Reply, take_apart
from services.intake.domain.text_layers import is_text
from services.intake.settings import Settings
from shared.contract.contacts import DocumentKind

log = structlog.get_logger(__name__)

_LARGE: Final = 100_000
"""Bytes from which a mail is parsed in a thread, so that it does not hold up the loop."""
_MOST_DOCUMENTS: Final = 20
"""So many attachments are searched for words; all of them are kept."""
_QUOTED: Final = 2
"""The place of signature and history among the places where references are looked for."""
_LONGEST_PROBLEM: Final = 500


@dataclass(frozen=True, slots=True)
class ReadMail:
    """What can be known of a mail from its bytes.

    Attributes:
        machine: Why it was written by no person; None if nothing says so.
        report: What it tells about one of our notices.
        documents: Its attachments worth keeping, with their words.
        references: Our references in it.
        scans: Some of its documents are pictures of text, which takes a while to read.
        problem: Why a person must look at it first.
    """

    mail: ParsedMail
    fingerprint: str
    reply: Reply = field(default_factory=lambda: Reply(""))
    machine: str | None = None
    report: DeliveryReport | None = None
    documents: tuple[ReadDocument, ...] = ()
    references: References = field(default_factory=References)
    scans: bool = False
    problem: str | None = None


async def read_mail(
    raw: bytes, settings: Settings, scans: ScanReader, *, pictures: bool = False
) -> ReadMail:
    """Read a mail; whatever it is, this gives a result.

    A mail on which our own program fails becomes one for a person, not an endless retry.

    Args:
        raw: The mail.
        settings: Whom to trust.
        scans: Reads documents.
        pictures: Read pictures of text too, which takes seconds for a page.
    """
    try:
        if len(raw) > _LARGE:
            mail = await asyncio.to_thread(parse_mail, raw, settings.authserv_id)
        else:
            mail = parse_mail(raw, settings.authserv_id)
        return await _read(mail, fingerprint(raw), settings, scans, pictures=pictures)
    except Exception as error:
        log_unreadable(error)
        problem = f"the desk could not read this mail ({type(error).__name__})"
        return ReadMail(ParsedMail(), fingerprint(raw), problem=problem)


def log_unreadable(error: Exception) -> None:
    """Say that our program failed on a contact, without the error's text: it may quote it."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error(
        "a contact could not be read; it goes to a person",
        error=type(error).__name__,
        place=f"{place.name}:{place.lineno}",
    )


async def _read(
    mail: ParsedMail, digest: str, settings: Settings, scans: ScanReader, *, pictures: bool
) -> ReadMail:
    key = settings.notice_key.get_secret_value()
    machine = machine_reason(mail, key)
    if machine is not None:
        return ReadMail(mail, digest, machine=machine, report=delivery_report(mail, key))
    mail = await with_winmail_opened(mail)
    kept = worth_keeping(mail.attachments)
    reply = _own_words(mail, kept)
    absence = absence_in(mail, reply.text, has_documents=bool(kept))
    if absence is Absence.CERTAIN:
        return ReadMail(mail, digest, machine=absence.value)
    documents = tuple(
        [
            await _with_words(attachment, scans, pictures=pictures)
            if number < _MOST_DOCUMENTS
            else ReadDocument(attachment)
            for number, attachment in enumerate(kept)
        ]
    )
    attached = "\n".join(f"{each.attachment.name}\n{each.text}" for each in documents)
    places = (mail.subject, reply.text, f"{reply.signature}\n{reply.history}", attached)
    problems = (
        _left_out(mail),
        mail.problem,
        absence and absence.value,
        _refused_invoice(documents),
        next((each.doubt for each in documents if each.doubt), None),
    )
    return ReadMail(
        mail,
        digest,
        reply,
        documents=documents,
        references=find_references(places, mail.references, key, quoted=_QUOTED),
        scans=scans.reads_pictures and any(not each.readable for each in documents),
        problem="; ".join(filter(None, problems))[:_LONGEST_PROBLEM] or _wordless(reply, documents),
    )


def _wordless(reply: Reply, documents: Sequence[ReadDocument]) -> str | None:
    """Say if there is nothing to read in a mail but its subject."""
    said = reply.text.strip() or any(each.text.strip() or each.invoice for each in documents)
    return None if said else "there is no text in the mail or its attachments"


def _left_out(mail: ParsedMail) -> str | None:
    """Say if only the headers of a mail are here: it is larger than the desk reads."""
    size = mail.header(LEFT_OUT.lower())
    if not re.fullmatch(r"[0-9]{1,12}", size):
        return None
    return f"the mail has {int(size) // 1_000_000} MB and was not read; it lies in {LARGE!r}"


def _own_words(mail: ParsedMail, kept: list[Attachment]) -> Reply:
    """What the client wrote; of a mail that only carries another one, what that one says."""
    # Whoever answers may have changed the subject; what is quoted is ours then, not theirs.
    subject = f"Re: {mail.subject}" if mail.references else mail.subject
    reply = take_apart(mail.text, subject)
    carried = [each for each in kept if each.media_type == "message/rfc822"]
    if reply.text or len(carried) != 1:
        return reply
    forwarded = take_apart(carried[0].text.partition("\n\n")[2])
    return replace(reply, text=forwarded.text, history=f"{reply.history}\n{forwarded.history}")


def _refused_invoice(documents: Sequence[ReadDocument]) -> str | None:
    """Say if an electronic invoice is damaged, or dangerous to read."""
    refused = any(is_xml(each.attachment) and not each.readable for each in documents)
    return "an electronic invoice in it could not be read" if refused else None


async def _with_words(attachment: Attachment, scans: ScanReader, *, pictures: bool) -> ReadDocument:
    """An attachment with its words, where it has any.

    A picture is read if its name says that it shows a document; photos are looked at by people.
    """
    if is_xml(attachment):
        return await document_of_xml(attachment)
    if attachment.text:
        return ReadDocument(attachment, attachment.text)
    if attachment.media_type not in READABLE:
        return ReadDocument(attachment)
    if attachment.media_type in PICTURES and kind_of(attachment) is DocumentKind.PHOTO:
        return ReadDocument(attachment)
    if pictures:
        read = await scans.read(attachment.data, attachment.media_type)
        invoice = await invoice_inside(read.invoice)
        readable = read.readable or invoice is not None
        doubt = None if invoice else read.doubt
        return ReadDocument(attachment, read.text, readable, invoice, doubt)
    if attachment.media_type in PICTURES:
        return ReadDocument(attachment, readable=False)
    layer = await scans.text_layer(attachment.data)
    invoice = await invoice_inside(layer.invoice)
    enough = layer.complete or (not scans.reads_pictures and is_text(layer.text))
    return ReadDocument(
        attachment, layer.text, readable=enough or invoice is not None, invoice=invoice
    )
