"""The file that a person wants to see through intake's eyes: what it is, and what is known."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from claimsdesk.demo.placeholders import Known as Placeholders
from claimsdesk.demo.placeholders import fill_in
from claimsdesk.errors import CommandError
from services.intake.domain.attachments import true_media_type
from services.intake.domain.identify import Known, KnownCase
from shared.contract.reference import ClientChanged
from shared.written_files import WrittenFileError, values_in

STDIN = "-"
Kind = Literal["mail", "note", "letter"]
_LARGEST_BYTES = 200_000_000
_LETTERS = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff"})
_HEADER = re.compile(rb"(?:From |[!-9;-~]{1,100}:)")
_PLACEHOLDER = re.compile(rb"\{\{\s*(?:fresh:|today)[^{}\r\n]{0,200}\}\}")
_OUTLOOK = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class ContactFile:
    """A file and what it is.

    Attributes:
        name: For messages; `-` for standard input.
        received_at: When the desk got it, as far as the file tells.
    """

    name: str
    kind: Kind
    data: bytes
    received_at: datetime
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class WhatIsKnown:
    """Cases, notices and clients, as the desk would know them from its topics."""

    known: Known = field(default_factory=Known)
    clients: Mapping[str, frozenset[str]] = field(default_factory=dict)


class _Case(BaseModel):
    model_config = ConfigDict(extra="forbid")

    case_id: str
    client_id: str | None = None
    correspondents: list[str] = []


class _KnownFile(BaseModel):
    """Also a file of reference data to import, whose policies and people are not looked at."""

    clients: list[ClientChanged] = []
    cases: list[_Case] = []
    notices: dict[str, str] = Field(default={}, description="Notice id → case id.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("none of the lists `clients`, `cases` and `notices` is in it")
        return self


def read_contact(file: str, received: datetime | None) -> ContactFile:
    """The file, and whether it is a mail, a scan or a note.

    Args:
        file: Its path, or `-` for standard input.
        received: When the desk got it; if None, what a mail's uppermost `Received` says, else now.

    Raises:
        CommandError: It can't be read, is empty, or is nothing that comes in.
    """
    data = _content(file)
    now = datetime.now(UTC)
    if _PLACEHOLDER.search(data):
        # A sample contact says when it happened in days before today.
        known = Placeholders(now.date())
        data = _PLACEHOLDER.sub(lambda match: fill_in(match[0], known, file), data)
    elif received is None:
        received = _arrival(data)
    media_type = true_media_type(data)
    kind = _kind(file, data, media_type)
    return ContactFile(file, kind, data, min(received or now, now), media_type)


def _content(file: str) -> bytes:
    try:
        if file == STDIN:
            data = sys.stdin.buffer.read(_LARGEST_BYTES + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(_LARGEST_BYTES + 1)
    except OSError as error:
        message = f"{file}: {error.strerror or 'can not be read'}"
        raise CommandError(message) from error
    if not data.strip():
        message = f"{file} is empty"
        raise CommandError(message)
    if len(data) > _LARGEST_BYTES:
        message = f"{file} is larger than {_LARGEST_BYTES // 1_000_000} MB, the most that comes in"
        raise CommandError(message)
    return data


def _kind(file: str, data: bytes, media_type: str) -> Kind:
    suffix = Path(file).suffix.lower()
    if suffix == ".eml":
        return "mail"
    if media_type in _LETTERS:
        return "letter"
    begin = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if suffix == ".json" or begin.startswith(b"{"):
        return "note"
    if _HEADER.match(begin):
        return "mail"
    if data.startswith(_OUTLOOK):
        message = f"{file} is in Outlook's own format: save the mail as .eml"
        raise CommandError(message)
    message = f"{file} is no mail (.eml), no scan (PDF, PNG, JPEG, TIFF) and no phone note (.json)"
    raise CommandError(message)


def _arrival(data: bytes) -> datetime | None:
    """When the last server took a mail over; None if it does not say so."""
    try:
        header = BytesHeaderParser().parsebytes(data[:100_000]).get_all("received") or [""]
        at = parsedate_to_datetime(str(header[0]).rpartition(";")[2].strip())
    except (ValueError, TypeError, IndexError, LookupError):
        return None
    return at.astimezone(UTC) if at.tzinfo and at.year > 1990 else None


def read_known(file: Path | None) -> WhatIsKnown:
    """Clients, cases and notices from a YAML or JSON file.

    Raises:
        CommandError: The file can't be read, or something in it does not fit.
    """
    if file is None:
        return WhatIsKnown()
    try:
        stated = _KnownFile.model_validate(values_in(file) or {})
    except ValidationError as error:
        raise CommandError(problems_of(str(file), error)) from error
    except WrittenFileError as error:
        raise CommandError(str(error)) from error
    clients: dict[str, frozenset[str]] = {}
    for client in stated.clients:
        for email in client.emails:
            address = email.strip().lower()
            clients[address] = clients.get(address, frozenset()) | {client.client_id}
    cases = {
        case.case_id: KnownCase(frozenset(map(str.lower, case.correspondents)), case.client_id)
        for case in stated.cases
    }
    return WhatIsKnown(Known(cases, stated.notices), clients)


def problems_of(file: str, error: ValidationError) -> str:
    """Every problem of a file on a line of its own, without quoting what stands there."""
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        place = " ".join(str(part) for part in problem["loc"]) or "the whole"
        lines.append(f"{file}: {place}: {problem['msg']}")
    return "\n".join(lines)
