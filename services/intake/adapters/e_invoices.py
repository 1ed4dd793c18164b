"""Electronic invoices, read exactly from their XML (EN 16931).

Both syntaxes: UN/CEFACT CII, as ZUGFeRD and Factur-X carry it inside a PDF and XRechnung as a file,
and UBL. `factur-x` knows where each field stands. The XML is a stranger's: it is refused with any
document type (entities that grow, files of this machine), above a size, and with too many elements.
"""

import asyncio
import logging
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Any, Final

import structlog
from defusedxml import ElementTree, common
from lxml import etree

from services.intake.adapters.zugferd_one import as_cross_industry_invoice, is_zugferd_one
from services.intake.domain.attachments import Attachment
from services.intake.domain.invoice_items import MOST_ITEMS, InvoiceItem
from services.intake.domain.invoices import InvoiceFacts, doubt_about, words_of
from services.intake.domain.normalise import ReadDocument
from services.intake.domain.references import ibans

log = structlog.get_logger(__name__)

_XML_TYPES: Final = frozenset({"application/xml", "text/xml"})
_LARGEST_BYTES: Final = 5_000_000
_MOST_ELEMENTS: Final = 60_000
_ROOTS: Final = frozenset(
    {
        "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice",
        "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice",
        "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote",
    }
)
_BEGINNING: Final = 4000
_BEGINS_AS_INVOICE = re.compile(
    rb"<(?:[\w.-]{1,40}:)?(?:CrossIndustry(?:Invoice|Document)|Invoice|CreditNote)\s[^<>]{0,1000}"
    rb"urn:(?:un:unece:uncefact|ferd|oasis:names:specification:ubl)"
)
_LINES: Final = frozenset({"IncludedSupplyChainTradeLineItem", "InvoiceLine", "CreditNoteLine"})
_CREDIT_NOTES: Final = frozenset(
    ["81", "83", "261", "296", "308", "381", "396", "420", "458", "532"]
)
"""UNTDID 1001."""
_ISO_DATE = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})")
_CURRENCY = re.compile(r"[A-Z]{3}")
_CENT: Final = Decimal("0.01")
_LARGEST: Final = Decimal(10**11)
_DOUBTFUL: Final = 0.5
"""A total that can't be right."""


class UnreadableInvoiceError(Exception):
    """XML that says it is an invoice and can't be read; the text says why, without its contents."""


def is_xml(attachment: Attachment) -> bool:
    """Say whether a file may be an electronic invoice, by its type or its name."""
    return attachment.media_type in _XML_TYPES or attachment.name.lower().endswith(".xml")


async def document_of_xml(attachment: Attachment) -> ReadDocument:
    """An XML file with what it says, if it is an invoice."""
    try:
        invoice = await asyncio.to_thread(read_e_invoice, attachment.data)
    except UnreadableInvoiceError as problem:
        log.warning("an electronic invoice was not read", reason=str(problem))
        return ReadDocument(attachment, readable=False)
    if invoice is None:
        return ReadDocument(attachment, attachment.text)
    return ReadDocument(attachment, words_of(invoice), invoice=invoice)


async def invoice_inside(xml: bytes | None) -> InvoiceFacts | None:
    """What the XML inside a PDF says; without a readable one the PDF's words count."""
    if not xml:
        return None
    try:
        return await asyncio.to_thread(read_e_invoice, xml)
    except UnreadableInvoiceError as problem:
        log.warning("the electronic invoice in a PDF was not read", reason=str(problem))
        return None


def read_e_invoice(xml: bytes) -> InvoiceFacts | None:
    """What an electronic invoice says; None for XML that is none.

    Takes milliseconds for a usual invoice, up to a second for the largest.

    Args:
        xml: The file.

    Raises:
        UnreadableInvoiceError: It is an invoice, and dangerous, damaged or too large.
    """
    root = _parsed(xml)
    if root is None:
        return None
    _keep_readable(root)
    try:
        fields = _reader()(root, level="extended", check_xsd=False)
    except Exception as error:  # whatever the library raises, a person looks at the invoice
        message = f"the electronic invoice does not fit EN 16931 ({type(error).__name__})"
        raise UnreadableInvoiceError(message) from error
    return _facts(fields, is_credit=root.tag.endswith("CreditNote"))


def _parsed(xml: bytes) -> Any | None:
    """The root of an invoice; None for XML that is none."""
    if len(xml) > _LARGEST_BYTES:
        raise UnreadableInvoiceError("the XML is too large for an invoice")
    try:
        checked = ElementTree.fromstring(xml, forbid_dtd=True)
    except common.DefusedXmlException as error:
        raise UnreadableInvoiceError("the XML defines entities, as no invoice does") from error
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        if _BEGINS_AS_INVOICE.search(xml, 0, _BEGINNING):
            raise UnreadableInvoiceError("the XML is damaged") from error
        return None
    if not (checked.tag in _ROOTS or is_zugferd_one(checked.tag)):
        return None
    if sum(1 for _ in checked.iter()) > _MOST_ELEMENTS:
        raise UnreadableInvoiceError("the XML is too large for an invoice")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableInvoiceError("the XML is damaged") from error
    return as_cross_industry_invoice(root) if is_zugferd_one(root.tag) else root


def _keep_readable(root: Any) -> None:
    """Dates as the library expects them, and no more lines than a claim can have.

    XML's dates may carry a time zone, and one date that is none would lose the whole invoice.
    """
    lines = [element for element in root.iter() if etree.QName(element).localname in _LINES]
    for element in lines[MOST_ITEMS:]:
        element.getparent().remove(element)
    is_cii = root.tag.endswith("CrossIndustryInvoice")
    for element in list(root.iter()):
        name = etree.QName(element).localname
        if name in {"DateTimeString", "DateString"} if is_cii else name.endswith("Date"):
            day = _day(element.text or "")
            if day is None:
                element.getparent().remove(element)
            else:
                element.text = day.strftime("%Y%m%d" if is_cii else "%Y-%m-%d")


def _day(text: str) -> date | None:
    match = _ISO_DATE.match(text) or re.match(r"\s*(\d{4})(\d{2})(\d{2})", text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


@cache
def _reader() -> Any:
    """The library's reader, loaded with the first electronic invoice: that takes a while."""
    logging.getLogger("factur-x").setLevel(logging.ERROR)  # it logs what it reads
    from facturx.parse_xml import parse_ubl_cii_xml

    return parse_ubl_cii_xml


def _facts(fields: Mapping[str, Any], *, is_credit: bool) -> InvoiceFacts:
    currency = str(_first(fields.get("BT-5")) or "")
    with_tax, net, tax = (_amount(fields.get(each)) for each in ("BT-112", "BT-109", "BT-110"))
    total = with_tax or _amount(fields.get("BT-115"))
    amounts = [fields.get(each) for each in ("BT-109", "BT-110", "BT-112", "BT-115")]
    readable = all(_amount(each) is not None for each in amounts if _text(each))
    # What is due may be less than both together: a part was paid before.
    doubt = doubt_about(total, None if with_tax is None else net, tax, readable=readable)
    seller = fields.get("BG-4") or {}
    issued_on = _first(fields.get("BT-2"))
    return InvoiceFacts(
        number=_text(fields.get("BT-1")) or None,
        issued_on=issued_on if isinstance(issued_on, date) and issued_on.year >= 1900 else None,
        seller=_text(seller.get("name") or seller.get("trade_name"))[:200],
        currency=currency if _CURRENCY.fullmatch(currency) else "EUR",
        items=tuple(_items(fields.get("BG-25") or ())),
        net=net,
        tax=tax,
        total=total,
        iban=_iban(fields.get("BT-84")),
        quote=f"{total} {currency}" if total is not None else "",
        credit=is_credit or _text(fields.get("BT-3")) in _CREDIT_NOTES,
        exact=True,
        sure=_DOUBTFUL if doubt else 1.0,
        doubt=doubt,
    )


def _items(lines: Iterable[Mapping[str, Any]]) -> Iterable[InvoiceItem]:
    for line in lines:
        name = _text(line.get("BT-153")) or _text(line.get("BT-154"))
        yield InvoiceItem(name[:200], _amount(line.get("BT-131")))


def _first(value: Any) -> Any:
    """A field that may be given once is a list if somebody gave it twice."""
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str:
    return " ".join(str(_first(value) or "").split())[:500]


def _amount(value: Any) -> Decimal | None:
    try:
        amount = Decimal(_text(value))
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= _LARGEST:
        return None
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _iban(value: Any) -> str | None:
    accounts = value if isinstance(value, list) else [value]
    found = (hit for account in accounts for hit in ibans(str(account or "")))
    return next((hit.value for hit in found if not hit.doubt), None)
