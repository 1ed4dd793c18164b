"""A notice's words as blocks: one source for the mail's text, its HTML and the letter.

The structure comes from our templates, the strings may hold a client's words. Because a string
never becomes structure, nothing that a client wrote can make a heading, a link or a table.
"""

from dataclasses import dataclass
from typing import Literal

from shared.contract.contacts import Language


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `strong` for the one sentence that must not be overlooked."""

    text: str
    strong: bool = False
    block: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the message."""

    text: str
    block: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list: a checklist, or the reasons of a decision."""

    entries: tuple[str, ...]
    block: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True)
class AmountRow:
    """One claim line: what was claimed, what each step took away, what is paid."""

    label: str
    claimed: str
    steps: tuple[tuple[str, str], ...]
    approved: str


@dataclass(frozen=True, slots=True)
class Amounts:
    """The arithmetic of a decision, written out."""

    heads: tuple[str, str, str]
    """Headings of the columns: line, claimed, approved."""
    rows: tuple[AmountRow, ...]
    total: AmountRow
    block: Literal["amounts"] = "amounts"


@dataclass(frozen=True, slots=True)
class Clause:
    """A legal clause, set apart from the running text with a heading of its own."""

    code: str
    title: str
    paragraphs: tuple[str, ...]
    block: Literal["clause"] = "clause"


Block = Paragraph | Heading | Bullets | Amounts


@dataclass(frozen=True, slots=True)
class Message:
    """What one notice says, in one language, before it becomes a mail or a letter."""

    language: Language
    case_id: str
    case_label: str
    subject: str
    salutation: str
    blocks: tuple[Block, ...]
    closing: str
    signature: tuple[str, ...]
    clauses: tuple[Clause, ...]
    """Legal clauses, after the signature, as letters of offices have them."""
    answer: str
    """How to answer, so that the answer finds its case (mails only)."""
    enclosures: tuple[str, ...] = ()
    """Codes of what a letter encloses (letters only)."""
