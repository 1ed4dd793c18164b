"""`claims.contacts.v1`: what clients sent or said, normalised by intake."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.contract.base import (
    Amount,
    Body,
    Day,
    Identifier,
    Instant,
    PersonalData,
    ShortText,
    Text,
)


class Channel(StrEnum):
    """The way a contact came in or a notice goes out."""

    EMAIL = "email"
    PHONE = "phone"
    LETTER = "letter"
    WEB = "web"


class Language(StrEnum):
    """The languages that the desk writes in."""

    GERMAN = "de"
    ENGLISH = "en"


class Intent(StrEnum):
    """What the client wants, as proposed by intake; a person may change it."""

    CLAIM = "claim"
    REPLY = "reply"
    PAYMENT_DELAY = "payment_delay"
    PROCESSING_DELAY = "processing_delay"
    RENEWAL = "renewal"
    ACCOUNT_CHANGE = "account_change"
    COMPLAINT = "complaint"
    OTHER = "other"


class DocumentKind(StrEnum):
    """What a document is, as far as the desk's checks ask."""

    ORIGINAL = "original"
    INVOICE = "invoice"
    POLICE_REPORT = "police_report"
    MEDICAL_REPORT = "medical_report"
    PHOTO = "photo"
    LETTER = "letter"
    OTHER = "other"


class Document(Body):
    """A reference to a stored document; its bytes never travel in an event."""

    document_id: Identifier
    kind: DocumentKind
    media_type: ShortText
    size: int = Field(ge=0, description="Bytes.")
    sha256: str = Field(min_length=64, max_length=64)
    readable: bool = Field(default=True, description="False: no text could be read from it.")
    blocked: ShortText | None = Field(
        default=None, description="Why it is never served, such as a virus in it."
    )
    macros: bool = Field(default=False, description="It holds macros: open it with care only.")


class ClaimLine(Body):
    """One claimed expense, as the client stated it."""

    line_id: int = Field(ge=1, description="Position in the claim, from 1.")
    description: ShortText
    benefit: Identifier | None = Field(default=None, description="Benefit code of the programme.")
    amount: Amount | None = None
    invoice_number: Identifier | None = None
    bought_on: Day | None = Field(
        default=None, description="When the thing was bought: its current value depends on it."
    )


class Claimant(PersonalData):
    """For whom an expense arose, where that is not the policy's holder."""

    name: ShortText = ""
    client_id: Identifier | None = None
    date_of_birth: Day | None = None


class ClaimDetails(PersonalData):
    """What the client claims; every field may be missing, and review asks for it then."""

    policy_number: Identifier | None = None
    date_of_loss: Day | None = None
    description: Text = ""
    currency: str = Field(default="EUR", min_length=3, max_length=3)
    lines: tuple[ClaimLine, ...] = ()
    stated_total: Amount | None = None
    unconfirmed_iban: str | None = Field(
        default=None, max_length=42, description="As written; never paid to before it is confirmed."
    )
    claimant: Claimant | None = Field(
        default=None, description="For whom it is claimed; absent: the policy's holder."
    )
    circumstances: tuple[Identifier, ...] = Field(
        default=(), description="Circumstances of the loss, by the codes of the programme."
    )
    advance_requested: bool = Field(
        default=False, description="The client asks for an advance (SGB I §42)."
    )


class Evidence(Body):
    """Where a value was read and how sure that is."""

    field: Identifier
    source: Literal["subject", "body", "attachment", "header", "note", "scan", "form"]
    quote: ShortText
    confidence: float = Field(ge=0, le=1)
    value: ShortText = Field(default="", description="What was read, in its normal form.")
    place: ShortText = Field(default="", description="Name of the attachment it was read in.")
    doubt: ShortText = Field(
        default="",
        description="Why a person has to check it: a second value, wrong check digits, …",
    )


class InvoiceItem(Body):
    """One position of an invoice."""

    description: ShortText
    amount: Amount | None = None


class Invoice(PersonalData):
    """What an attached invoice says; every field may be missing."""

    number: Identifier | None = None
    issued_on: Day | None = None
    seller: ShortText = ""
    currency: str = Field(default="EUR", min_length=3, max_length=3)
    items: tuple[InvoiceItem, ...] = ()
    net: Amount | None = None
    tax: Amount | None = None
    total: Amount | None = Field(default=None, description="With tax.")
    iban: str | None = Field(default=None, max_length=42, description="The seller's account.")
    credit: bool = Field(default=False, description="A credit note: the amounts were given back.")
    exact: bool = Field(
        default=False, description="Read from the XML of an electronic invoice, not from words."
    )
    file: ShortText = Field(default="", description="Name of the attachment.")


class UnconfirmedDetails(PersonalData):
    """What a contact says about its writer: it changes nothing before `accounts` confirmed it."""

    phone_numbers: tuple[ShortText, ...] = Field(default=(), description="E.164.")
    postal_address: ShortText | None = Field(default=None, description="A new one, on one line.")
    email_address: ShortText | None = Field(default=None, description="A new one.")
    valid_from: Day | None = Field(default=None, description="From when the new address holds.")


class Sender(PersonalData):
    """Who contacted the desk, as far as the contact itself tells."""

    name: ShortText = ""
    address: ShortText = Field(default="", description="Email address or telephone number.")
    authenticated: bool = Field(
        default=False,
        description="An aligned DMARC or DKIM pass by our own server, or check questions passed.",
    )


class ContactText(PersonalData):
    """The words of a contact, without quoted history and signature."""

    subject: ShortText = ""
    text: Text = ""


class IdentityCheck(Body):
    """One question by which a caller shows who they are; the answer itself is not kept."""

    question: Identifier
    result: Literal["passed", "failed", "not_asked"]
    asked_by: Identifier


class Handover(Body):
    """A misdirected application passed on to the body that is responsible (SGB I §16(2))."""

    body: Identifier = Field(description="Code of the body in the desk's rules.")
    by: Identifier = Field(description="Who passed it on.")
    at: Instant
    reason: ShortText = ""


class ContactReceived(Body):
    """`claims.contact.received.v1`: one clean contact, stored with its originals."""

    contact_id: Identifier
    channel: Channel
    received_at: Instant
    language: Language
    intent: Intent
    intent_evidence: ShortText = ""
    case_id: Identifier | None = Field(
        default=None, description="The case it belongs to, only after the sender check."
    )
    client_id: Identifier | None = Field(default=None, description="The client who wrote.")
    sender: Sender
    words: ContactText
    claim: ClaimDetails | None = None
    evidence: tuple[Evidence, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    unconfirmed_details: UnconfirmedDetails | None = None
    documents: tuple[Document, ...] = ()
    keyed_by: Identifier | None = Field(
        default=None, description="Who keyed a phone note in; that person may not decide it."
    )
    needs_person: ShortText | None = Field(
        default=None, description="Why a person must look first, e.g. an unreadable scan."
    )
    identity_checks: tuple[IdentityCheck, ...] = ()
    assigned_by: Identifier | None = Field(
        default=None, description="Who took it out of the unidentified queue."
    )
    handover: Handover | None = Field(
        default=None, description="It was passed on before any case was opened for it."
    )


class ContactPassedOn(Body):
    """`claims.contact.passed-on.v1`: a contact published earlier went to the responsible body."""

    contact_id: Identifier
    received_at: Instant = Field(description="Counts as the day of the application there, too.")
    handover: Handover
