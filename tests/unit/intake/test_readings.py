"""From pages to words, and to what a person must know about the reading."""

from services.intake.domain.readings import UNREADABLE, PageReading, joined

LETTER = "Sehr geehrte Damen und Herren, mein Fahrrad wurde gestohlen."
LAYER = PageReading("layer", LETTER)
GOOD = PageReading("ocr", LETTER, 0.95, 9)
POOR = PageReading("ocr", LETTER, 0.6, 9)
GUESSES = PageReading("ocr", "ı~; w.l |", 0.2, 4)
LOST, UNREAD, BLANK = PageReading("lost"), PageReading("unread"), PageReading("blank")


def read(*pages: PageReading, of: int | None = None):
    return joined(pages, of or len(pages), why_unread="no OCR")


def test_a_letter_that_was_read_well_needs_nobody():
    assert (read(LAYER).problem, read(LAYER).confidence) == (None, 1.0)
    assert (read(GOOD, BLANK).problem, read(GOOD, BLANK).confidence) == (None, 0.95)
    assert read(LAYER, GOOD).text == f"{LETTER}\n{LETTER}"


def test_one_page_that_could_not_be_read_is_named():
    for bad in (LOST, GUESSES, PageReading("ocr")):
        reading = read(GOOD, bad)
        assert reading.problem == "page 2 could not be read"
        assert (reading.text, reading.readable) == (LETTER, True)


def test_what_is_hard_to_read_says_how_sure_it_is():
    assert read(POOR).problem == "the scan is hard to read: only 60% sure"
    assert read(POOR).readable
    # A page that is a photograph makes no other page doubtful.
    assert (read(POOR).doubt, read(GOOD, GUESSES).doubt) == (read(POOR).problem, None)


def test_without_any_words_a_scan_is_not_readable():
    for pages in ((GUESSES,), (LOST,), (BLANK, BLANK), (GUESSES, LOST)):
        reading = read(*pages)
        assert (reading.problem, reading.readable) == (UNREADABLE, False)


def test_pages_that_were_not_read_are_said():
    assert read(UNREAD).problem == "no OCR"
    assert (read(LAYER, UNREAD).problem, read(LAYER, UNREAD).readable) == ("no OCR", True)
    assert read(LAYER, of=3).problem == "only the first 1 of 3 pages were read"
