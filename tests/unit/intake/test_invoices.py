"""The total of an invoice: the amount beside the word for it, whatever stands beside the tax."""

from datetime import date
from decimal import Decimal

import pytest

from services.intake.domain.invoices import invoice_facts

ITEMS = "Rechnung Nr. 2026-0457\nLeistung Menge Betrag\nScheibe 1 235,00 €\nEinbau 1 55,00 €\n"


@pytest.mark.parametrize(
    "last",
    [
        "Gesamtbetrag (inkl. 19 % MwSt.): 290,00 €",
        "Gesamtbetrag inkl. MwSt. 290,00 €",
        "Total amount (incl. VAT): EUR 290.00",
        "Gesamtsumme einschl. USt.: 290,00 €",
        "Rechnungsbetrag 290,00 €",
        "Netto: 243,70 €\nzzgl. 19 % MwSt.: 46,30 €\nGesamtbetrag: 290,00 €",
        "Gesamtbetrag: 290,00 €\ndarin enthaltene MwSt.: 46,30 €",
    ],
)
def test_the_total_is_found(last):
    facts = invoice_facts(ITEMS + last, date(2026, 11, 22))
    assert (facts.number, facts.total) == ("2026-0457", Decimal("290.00"))
