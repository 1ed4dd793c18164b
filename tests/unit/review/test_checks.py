"""The list of checks: complete, documented, and each file like the others."""

import re
from pathlib import Path

import pytest

from services.review import checks
from services.review.checks import AMOUNT_CHECKS, BY_CODE, CHECKS
from services.review.checks.check import Described
from services.review.checks.table import DOCUMENT, table

ALL = (*CHECKS, *AMOUNT_CHECKS)
NO_CHECKS = {"__init__", "check", "table"}


def test_every_file_is_in_the_list_once():
    files = {path.stem for path in Path(checks.__file__).parent.glob("*.py")} - NO_CHECKS
    assert files == BY_CODE.keys()
    assert len(ALL) == len(BY_CODE)


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.CODE)
def test_a_check_s_texts_name_the_same_facts_in_both_languages(check: Described):
    assert check.TEXT.keys() == {"de", "en"}
    facts = {language: set(re.findall(r"{(\w+)}", text)) for language, text in check.TEXT.items()}
    assert facts["de"] == facts["en"]


def test_the_table_of_checks_is_current():
    assert DOCUMENT.read_text(encoding="utf-8") == table(), (
        "run `python -m services.review.checks.table`"
    )
