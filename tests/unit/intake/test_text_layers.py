"""Which text layers are the words that a person sees."""

import pytest

from services.intake.domain.text_layers import is_garbage, needs_picture

GERMAN = (
    "Sehr geehrte Damen und Herren, am 12.11.2026 wurde mein Fahrrad vor der Bibliothek "
    "gestohlen. Bitte überweisen Sie den Betrag auf mein Konto."
)
ENGLISH = "Dear Sir or Madam, a pipe burst in the kitchen and the floor was damaged by water."
SHOUTED = "RECHNUNG NR. R-77/2026 FAHRRADREPARATUR 120,00 EUR GESAMTBETRAG 142,80 EUR"
TABLE = "1 2 Stk Kupferrohr 15mm 4,20 8,40 2 1 Std Monteur 62,00 IBAN DE89 BIC COBADEFFXXX"
POLISH = "Szanowni Państwo, w dniu 12 listopada skradziono mój rower sprzed biblioteki."
RUSSIAN = "Уважаемые дамы и господа, двенадцатого ноября у библиотеки украли мой велосипед."


@pytest.mark.parametrize("text", [GERMAN, ENGLISH, SHOUTED, TABLE, POLISH, RUSSIAN, "", "Seite 2"])
def test_language_is_no_garbage(text: str):
    assert not is_garbage(text)


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(ord(sign) - 29) if sign > "=" else sign for sign in GERMAN),
        "".join(chr(0xE000 + ord(sign)) for sign in GERMAN),
        GERMAN.translate(str.maketrans("enisratdhulcgmobwfkz", "qxjvzkpwyfbgmhucdlso")),
        "".join("�" if sign in "eniras" else sign for sign in GERMAN),
        "\x01\x02\x03\x04" * 30,
    ],
    ids=["shifted", "private use", "other letters", "replaced", "controls"],
)
def test_a_font_without_a_way_back_to_letters_gives_garbage(text: str):
    assert is_garbage(text)
    assert needs_picture(text, 0.0)


def test_a_stamp_beside_a_picture_is_not_the_page():
    stamp = "Eingegangen am 12.11.2026, Poststelle Berlin"
    assert needs_picture(stamp, 0.9)
    assert not needs_picture(stamp, 0.1)
    assert not needs_picture(GERMAN * 2, 1.0)
