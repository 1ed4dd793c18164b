"""A mail read to the end: its texts, references and documents, before anything is decided."""

import asyncio
import traceback
from dataclasses import dataclass, field
from typing import Final

import structlog

from services.intake.adapters.scans import PICTURES, ScanReader, is_text
from services.intake.domain.attachments import Attachment, kind_of, worth_keeping
from services.intake.domain.identify import References, find_references
from services.intake.domain.machines import DeliveryReport, delivery_report, machine_reason
from services.intake.domain.mail import ParsedMail, fingerprint, parse_mail
from services.intake.domain.normalise import ReadDocument
from services.intake.domain.quotes import Reply, take_apart
from services.intake.settings import Settings
from shared.contract.contacts import DocumentKind

log = structlog.get_logger(__name__)

_LARGE: Final = 100_000
"""Bytes from which a mail is parsed in a thread, so that it does not hold up the loop."""
_MOST_DOCUMENTS: Final = 20
"""So many attachments are searched for words; all of them are kept."""
_TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})


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
    machine = machine_reason(mail)
    if machine is not None:
        return ReadMail(mail, digest, machine=machine, report=delivery_report(mail, key))
    reply = take_apart(mail.text, mail.subject)
    kept = worth_keeping(mail.attachments)
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
    return ReadMail(
        mail,
        digest,
        reply,
        documents=documents,
        references=find_references(places, mail.references, key),
        scans=scans.reads_pictures and any(not each.readable for each in documents),
        problem=mail.problem or _unopened(kept),
    )


def _unopened(attachments: list[Attachment]) -> str | None:
    if any(attachment.media_type in _TNEF for attachment in attachments):
        return "an attachment is in Outlook's own format (winmail.dat) and was not opened"
    return None


async def _with_words(attachment: Attachment, scans: ScanReader, *, pictures: bool) -> ReadDocument:
    """An attachment with its words, where it has any.

    A picture is read if its name says that it shows a document; photos are looked at by people.
    """
    if attachment.media_type == "application/pdf":
        text = await scans.text_layer(attachment.data)
        if is_text(text):
            return ReadDocument(attachment, text)
    elif attachment.media_type not in PICTURES or kind_of(attachment) is DocumentKind.PHOTO:
        return ReadDocument(attachment)
    if not pictures:
        return ReadDocument(attachment, readable=False)
    read = await scans.read(attachment.data, attachment.media_type)
    return ReadDocument(attachment, read.text, readable=read.problem is None)
