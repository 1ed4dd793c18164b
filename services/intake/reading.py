"""A mail read to the end: its texts, references and documents, before anything is decided."""

import asyncio
import traceback
from dataclasses import dataclass, field
from typing import Final

import structlog

from services.intake.adapters.scans import ScanReader
from services.intake.domain.attachments import Attachment, worth_keeping
from services.intake.domain.identify import References, find_references
from services.intake.domain.machines import DeliveryReport, delivery_report, machine_reason
from services.intake.domain.mail import ParsedMail, fingerprint, parse_mail
from services.intake.domain.normalise import ReadDocument
from services.intake.domain.quotes import Reply, take_apart
from services.intake.settings import Settings

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
        problem: Why a person must look at it first.
    """

    mail: ParsedMail
    fingerprint: str
    reply: Reply = field(default_factory=lambda: Reply(""))
    machine: str | None = None
    report: DeliveryReport | None = None
    documents: tuple[ReadDocument, ...] = ()
    references: References = field(default_factory=References)
    problem: str | None = None


async def read_mail(raw: bytes, settings: Settings, scans: ScanReader) -> ReadMail:
    """Read a mail; whatever it is, this gives a result.

    A mail on which our own program fails becomes one for a person, not an endless retry.
    """
    try:
        if len(raw) > _LARGE:
            mail = await asyncio.to_thread(parse_mail, raw, settings.authserv_id)
        else:
            mail = parse_mail(raw, settings.authserv_id)
        return await _read(mail, fingerprint(raw), settings, scans)
    except Exception as error:
        # The error's own text could quote the mail.
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error(
            "a mail could not be read; it goes to a person",
            error=type(error).__name__,
            place=f"{place.name}:{place.lineno}",
        )
        problem = f"the desk could not read this mail ({type(error).__name__})"
        return ReadMail(ParsedMail(), fingerprint(raw), problem=problem)


async def _read(mail: ParsedMail, digest: str, settings: Settings, scans: ScanReader) -> ReadMail:
    key = settings.notice_key.get_secret_value()
    machine = machine_reason(mail)
    if machine is not None:
        return ReadMail(mail, digest, machine=machine, report=delivery_report(mail, key))
    reply = take_apart(mail.text, mail.subject)
    kept = worth_keeping(mail.attachments)
    documents = tuple(
        [
            await _with_words(attachment, scans)
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
        problem=mail.problem or _unopened(kept),
    )


def _unopened(attachments: list[Attachment]) -> str | None:
    if any(attachment.media_type in _TNEF for attachment in attachments):
        return "an attachment is in Outlook's own format (winmail.dat) and was not opened"
    return None


async def _with_words(attachment: Attachment, scans: ScanReader) -> ReadDocument:
    """An attachment with its text layer; pictures in a mail are looked at by people."""
    if attachment.media_type != "application/pdf":
        return ReadDocument(attachment)
    return ReadDocument(attachment, await scans.text_layer(attachment.data))
