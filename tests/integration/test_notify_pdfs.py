"""Letters before the reference validator, and back through the scan station."""

import asyncio
import itertools
import os
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest

from services.intake.adapters.scans import ScanReader
from services.notify.domain.samples import SAMPLE_DAY
from shared.contract.contacts import Language
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import NoticeKind
from shared.ids import derived_case_id
from tests.support.notify_desk import PROGRAMMES, a_case
from tests.support.verapdf import failures
from tests.unit.notify.test_letters import (
    FAR_AWAY,
    HOME,
    TYPESETTER,
    described,
    letter_of,
    many_lines,
)
from tests.unit.notify.test_templates import RENDERER


def every(programmes: tuple[str, ...]) -> dict[str, bytes]:
    """Every kind of letter in both languages, a decision with each outcome."""
    made = {}
    for kind, language, programme in itertools.product(NoticeKind, Language, programmes):
        outcomes = DecisionOutcome if kind is NoticeKind.DECISION else [DecisionOutcome.APPROVE]
        for outcome in set(outcomes) - {DecisionOutcome.ESCALATE}:
            case = a_case(programme=programme, language=language, outcome=outcome)
            letter = letter_of(case, kind, language)
            name = f"{kind}-{outcome}-{language}-{programme}"
            made[name] = asyncio.run(TYPESETTER.set(letter)).pdf
    return made


def hard_ones() -> dict[str, bytes]:
    """What is most likely to break a tagged PDF."""
    letter = letter_of(a_case())
    letters = {
        "sixty-lines": letter_of(many_lines(60)),
        "far-away": replace(letter, address=FAR_AWAY),
        "right-to-left": replace(letter, address=("محمد علي", *HOME[1:])),
        "long-word": letter_of(described("Schifffahrtsgesellschaft" * 5)),
        "long-name": replace(letter, address=("Freiherr von und zu " * 6, *HOME[1:])),
    }
    return {name: asyncio.run(TYPESETTER.set(each)).pdf for name, each in letters.items()}


def written(folder: Path, letters: dict[str, bytes]) -> list[Path]:
    files = []
    for name, pdf in letters.items():
        files.append(folder / f"{name}.pdf")
        files[-1].write_bytes(pdf)
    return files


def test_letters_of_every_kind_are_archivable_and_accessible(tmp_path: Path):
    files = written(tmp_path, every(("heating-aid",)) | hard_ones())
    assert failures(files) == []


@pytest.mark.soak
def test_letters_of_every_kind_and_programme_are_archivable_and_accessible(tmp_path: Path):
    assert failures(written(tmp_path, every(tuple(PROGRAMMES.by_code)))) == []


def test_pages_for_eyes(tmp_path: Path):
    """Every page of the hard letters as a picture, in `CLAIMSDESK_PAGES_DIR` if that is set."""
    folder = Path(os.environ.get("CLAIMSDESK_PAGES_DIR", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    german = {name: pdf for name, pdf in every(("heating-aid",)).items() if "-de-" in name}
    for name, pdf in (hard_ones() | german).items():
        with closing(pypdfium2.PdfDocument(pdf)) as document:
            for number, page in enumerate(document, 1):
                picture = page.render(scale=1).to_pil().convert("L")
                picture.save(folder / f"{name}-{number}.png")
                ink = sum(picture.histogram()[:128])
                assert ink > 200 or number % 2 == 0, "an empty page that is no back of a sheet"


def scan(pdf: bytes, page: int, dpi: int, angle: float) -> bytes:
    """A page as a scanner sees it: grey, a little askew."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        picture = document[page].render(scale=dpi / 72).to_pil().convert("L")
    data = BytesIO()
    picture.rotate(angle, expand=True, fillcolor=255).save(data, "PNG")
    return data.getvalue()


async def test_the_reply_sheet_of_a_letter_brings_the_answer_back_to_its_case():
    case = a_case(case_id=derived_case_id("reply"))
    done = await TYPESETTER.set(letter_of(case, NoticeKind.REMINDER))
    assert done.pages % 2 == 1
    reader = ScanReader(page_timeout_seconds=30)
    for dpi, angle in ((150, 1.5), (200, 180)):
        sheet = scan(done.pdf, done.pages - 1, dpi, angle)
        (letter,) = await reader.read_letters(sheet, "image/png")
        assert letter.case_id == case.case_id


async def test_a_letter_itself_has_no_code_that_would_split_an_answer():
    done = await TYPESETTER.set(letter_of(a_case(), NoticeKind.INFORMATION_REQUEST))
    (letter,) = await ScanReader(page_timeout_seconds=30).read_letters(
        scan(done.pdf, 0, 150, 0), "image/png"
    )
    assert letter.case_id is None


def test_only_what_asks_for_something_encloses_the_sheet():
    with_sheet = {
        kind
        for kind in NoticeKind
        if RENDERER.written(a_case(), kind, Language.GERMAN, SAMPLE_DAY).message.enclosures
    }
    assert with_sheet == {
        NoticeKind.INFORMATION_REQUEST,
        NoticeKind.REMINDER,
        NoticeKind.CONSEQUENCES_WARNING,
    }
