"""What intake makes of one contact, without a broker or a database: for support people and tests.

The same functions as in the service read and decide; what the service looks up in its projection
is handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from services.intake.adapters.scans import ReadLetter, ScanReader
from services.intake.arrivals import NOT_STORED, Arrival, Kept, mail_as_document, not_stored
from services.intake.deciding import KnownToBatch, decide
from services.intake.domain.attachments import Attachment
from services.intake.domain.bounces import fate_told
from services.intake.domain.identify import Known, References
from services.intake.domain.normalise import Circumstances, sender_of
from services.intake.domain.phone import PhoneNote, contact_of_note, identify_caller
from services.intake.letters import (
    identified_letter,
    letter_outcome,
    read_letters,
    references_in,
)
from services.intake.reading import read_mail
from services.intake.settings import Settings
from services.intake.store import Received
from shared.contract.contacts import Channel, ContactReceived, Sender
from shared.contract.public import DeliveryReported
from shared.programmes import Programmes

Kind = Literal["contact", "machine", "delivery_report"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a mail, note or letter is.

    Attributes:
        kind: A person's contact, a machine's mail, or a server's report on one of our notices.
        channel: How it came.
        received_at: Day and time that "yesterday" refers to.
        sender: Who it says it is from.
        references: Our references in it.
        queued: Why it would wait in the unidentified queue; None if it would not.
        machine: What says that no person wrote it.
        contact: As review would get it.
        report: What a delivery report says of which notice.
        fate: What it says, and its status code, also if it names no notice of ours.
        attachments: What came with it.
    """

    kind: Kind
    channel: Channel
    received_at: datetime
    sender: Sender
    references: References = field(default_factory=References)
    queued: str | None = None
    machine: str | None = None
    contact: ContactReceived | None = None
    report: DeliveryReported | None = None
    fate: tuple[str, str] | None = None
    attachments: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Parser:
    """Parses contacts.

    Attributes:
        settings: Whom intake trusts.
        programmes: For benefits and the desk's local day.
        scans: Reads documents.
        known: The cases and notices that the desk knows.
        clients: The clients behind each email address.
    """

    settings: Settings
    programmes: Programmes
    scans: ScanReader
    known: Known = field(default_factory=Known)
    clients: Mapping[str, frozenset[str]] = field(default_factory=dict)

    async def mail(self, raw: bytes, received_at: datetime) -> Parsed:
        """What a mail is; any bytes give an answer."""
        read = await read_mail(raw, self.settings, self.scans, pictures=True)
        documents = not_stored(mail_as_document(raw), read.documents)
        read = replace(read, scans=False)
        arrival = Arrival(NOT_STORED, NOT_STORED, received_at, read, documents)
        known = KnownToBatch(self.known, self.clients)
        outcome = decide(arrival, known, self.programmes, received_at, wait=0)
        fate = fate_told(read.mail) if read.machine else None
        return Parsed(
            _kind(read.machine, fate),
            Channel.EMAIL,
            received_at,
            sender_of(read.mail),
            read.references,
            queued=outcome.row.reason if outcome.row.verdict == "unidentified" else None,
            machine=read.machine,
            contact=outcome.contact,
            report=outcome.report,
            fate=fate,
            attachments=documents[1:],
        )

    async def letters(
        self, scan: bytes, name: str, media_type: str, received_at: datetime
    ) -> tuple[Parsed, ...]:
        """What a scan is: one letter, or several.

        Raises:
            TemporaryFault: The machine is short of something.
        """
        read = await read_letters(self.scans, scan, media_type)
        return tuple(
            [
                await self._letter(
                    letter, Attachment(name, media_type, letter.data or scan), received_at
                )
                for letter in read
            ]
        )

    async def _letter(self, letter: ReadLetter, file: Attachment, received_at: datetime) -> Parsed:
        (kept,) = not_stored(file, ())
        row = Received(
            received_id=NOT_STORED,
            channel=Channel.LETTER.value,
            received_at=received_at,
            contact_id=NOT_STORED,
        )
        identified = identified_letter(None, letter, self.known)
        outcome = await letter_outcome(row, letter, kept, identified, self.programmes)
        assert outcome.contact is not None
        (document,) = outcome.contact.documents
        return Parsed(
            "contact",
            Channel.LETTER,
            received_at,
            outcome.contact.sender,
            references_in(letter),
            queued=outcome.row.reason,
            contact=outcome.contact,
            attachments=(Kept(document, file.name),),
        )

    def note(self, note: PhoneNote, keyed_by: str, received_at: datetime) -> Parsed:
        """What the note of a call is."""
        case = self.known.cases.get(note.case_id) if note.case_id else None
        identified = identify_caller(note, case)
        (original,) = not_stored(
            Attachment("phone-note.json", "application/json", note.model_dump_json().encode()), ()
        )
        contact = contact_of_note(
            note, keyed_by, identified, self._around(received_at, (original,))
        )
        named = (note.case_id,) if note.case_id else ()
        return Parsed(
            "contact",
            Channel.PHONE,
            received_at,
            contact.sender,
            References(cases=(named,) if named else (), stated=named),
            queued=identified.suspicion,
            contact=contact,
        )

    def _around(
        self, received_at: datetime, documents: tuple[Kept, ...], problem: str | None = None
    ) -> Circumstances:
        today = self.programmes.desk.local_day(received_at)
        return Circumstances(
            contact_id=NOT_STORED,
            received_at=received_at,
            today=today,
            keywords=self.programmes.benefit_keywords(today),
            documents=tuple(kept.document for kept in documents),
            needs_person=problem,
        )


def _kind(machine: str | None, fate: tuple[str, str] | None) -> Kind:
    if machine is None:
        return "contact"
    return "delivery_report" if fate else "machine"
