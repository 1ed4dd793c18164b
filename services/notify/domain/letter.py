"""A letter as data: what stands where on the sheet; the typesetter adds nothing to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.notify.domain.clauses import ProgrammeKind
from services.notify.domain.content import NoticeFacts
from services.notify.domain.letterhead import Letterhead
from services.notify.domain.message import Block, Clause, Message
from services.notify.domain.wording import day
from services.notify.domain.words import Words

REPLY_SHEET: Final = "reply_sheet"
"""The enclosure that brings an answer by post back to its case."""


@dataclass(frozen=True, slots=True)
class ReplySheet:
    """A sheet of its own that the client lays on top of their answer.

    Attributes:
        code: The case number, as the scan station reads it from the sheet.
        items: What was asked for, to be ticked.
        words: Title, instructions and labels.
    """

    code: str
    items: tuple[str, ...]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter, ready for the typesetter.

    Attributes:
        day: Year, month and day of the letter; also the PDF's date, so that its bytes repeat.
        address: The lines in the window.
        information: Label and value of each line of the information block.
    """

    language: str
    case_id: str
    day: tuple[int, int, int]
    date: str
    office: Letterhead
    return_line: str
    address: tuple[str, ...]
    information: tuple[tuple[str, str], ...]
    subject: str
    salutation: str
    blocks: tuple[Block, ...]
    closing: str
    signature: tuple[str, ...]
    clauses: tuple[Clause, ...]
    hint: str
    labels: Mapping[str, str]
    enclosures: tuple[str, ...] = ()
    """Names of what is enclosed, under the signature as DIN 5008 has it."""
    reply: ReplySheet | None = None


def letter_of(
    message: Message,
    facts: NoticeFacts,
    office: Letterhead,
    words: Words,
    address: tuple[str, ...],
    on: date,
) -> Letter:
    """The letter of a message, to an address, dated a day of the desk's zone."""
    labels = words.labels
    agency = facts.programme_kind is ProgrammeKind.AGENCY
    written = day(on, message.language)
    entries = (
        (labels["date"], written),
        (labels["case"], message.case_id),
        (labels["file" if agency else "policy"], facts.policy_number),
        (labels["programme"], facts.programme),
        (labels["phone"], office.phone),
        (labels["email"], office.email),
    )
    return Letter(
        language=message.language.value,
        case_id=message.case_id,
        day=(on.year, on.month, on.day),
        date=written,
        office=office,
        return_line=f"{office.name} · {office.street} · {office.town}",
        address=address,
        information=tuple(entry for entry in entries if entry[1]),
        subject=message.subject,
        salutation=message.salutation,
        blocks=message.blocks,
        closing=message.closing,
        signature=message.signature,
        clauses=message.clauses,
        hint=words.hint,
        labels={**labels, "enclosure": words.enclosures["heading"]},
        enclosures=tuple(words.enclosures[code] for code in message.enclosures),
        reply=ReplySheet(message.case_id, facts.items, words.reply)
        if REPLY_SHEET in message.enclosures
        else None,
    )
