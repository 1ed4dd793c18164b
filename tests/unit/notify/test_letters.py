"""Letters as a post office, a scanner and a blind reader meet them."""

import asyncio
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pypdfium2
import pytest
from pypdf import PdfReader

from services.notify.adapters.letters import LetterFault, SetLetter, Typesetter
from services.notify.domain.channel import MOST_ADDRESS_LINES
from services.notify.domain.letter import Letter
from services.notify.domain.samples import SAMPLE_DAY
from shared.contract.assessment import AssessedLine
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import ClaimDetails, ClaimLine, Language
from shared.contract.facts import NoticeKind
from tests.support.notify_desk import a_case, with_client
from tests.unit.notify.test_templates import EVERY, RENDERER

TYPESETTER = Typesetter()
MM = 72 / 25.4
HEIGHT = 297
HOME = ("Erika Müller-Lüdenscheidt", "Lindenstraße 5", "10969 Berlin")
FAR_AWAY = (
    "Société Générale de l’Assurance Œcuménique et Réunie",
    "à l’attention de Mme Chloé Ångström-Żółkiewska",
    "Bâtiment C, escalier 4, 3e étage, porte gauche",
    "Zone industrielle de la Croix-Rousse Nord",
    "12 bis, rue du Faubourg-Saint-Honoré",
    "BP 1234",
    "75008 PARIS CEDEX 08",
    "FRANKREICH",
)


def letter_of(
    case: CaseFileUpdated,
    kind: NoticeKind = NoticeKind.DECISION,
    language: Language = Language.GERMAN,
    address: tuple[str, ...] = HOME,
) -> Letter:
    written = RENDERER.written(case, kind, language, SAMPLE_DAY)
    return RENDERER.letter(written, address, SAMPLE_DAY)


def set_(letter: Letter) -> SetLetter:
    return asyncio.run(TYPESETTER.set(letter))


def text_in(pdf: bytes, left: float, top: float, right: float, bottom: float) -> list[str]:
    """Lines of text inside a box of the first page, in millimetres from its upper left corner."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        page = document[0].get_textpage()
        text = page.get_text_bounded(
            left * MM, (HEIGHT - bottom) * MM, right * MM, (HEIGHT - top) * MM
        )
    return [line.strip() for line in text.splitlines() if line.strip()]


def whole_text(pdf: bytes) -> str:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(pages).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.mark.parametrize(("kind", "outcome", "language", "programme"), EVERY)
def test_every_notice_as_a_letter(kind, outcome, language, programme):
    case = a_case(programme=programme, language=language, outcome=outcome)
    letter = letter_of(case, kind, language)
    done = set_(letter)
    text = whole_text(done.pdf)
    for said in (letter.subject, letter.salutation, case.case_id, letter.closing, letter.hint):
        assert " ".join(said.split()) in text
    for clause in letter.clauses:
        assert " ".join(clause.paragraphs[-1].split()) in text
    assert text_in(done.pdf, 20, 62.7, 105, 90) == list(HOME)
    assert letter.return_line.replace(" ", "") in "".join(
        text_in(done.pdf, 20, 45, 105, 62.7)
    ).replace(" ", "")
    page, of = letter.labels["page"], letter.labels["of"]
    assert f"{page} 1 {of} {done.pages}" in text


def test_it_says_that_it_is_archivable_and_accessible():
    reader = PdfReader(BytesIO(set_(letter_of(a_case())).pdf))
    catalog = reader.trailer["/Root"]
    metadata = catalog["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "de"
    assert reader.metadata
    assert reader.metadata.title == "Entscheidung über Ihre Schadenmeldung"
    fonts = [
        font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        (descendant,) = font["/DescendantFonts"]
        assert "/FontDescriptor" in descendant.get_object()


def test_the_same_letter_is_the_same_bytes_on_another_typesetter():
    letter = letter_of(a_case())
    first, again = set_(letter), asyncio.run(Typesetter().set(letter))
    assert first == again
    assert set_(replace(letter, day=(2026, 11, 24))) != first


def test_a_long_foreign_address_stays_in_the_window():
    assert len(FAR_AWAY) == MOST_ADDRESS_LINES
    pdf = set_(letter_of(a_case(), address=FAR_AWAY)).pdf
    assert text_in(pdf, 25, 62.7, 105, 90) == list(FAR_AWAY)


@pytest.mark.parametrize(
    "name",
    [
        "Wolfeschlegelsteinhausenbergerdorff-Freiherr von und zu Unterwasser-Obermaier",
        "محمد علي",
        "שרה כהן",
        "Ngô Thị Ánh Tuyết",
        "Łucja Żółć-Gęślowa",
        "Дмитрий Щукин",
    ],
)
def test_names_of_every_kind_are_printed_inside_the_window(name: str):
    pdf = set_(letter_of(a_case(), address=(name, *HOME[1:]))).pdf
    inside = text_in(pdf, 20, 62.7, 105, 90)
    assert len(inside) == 3
    assert inside[1:] == list(HOME[1:])
    hyphen_at_line_end = "\x02"
    assert set(inside[0].replace(hyphen_at_line_end, "-")) - {" "} == set(name) - {" "}


def described(text: str) -> CaseFileUpdated:
    """The sample case, its claim line in a client's own words."""
    case = a_case()
    assert case.claim
    (line,) = case.claim.lines
    lines = (line.model_copy(update={"description": text}),)
    return case.model_copy(update={"claim": case.claim.model_copy(update={"lines": lines})})


def test_a_word_without_end_breaks_before_the_amounts():
    word = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 2
    pdf = set_(letter_of(described(word))).pdf
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        page = document[0].get_textpage()
        found = page.search("480,00")
        index, _ = found.get_next()
        amount = page.get_charbox(index)
        longest = max(
            page.get_charbox(at)[2]
            for at in range(page.count_chars())
            if page.get_text_range(at, 1) in "nd" and abs(page.get_charbox(at)[1] - amount[1]) < 2
        )
    assert longest < amount[0]


def test_a_picture_in_a_clients_words_keeps_no_letter_back():
    text = whole_text(set_(letter_of(described("Fahrrad 🚲❤️ rot"))).pdf)
    assert "Fahrrad" in text
    assert "rot" in text


def test_an_address_that_does_not_fit_is_a_fault():
    with pytest.raises(LetterFault, match="does not fit into the window"):
        set_(letter_of(a_case(), address=("Unterwasser-Obermaier " * 8,) * MOST_ADDRESS_LINES))


def test_signs_that_no_font_has_are_a_fault_and_no_empty_box():
    with pytest.raises(LetterFault, match="none of our fonts"):
        set_(letter_of(a_case(), address=("李小龙", *HOME[1:])))


def test_sixty_lines_run_over_pages_with_their_heads():
    case = many_lines(60)
    letter = letter_of(case)
    done = set_(letter)
    assert done.pages >= 3
    text = whole_text(done.pdf)
    for number in range(1, 61):
        assert f"Posten {number} " in text
    reader = PdfReader(BytesIO(done.pdf))
    for number, page in enumerate(reader.pages, 1):
        words = page.extract_text()
        assert f"Seite {number} von {done.pages}" in " ".join(words.split())
        assert (case.case_id in words) or number == 1
    assert text.count("Beantragt") >= done.pages - 1


def many_lines(count: int) -> CaseFileUpdated:
    case = a_case()
    assert case.assessment
    numbers = range(1, count + 1)
    amount = Decimal("8.00")
    lines = tuple(AssessedLine(line_id=n, claimed=amount, covered=amount) for n in numbers)
    claim = ClaimDetails(
        lines=tuple(ClaimLine(line_id=n, description=f"Posten {n} ") for n in numbers)
    )
    decided = {"lines": (), "approved": count * amount}
    decision = case.decisions[0].model_copy(update=decided)
    return case.model_copy(
        update={
            "assessment": case.assessment.model_copy(update={"lines": lines}),
            "claim": claim,
            "decisions": (decision,),
        }
    )


@pytest.mark.parametrize(
    "words",
    [
        '#eval("1+1")',
        "$x^2$ *fett* _kursiv_",
        "<label> @ref",
        "= Überschrift",
        '"; #panic()',
        "\\u{1}",
    ],
)
def test_a_clients_words_are_no_markup(words: str):
    claim = ClaimDetails(lines=(ClaimLine(line_id=1, description=words),))
    case = with_client(a_case(claim=claim), salutation=words)
    text = whole_text(set_(letter_of(case)).pdf)
    assert text.count(words) == 2


def test_letters_set_at_the_same_time_do_not_mix():
    addresses = [(f"Person {number}", *HOME[1:]) for number in range(20)]

    async def all_at_once() -> list[SetLetter]:
        letters = [letter_of(a_case(), address=address) for address in addresses]
        return list(await asyncio.gather(*map(TYPESETTER.set, letters)))

    for address, done in zip(addresses, asyncio.run(all_at_once()), strict=True):
        assert text_in(done.pdf, 20, 62.7, 105, 90) == list(address)
