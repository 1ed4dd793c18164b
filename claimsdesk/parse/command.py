"""`claimsdesk contact parse`: one file through intake's own functions, shown or as JSON."""

import asyncio
import json
import logging
import os
import sys
from datetime import datetime
from email.parser import BytesHeaderParser
from pathlib import Path

import structlog
from pydantic import ValidationError
from rich.console import Console

from claimsdesk.errors import CommandError
from claimsdesk.parse.files import ContactFile, problems_of, read_contact, read_known
from claimsdesk.parse.shown import as_json, print_for_people
from services.intake.adapters.scans import OCR_OFF, ScanReader
from services.intake.domain.attachments import safe_name
from services.intake.domain.phone import PhoneNote
from services.intake.parsing import Parsed, Parser
from services.intake.settings import Settings
from shared.programmes import ProgrammeError, load_programmes

_KEYED_BY = "contact parse"
_WIDTH_OF_A_PIPE = 200


def parse_command(
    file: str,
    *,
    trust: str | None,
    known: Path | None,
    received: datetime | None,
    json_wanted: bool,
) -> None:
    """Print what intake makes of a file.

    Args:
        file: The path of a mail, scan or phone note; `-` for standard input.
        trust: The mail server whose Authentication-Results count.
        known: A file with the cases and clients that the desk knows.
        received: When the desk got it; see `read_contact`.
        json_wanted: One JSON object and nothing else.

    Raises:
        CommandError: A file can't be read or does not fit.
    """
    _logs_are_not_wanted()
    contact = read_contact(file, received)
    parser = _parser(trust, known)
    parsed = asyncio.run(_parsed(parser, contact))
    shown = as_json(file, parsed, _notes(parser, contact, parsed))
    if json_wanted:
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
    else:
        width = None if os.isatty(1) else _WIDTH_OF_A_PIPE
        print_for_people(Console(width=width, highlight=False), shown)


def _logs_are_not_wanted() -> None:
    """What the service would log is said by the output itself, but for faults of our program."""
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
    )


def _parser(trust: str | None, known: Path | None) -> Parser:
    # The places where a running service keeps things are not used here.
    nowhere = Path(os.devnull)
    settings = Settings(database_url="", jwks_file=nowhere, documents_dir=nowhere)
    if trust is not None:
        settings = settings.model_copy(update={"authserv_id": trust})
    try:
        programmes = load_programmes(settings.programmes_dir)
    except ProgrammeError as error:
        raise CommandError(str(error)) from error
    what = read_known(known)
    scans = ScanReader(settings.ocr_timeout_seconds)
    return Parser(settings, programmes, scans, what.known, what.clients)


async def _parsed(parser: Parser, contact: ContactFile) -> tuple[Parsed, ...]:
    if contact.kind == "mail":
        return (await parser.mail(contact.data, contact.received_at),)
    if contact.kind == "letter":
        name = safe_name(contact.name, "letter")
        return await parser.letters(contact.data, name, contact.media_type, contact.received_at)
    try:
        note = PhoneNote.model_validate_json(contact.data)
    except ValidationError as error:
        raise CommandError(problems_of(contact.name, error)) from error
    return (parser.note(note, _KEYED_BY, contact.received_at),)


def _notes(parser: Parser, contact: ContactFile, parsed: tuple[Parsed, ...]) -> list[str]:
    unread = any(not each.document.readable for one in parsed for each in one.attachments)
    notes = []
    if not parser.scans.reads_pictures and unread:
        notes.append(f"pictures were not read: {OCR_OFF}")
    keyless = not parser.settings.notice_key.get_secret_value()
    if keyless and (_answers_a_mail(contact) or any(one.fate for one in parsed)):
        notes.append("no key for our Message-IDs (CLAIMSDESK_NOTICE_KEY): they are not recognised")
    return notes


def _answers_a_mail(contact: ContactFile) -> bool:
    """Does it name Message-IDs, which may be ours?"""
    if contact.kind != "mail":
        return False
    headers = BytesHeaderParser().parsebytes(contact.data)
    return any(name in headers for name in ("In-Reply-To", "References"))
