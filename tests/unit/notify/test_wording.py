from datetime import date
from decimal import Decimal

import pytest

from services.notify.domain.wording import day, money, one_line
from shared.contract.contacts import Language

DE, EN = Language.GERMAN, Language.ENGLISH
NB = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        ("0.00", "EUR", DE, f"0,00{NB}€"),
        ("1234.5", "EUR", DE, f"1.234,50{NB}€"),
        ("-50", "EUR", DE, f"−50,00{NB}€"),
        ("1234567.89", "EUR", EN, "€1,234,567.89"),
        ("-50", "EUR", EN, "−€50.00"),
        ("12.3", "CHF", DE, f"12,30{NB}CHF"),
        ("12.3", "CHF", EN, f"CHF{NB}12.30"),
    ],
)
def test_money(amount: str, currency: str, language: Language, text: str):
    assert money(Decimal(amount), currency, language) == text


def test_day():
    assert day(date(2026, 3, 1), DE) == f"1.{NB}März{NB}2026"
    assert day(date(2026, 12, 24), EN) == f"24{NB}December{NB}2026"


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("Erika\r\nBcc: everybody@client.example", "Erika Bcc: everybody@client.example"),
        ("  a \t b\n\nc  ", "a b c"),
        ("u\N{COMBINING DIAERESIS}ber", "über"),
        ("evil \N{RIGHT-TO-LEFT OVERRIDE}gnp.exe", "evil gnp.exe"),
        ("null\x00byte \x1b[31mred", "null byte [31mred"),
        ("1.234,50\N{NO-BREAK SPACE}€", "1.234,50\N{NO-BREAK SPACE}€"),
        ("\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}", ""),
        ("محمد علي", "محمد علي"),
        ("\ud800 lone half", "lone half"),
    ],
)
def test_a_clients_words_stay_one_line(written: str, line: str):
    assert one_line(written) == line
