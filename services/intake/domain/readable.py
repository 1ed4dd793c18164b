"""What of a contact can be read for values: its own words and those of its documents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from services.intake.domain.invoices import InvoiceFacts
from shared.contract.contacts import DocumentKind

SourceName = Literal["subject", "body", "attachment", "header", "note", "scan"]
SIGNS_READ: Final = 20_000
"""Signs of each text that are searched for values."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """One text to read from.

    Attributes:
        source: Where in the contact it stands.
        text: Its words.
        kind: What kind of document it came from.
        place: The attachment's name; empty for the contact's own words.
        invoice: What the XML in it says, if it is an electronic invoice.
    """

    source: SourceName
    text: str
    kind: DocumentKind = DocumentKind.OTHER
    place: str = ""
    invoice: InvoiceFacts | None = None


@dataclass(frozen=True, slots=True)
class Readable:
    """Everything of a contact that can be read.

    Attributes:
        subject: Of a mail; empty otherwise.
        body: What the client wrote, said or sent as a letter.
        body_source: How the body came: `body`, `note` or `scan`.
        signature: Below the closing: numbers there count, amounts don't.
        attachments: Texts of documents.
        invoice: What the XML in the body says, if the whole of it is an electronic invoice.
    """

    body: str
    subject: str = ""
    body_source: SourceName = "body"
    signature: str = ""
    attachments: Sequence[SourceText] = ()
    invoice: InvoiceFacts | None = None

    def own_texts(self) -> Iterator[SourceText]:
        """What the client wrote, most telling first."""
        yield SourceText("subject", self.subject)
        yield SourceText(self.body_source, self.body)
        yield SourceText(self.body_source, self.signature)

    def doubts(self) -> Iterator[str]:
        """Why amounts of its electronic invoices can't be right."""
        for invoice in (self.invoice, *(text.invoice for text in self.attachments)):
            if invoice is not None and invoice.doubt:
                yield invoice.doubt

    def shortened(self) -> "Readable":
        """The beginning of each text: a longer one is no claim, and would take long to read."""
        attachments = [replace(text, text=text.text[:SIGNS_READ]) for text in self.attachments]
        return replace(
            self,
            body=self.body[:SIGNS_READ],
            signature=self.signature[:SIGNS_READ],
            attachments=attachments,
        )
