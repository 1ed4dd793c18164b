"""Electronic invoices: each profile and syntax read exactly, each attack refused."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.adapters.e_invoices import UnreadableInvoiceError, read_e_invoice
from services.intake.domain.extraction import extract
from services.intake.domain.invoices import InvoiceFacts
from services.intake.domain.readable import Readable, SourceText
from shared.contract.contacts import DocumentKind
from shared.programmes import load_programmes
from tests.support.e_invoices import IBAN, e_invoice
from tests.support.intake_desk import mail
from tests.support.mail_reading import parsed_mail

TODAY = date(2026, 11, 22)
BY_HAND = Path(__file__).with_name("e_invoices")
ITEMS = [("Isolierglasscheibe", Decimal("197.48")), ("Einbau", Decimal("46.22"))]
XRECHNUNG_CII = b"urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
BASIC = b"urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic"
EN16931 = b">urn:cen.eu:en16931:2017<"


def read(xml: bytes) -> InvoiceFacts:
    facts = read_e_invoice(xml)
    assert facts is not None
    return facts


@pytest.mark.parametrize(
    ("flavor", "level", "guideline", "has_lines"),
    [
        ("factur-x", "basicwl", None, False),
        ("factur-x", "en16931", BASIC, True),
        ("factur-x", "en16931", None, True),
        ("factur-x", "extended", None, True),
        ("factur-x", "en16931", XRECHNUNG_CII, True),
        ("ubl-2.1", "en16931", None, True),
    ],
)
def test_every_profile_is_read_exactly(flavor, level, guideline, has_lines):
    xml = e_invoice(flavor, level)
    if guideline:
        assert EN16931 in xml
        xml = xml.replace(EN16931, b">" + guideline + b"<")
    facts = read(xml)
    assert (facts.number, facts.issued_on) == ("RE-2026-0457", date(2026, 11, 2))
    assert (facts.net, facts.tax, facts.total) == tuple(map(Decimal, ("243.70", "46.30", "290.00")))
    assert (facts.seller, facts.currency, facts.iban) == ("Glaserei Hell GmbH", "EUR", IBAN)
    assert [(item.description, item.amount) for item in facts.items] == (ITEMS if has_lines else [])
    assert facts.exact
    assert not facts.credit


@pytest.mark.parametrize("name", ["minimum.xml", "zugferd-1.xml", "xrechnung-ubl.xml"])
def test_invoices_written_by_hand(name: str):
    facts = read((BY_HAND / name).read_bytes())
    assert (facts.number, facts.issued_on, facts.seller) == (
        "4711",
        date(2026, 11, 2),
        "Rohr & Sohn",
    )
    assert (facts.net, facts.tax, facts.total) == tuple(map(Decimal, ("100.00", "19.00", "119.00")))
    if name != "minimum.xml":
        assert facts.iban == IBAN
        assert [item.description for item in facts.items] == ["Rohr abgedichtet"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_any_encoding_is_read(encoding: str):
    text = (BY_HAND / "minimum.xml").read_text(encoding="utf-8").replace("Rohr", "Röhr")
    facts = read(text.replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding))
    assert facts.seller == "Röhr & Sohn"


def test_a_credit_note_is_told_from_an_invoice():
    assert read(e_invoice(**{"BT-3": "381"})).credit
    ubl = e_invoice("ubl-2.1", **{"BT-3": "381"})
    assert b"CreditNote" in ubl
    assert read(ubl).credit


def test_another_currency_is_kept():
    assert read(e_invoice(**{"BT-5": "CHF"})).currency == "CHF"


def attacked(doctype: str, use: str) -> bytes:
    text = (BY_HAND / "minimum.xml").read_text(encoding="utf-8")
    head, _, rest = text.partition("\n")
    return f"{head}\n{doctype}\n{rest.replace('4711', use)}".encode()


LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10)
)  # 10^9 times "ha"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("doctype", "use"),
    [
        ('<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', "&f;"),
        ('<!DOCTYPE x [<!ENTITY % f SYSTEM "http://127.0.0.1:9/x"> %f;]>', "1"),
        ('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', "1"),
        (f"<!DOCTYPE x [{LAUGHS}]>", "&l9;"),
        (f'<!DOCTYPE x [<!ENTITY q "{"q" * 50_000}">]>', "&q;" * 50_000),
    ],
    ids=["file", "parameter", "dtd", "laughs", "quadratic"],
)
def test_xml_that_attacks_is_refused(doctype: str, use: str, encoding: str):
    xml = attacked(doctype, use).decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    with pytest.raises(UnreadableInvoiceError, match="entities"):
        read_e_invoice(xml.encode(encoding))


def test_too_large_an_invoice_is_refused_and_a_long_one_is_cut():
    with pytest.raises(UnreadableInvoiceError, match="too large"):
        read_e_invoice(b"<a>" + b" " * 6_000_000 + b"</a>")
    minimum = (BY_HAND / "minimum.xml").read_bytes()
    crowd = b"<ram:Note/>" * 70_000 + b"</rsm:CrossIndustryInvoice>"
    with pytest.raises(UnreadableInvoiceError, match="too large"):
        read_e_invoice(minimum.replace(b"</rsm:CrossIndustryInvoice>", crowd))
    lines = [
        {"BT-126": str(n), "BT-153": f"Teil {n}", "BT-131": "1.00", "BT-146": "1.00"}
        for n in range(300)
    ]
    assert len(read(e_invoice(**{"BG-25": lines})).items) == 200


def test_an_invoice_without_sense_is_for_a_person():
    xml = (BY_HAND / "minimum.xml").read_bytes()
    facts = read(xml.replace(b">119.00<", b">lots<").replace(b">20261102<", b">20261399<"))
    assert (facts.total, facts.issued_on, facts.number) == (None, None, "4711")


@pytest.mark.parametrize("name", ["minimum.xml", "zugferd-1.xml", "xrechnung-ubl.xml"])
@pytest.mark.parametrize(
    ("total", "problem"),
    [
        ("1e999999", "is no amount"),
        ("NaN", "is no amount"),
        ("-Infinity", "is no amount"),
        ("119.03", "is not its net amount and tax together"),
        ("190.00", "is not its net amount and tax together"),
        ("119.02", None),
    ],
)
async def test_a_total_that_cannot_be_right_is_looked_at(
    name: str, total: str, problem: str | None
):
    xml = re.sub(rb">119\.0+<", f">{total}<".encode(), (BY_HAND / name).read_bytes())
    raw = mail("Hallo, anbei.", subject="Unterlagen")
    raw.add_attachment(xml, maintype="application", subtype="xml", filename="a.xml")
    contact = (await parsed_mail(raw.as_bytes())).contact
    assert contact is not None
    (invoice,) = contact.invoices
    totals = [each for each in contact.evidence if each.field == "invoice.1.total"]
    if problem is None:
        assert contact.needs_person is None
        assert [each.confidence for each in totals] == [1.0]
    else:
        assert problem in str(contact.needs_person)
        assert all(each.confidence <= 0.5 and problem in each.doubt for each in totals)
        assert (invoice.total is None) == (problem == "is no amount")


@pytest.mark.parametrize(
    "field", [b"GrandTotalAmount", b"DuePayableAmount", b"TaxBasisTotalAmount"]
)
def test_one_impossible_amount_makes_the_total_doubtful(field: bytes):
    xml = (BY_HAND / "minimum.xml").read_bytes()
    damaged = re.sub(rb"(<ram:" + field + rb">)[0-9.]+", rb"\g<1>1e999999", xml)
    assert damaged != xml
    facts = read(damaged)
    assert facts.doubt
    assert facts.sure <= 0.5


@pytest.mark.parametrize(
    "xml",
    [b"", b"<html/>", b"<Invoice/>", b"no xml", b"<a" * 100_000, b"<a>" * 100_000, b"\xff\xfe<"],
)
def test_what_is_no_invoice_is_none(xml: bytes):
    assert read_e_invoice(xml) is None


@pytest.mark.parametrize("name", ["minimum.xml", "zugferd-1.xml", "xrechnung-ubl.xml"])
def test_an_invoice_that_was_cut_off_is_for_a_person(name: str):
    xml = (BY_HAND / name).read_bytes()
    with pytest.raises(UnreadableInvoiceError):
        read_e_invoice(xml[: len(xml) * 2 // 3])


SAMPLE = (BY_HAND / "xrechnung-ubl.xml").read_bytes()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SAMPLE)), st.integers(0, 60), st.binary(max_size=40))
def test_a_damaged_invoice_never_raises_anything_else(place: int, length: int, instead: bytes):
    damaged = SAMPLE[:place] + instead + SAMPLE[place + length :]
    try:
        facts = read_e_invoice(damaged)
    except UnreadableInvoiceError:
        return
    assert facts is None or facts.exact


KEYWORDS = load_programmes().benefit_keywords(TODAY)
PRINTED = "Rechnung Nr. RE-2026-0457\nScheibe 1 243,70\nGesamtbetrag 999,00 EUR"


def attached(text: str = PRINTED, name: str = "rechnung.pdf", **changed: str) -> SourceText:
    facts = read(e_invoice(**changed))
    return SourceText("attachment", text, DocumentKind.INVOICE, name, facts)


def test_the_xml_wins_over_the_words_and_counts_once():
    words = SourceText("attachment", PRINTED, DocumentKind.INVOICE, "druck.pdf")
    contact = Readable("Fenster kaputt", "Glasbruch", attachments=[words, attached()])
    read_ = extract(contact, KEYWORDS, TODAY)
    (line,) = read_.claim.lines
    assert (line.amount, line.invoice_number) == (Decimal("290.00"), "RE-2026-0457")
    (invoice,) = read_.invoices
    assert (invoice.exact, invoice.file, len(invoice.items)) == (True, "rechnung.pdf", 2)
    totals = [each for each in read_.evidence if each.field == "invoice.1.total"]
    assert [(each.confidence, each.place) for each in totals] == [(1.0, "rechnung.pdf")]
    assert read_.claim.unconfirmed_iban is None


def test_a_credit_note_is_no_expense():
    contact = Readable("siehe Anlage", "Gutschrift", attachments=[attached(**{"BT-3": "381"})])
    read_ = extract(contact, KEYWORDS, TODAY)
    assert read_.claim.lines == ()
    assert read_.invoices[0].credit


def test_more_than_the_invoice_says_is_looked_at():
    claim = "Die Scheibe hat 390 EUR gekostet."
    read_ = extract(Readable(claim, attachments=[attached()]), KEYWORDS, TODAY)
    assert read_.reasons == ("the attached invoice is for less than what is claimed",)
    assert (
        extract(Readable("Scheibe: 290 EUR", attachments=[attached()]), KEYWORDS, TODAY).reasons
        == ()
    )
