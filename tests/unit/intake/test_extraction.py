"""What intake reads from a text: tables of variants, German and English."""

# ruff: noqa: E501 - rows of tables

from datetime import date
from decimal import Decimal

import pytest

from services.intake.domain.extraction import extract, with_moved_address
from services.intake.domain.readable import Readable, SourceText
from shared.contract.contacts import DocumentKind
from shared.programmes import load_programmes

TODAY = date(2026, 11, 22)
KEYWORDS = load_programmes().benefit_keywords(TODAY)


def claim_of(body: str, subject: str = "", **more: object):
    return extract(Readable(body, subject=subject, **more), KEYWORDS, TODAY).claim


POLICY_NUMBERS = {
    "Versicherungsnummer: HH-2024-000123": "HH-2024-000123",
    "Vers.-Nr. HH-2024-000123": "HH-2024-000123",
    "meine Police hh-2024-000123 bei Ihnen": "HH-2024-000123",
    "policy no. HA-2025-000042.": "HA-2025-000042",
    "Policy number HA–2025–000042": "HA-2025-000042",
    "(HA-2025-000042)": "HA-2025-000042",
    "Vertrag HH 2024 000123": "HH-2024-000123",
    "Versicherungsschein HH2024000123": "HH-2024-000123",
    "Rechnung RE-2026-004711 vom 2.11.2026": None,
    "Invoice no. AB-2026-004711, policy HH-2024-000123": "HH-2024-000123",
    "Rechnungsnummer HH-2026-000999\nVersicherungsnummer HH-2024-000123": "HH-2024-000123",
    "IBAN DE89 3704 0044 0532 0130 00": None,
    "Telefon 030 2024 000123": None,
    "HH-2024-00012": None,
    "HH-2024-0001234": None,
    "": None,
}


@pytest.mark.parametrize(("text", "number"), POLICY_NUMBERS.items())
def test_policy_number(text: str, number: str | None):
    assert claim_of(text).policy_number == number


def test_the_policy_number_may_stand_in_subject_signature_or_attachment():
    number = "HH-2024-000123"
    assert claim_of("x", subject=f"Schaden {number}").policy_number == number
    assert claim_of("x", signature=f"VSNR {number}").policy_number == number
    attachment = SourceText("attachment", f"Vertrag {number}")
    assert claim_of("x", attachments=[attachment]).policy_number == number
    assert claim_of("HA-2025-000042", attachments=[attachment]).policy_number == "HA-2025-000042"


DATES_OF_LOSS = {
    "Schadentag: 12.11.2026": "2026-11-12",
    "Schadensdatum 3.11.2026": "2026-11-03",
    "Tag des Schadens: 3. Nov. 2026": "2026-11-03",
    "Der Schaden ist am 12. November 2026 passiert.": "2026-11-12",
    "Der Schaden ereignete sich am 5.3.26 gegen 10 Uhr.": "2026-03-05",
    "Date of loss: 2026-11-12": "2026-11-12",
    "Incident date: 11/23/2026": "2026-11-23",
    "It happened on 12 November 2026 in my flat": "2026-11-12",
    "The loss occurred on the 12th of November 2026.": "2026-11-12",
    "On November 12, 2026 my bike was stolen": "2026-11-12",
    "stolen on 12/11/2026": "2026-11-12",
    "my bike was stolen (12 Nov 2026)": "2026-11-12",
    "Rechnung vom 02.11.2026, gestohlen am 12.11.2026": "2026-11-12",
    "Am 01.03.2024 habe ich es gekauft. Am 12.11.26 wurde es gestohlen.": "2026-11-12",
    "I bought it on 1 March 2024 for 600 EUR and it was stolen on 5 November 2026": "2026-11-05",
    "Die Polizei habe ich am 13.11.2026 informiert. Der Diebstahl war am 12.11.2026.": "2026-11-12",
    "Der Einbruch wurde am 12.11.2026 angezeigt, passiert ist er am 11.11.2026.": "2026-11-11",
    "In der Nacht vom 11. auf den 12. November 2026 wurde eingebrochen": "2026-11-11",
    "Berlin, 20.11.2026\n\nmein Fahrrad wurde am 12.11. gestohlen": "2026-11-12",
    "gestern wurde mein Rad geklaut": "2026-11-21",
    "letzten Freitag ist die Scheibe zerbrochen": "2026-11-20",
    "Am Montag, den 16.11.2026, ist ein Rohr geplatzt": "2026-11-16",
    "Bei einem Einbruch am 20.12. wurde alles gestohlen": "2025-12-20",
    "mein Fahrrad wurde in der Nacht zum\n12.11.2026 aus dem Hof gestohlen": "2026-11-12",
    "Anbei die Rechnung vom 2.11.2026": None,
    "Datum: 20.11.2026\n\nSehr geehrte Damen und Herren": None,
    "Ihr Schreiben vom 10.11.2026": None,
    "Versichert seit 01.01.2020": None,
    "bitte bis zum 30.11.2026 antworten": None,
    "geboren am 12.3.1980": None,
    "Am 31.02.2026 gestohlen": None,
    "Es kostete 12.50 EUR": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "day"), DATES_OF_LOSS.items())
def test_date_of_loss(text: str, day: str | None):
    found = claim_of(text).date_of_loss
    assert (found and found.isoformat()) == day


AMOUNTS = {
    "1.234,56 €": "1234.56",
    "EUR 1,234.56": "1234.56",
    "€ 1.234,56": "1234.56",
    "450 Euro": "450.00",
    "450, 00 EUR": "450.00",
    "1.234 ,56 EUR": "1234.56",
    "€450": "450.00",
    "450,- €": "450.00",
    "450,--EUR": "450.00",
    "1 234,56 EUR": "1234.56",
    "1.234 EUR": "1234.00",
    "1,234 EUR": "1234.00",
    "12.50 EUR": "12.50",
    "99,9 Euro": "99.90",
    "1234,56€": "1234.56",
    "2.000.000,00 EUR": "2000000.00",
}


@pytest.mark.parametrize(("written", "amount"), AMOUNTS.items())
def test_amounts_as_people_write_them(written: str, amount: str):
    for text in (f"- Fahrrad: {written}", f"Das Fahrrad kostet {written}."):
        (line,) = claim_of(text).lines
        assert line.amount == Decimal(amount)


LINES = [
    (
        "Laminat: 298,80 EUR\nLeisten brutto: 34,00 EUR\nNetto: 279,66 EUR\nBrutto: 332,80 EUR",
        [("Laminat", "298.80"), ("Leisten brutto", "34.00")],
        "332.80",
    ),
    (
        "Carpet   EUR 100.00\nLabour   EUR 50.00\nAmount due   EUR 150.00",
        [("Carpet", "100.00"), ("Labour", "50.00")],
        "150.00",
    ),
    (
        "- Fahrrad (gestohlen): 450,00 EUR\n- Helm: 49,90 €\nSumme: 499,90 EUR",
        [("Fahrrad (gestohlen)", "450.00"), ("Helm", "49.90")],
        "499.90",
    ),
    (
        "1. Bicycle: EUR 450.00\n2) Lock - EUR 30\nTotal: EUR 480.00",
        [("Bicycle", "450.00"), ("Lock", "30.00")],
        "480.00",
    ),
    (
        "Fahrrad\t450,00\nSchloss\t30,00\nGesamt\t480,00",
        [("Fahrrad", "450.00"), ("Schloss", "30.00")],
        "480.00",
    ),
    ("Position 1: Teppich, 200 EUR", [("Teppich", "200.00")], None),
    ("* 2 x Stuhl je 50 EUR", [("2 x Stuhl", "100.00")], None),
    ("- 450,00 EUR für das Fahrrad", [("das Fahrrad", "450.00")], None),
    ("- Fahrrad: -50,00 EUR", [("Fahrrad", "-50.00")], None),
    ("- Fahrrad: 0,00 EUR", [("Fahrrad", "0.00")], None),
    ("- Fahrrad - 450 EUR", [("Fahrrad", "450.00")], None),
    ("Reparatur Fenster: 320,00 EUR inkl. MwSt", [("Reparatur Fenster", "320.00")], None),
    (
        "Der Laptop (800 EUR) und die Kamera (450 EUR) wurden gestohlen.",
        [("Der Laptop", "800.00"), ("die Kamera", "450.00")],
        None,
    ),
    (
        "I claim: washing machine 600 EUR, carpet 200 EUR, total 800 EUR.",
        [("washing machine", "600.00"), ("carpet", "200.00")],
        "800.00",
    ),
    (
        "I would like to claim EUR 320.00 for the window repair. My deductible is EUR 50.",
        [("the window repair", "320.00")],
        None,
    ),
    ("Der Schaden beträgt insgesamt 450 EUR.", [("Mein Schaden", "450.00")], "450.00"),
    (
        "Der Schaden beträgt insgesamt 450 EUR. Das Fahrrad hat 2021 600 EUR gekostet.",
        [("Mein Schaden", "450.00")],
        "450.00",
    ),
    (
        "Glas, isoliert 285,00 EUR\nArbeit 1,5 Std. 96,75 EUR\n\nSumme 381,75 EUR",
        [("Glas, isoliert", "285.00"), ("Arbeit 1,5 Std", "96.75")],
        "381.75",
    ),
    (
        "Guten Tag.\nGlas\n285,00 EUR\nArbeit\n96,75 EUR\nSumme\n381,75 EUR\nDanke",
        [("Glas", "285.00"), ("Arbeit", "96.75")],
        "381.75",
    ),
    (
        "Position\nGlas\nArbeit\nSumme\n285,00 €\n96,75 €\n381,75 €",
        [("Glas", "285.00"), ("Arbeit", "96.75")],
        "381.75",
    ),
    ("Schadenhöhe\n450,00 EUR", [("Mein Schaden", "450.00")], "450.00"),
    ("Schadenhöhe: 1.234,56 €", [("Mein Schaden", "1234.56")], "1234.56"),
    ("Netto: 100,00 EUR\nMwSt: 19,00 EUR\nGesamt: 119,00 EUR", [("Mein Schaden", "119.00")], "119.00"),
    ("Ich habe noch keine Rechnung.", [], None),
    ("Meine Versicherungssumme ist 50.000 EUR, der Beitrag 120 EUR.", [], None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "lines", "total"), LINES, ids=[row[0][:30] for row in LINES])
def test_lines_and_stated_total(text: str, lines: list[tuple[str, str]], total: str | None):
    claim = claim_of(text, subject="Re: Mein Schaden")
    assert [(line.description, str(line.amount)) for line in claim.lines] == lines
    assert [line.line_id for line in claim.lines] == list(range(1, len(lines) + 1))
    assert claim.stated_total == (Decimal(total) if total else None)


BENEFITS = [
    ("- Fahrrad (gestohlen): 450 EUR", ["bicycle_theft"]),
    ("My bicycle was stolen, it was worth EUR 450.", ["bicycle_theft"]),
    ("Bei einem Einbruch wurde mein Fahrrad gestohlen, 450 EUR.", ["bicycle_theft"]),
    ("Nach einem Brand: mein Fahrrad ist verbrannt, 450 EUR.", ["fire"]),
    ("Beim Einbruch gestohlen:\n- Laptop: 800 EUR\n- Fahrrad: 450 EUR", ["theft", "bicycle_theft"]),
    ("Ein Rohr ist geplatzt (Rohrbruch).\n- Teppich: 200 EUR", ["water_damage"]),
    ("The pipe was leaking.\n- Carpet: EUR 200", ["water_damage"]),
    ("- Fensterscheibe: 320 EUR", ["glass"]),
    ("The window pane in the living room is broken, EUR 320 for the glazier", ["glass"]),
    ("Meine Heizkosten: Nachzahlung 240 EUR", ["heating_costs"]),
    ("We had to buy heating oil for EUR 600.", ["heating_costs"]),
    ("Mein Nachbar aus Brandenburg hat mir 20 EUR geliehen.", [None]),
    ("- Irgendwas: 20 EUR", [None]),
]


@pytest.mark.parametrize(("text", "benefits"), BENEFITS, ids=[row[0][:40] for row in BENEFITS])
def test_benefits_are_proposed_by_the_programmes_words(text: str, benefits: list[str | None]):
    assert [line.benefit for line in claim_of(text).lines] == benefits


IBANS = {
    "IBAN: DE89 3704 0044 0532 0130 00": "DE89370400440532013000",
    "auf mein Konto DE89370400440532013000 bei der Bank": "DE89370400440532013000",
    "IBAN DE89-3704-0044-0532-0130-00.": "DE89370400440532013000",
    "my account GB29 NWBK 6016 1331 9268 19": "GB29NWBK60161331926819",
    "IBAN: DE89 3704 0044 0532 0130 01": "DE89 3704 0044 0532 0130 01",
    "Nummer DE89 3704 0044 0532 0130 01": None,
    "kein Konto": None,
}


@pytest.mark.parametrize(("text", "iban"), IBANS.items())
def test_iban(text: str, iban: str | None):
    assert claim_of(text).unconfirmed_iban == iban


INVOICE = """\
Fahrradhaus Müller GmbH
Rechnungsnummer: RE-2026-4711
Rechnungsdatum: 02.11.2026
Trekkingrad            420,17 EUR
MwSt 19 %               79,83 EUR
Gesamtbetrag           500,00 EUR
IBAN DE02120300000000202051
"""


def invoice(text: str = INVOICE) -> SourceText:
    return SourceText("attachment", text, DocumentKind.INVOICE)


def test_a_claim_without_amounts_is_for_what_its_invoice_is_for():
    claim = claim_of("Mein Fahrrad wurde gestohlen.", "Diebstahl", attachments=[invoice()])
    (line,) = claim.lines
    assert (line.amount, line.invoice_number) == (Decimal("500.00"), "RE-2026-4711")
    assert line.benefit == "bicycle_theft"
    assert claim.date_of_loss is None
    assert claim.unconfirmed_iban is None, "the shop's account is not the client's"


def test_an_invoice_gives_its_number_to_the_line_that_it_pays():
    text = "- Schloss: 30,00 EUR\n- Trekkingrad: 500,00 EUR"
    first, second = claim_of(text, attachments=[invoice()]).lines
    assert (first.invoice_number, second.invoice_number) == (None, "RE-2026-4711")


@pytest.mark.parametrize(
    ("text", "total", "number"),
    [
        ("Invoice No. 2026/118\nSubtotal EUR 100.00\nVAT EUR 19.00\nTotal due EUR 119.00", "119.00", "2026/118"),
        ("RECHNUNG Nr. 4711\nSumme netto 100,00\nSumme brutto 119,00", "119.00", None),
        ("Quittung\nBetrag\n45,00 EUR", "45.00", None),
        ("Quittung\nBetrag: 45, 50 EUR", "45.50", None),
        ("Rechnung 2026-77\nGlas 80,00 EUR\nArbeit 120,00 EUR\nzu zahlen: 200,00 EUR", "200.00", "2026-77"),
        ("Invoice number: INV-9\nGlass EUR 320.00", "320.00", "INV-9"),
    ],
)  # fmt: skip
def test_invoices_of_many_kinds(text: str, total: str, number: str | None):
    (line,) = claim_of("siehe Anlage", attachments=[invoice(text)]).lines
    assert line.amount == Decimal(total)
    if number:
        assert line.invoice_number == number


def test_every_value_says_where_it_was_read():
    body = "Policy HH-2024-000123. Stolen on 12 November 2026.\n- Bike: EUR 450"
    evidence = extract(Readable(body), KEYWORDS, TODAY).evidence
    fields = {each.field: each for each in evidence}
    assert set(fields) == {"policy_number", "date_of_loss", "line.1.amount"}
    assert all(each.source == "body" and 0 < each.confidence <= 1 for each in evidence)
    assert "12 November 2026" in fields["date_of_loss"].quote


def test_a_foreign_currency_is_kept():
    assert claim_of("- Hotel: USD 120.00").currency == "USD"


def test_the_date_in_a_police_report_counts_when_the_client_names_none():
    report = SourceText(
        "attachment", "Strafanzeige\nTatzeit: 12.11.2026, 22:00", DocumentKind.POLICE_REPORT
    )
    assert claim_of("Fahrrad weg", attachments=[report]).date_of_loss == date(2026, 11, 12)


def test_in_a_change_of_data_any_address_is_the_new_one():
    body = Readable("Post kommt nicht an: ich wohne seit Mai in der Birkenweg 2, 24103 Kiel.")
    read = extract(body, KEYWORDS, TODAY)
    assert read.details is None
    moved = with_moved_address(read, body, TODAY)
    assert moved.details is not None
    assert moved.details.postal_address == "Birkenweg 2, 24103 Kiel"
    assert [each.field for each in moved.evidence] == ["postal_address"]
