"""The page on how a person decides names every request by which one does, and every prompt."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from services.review.api import decisions, missing, prompts, proposals, quality, reopening
from services.review.app import App
from services.review.domain.prompts import PromptCode

PAGE = (Path(__file__).parents[3] / "docs" / "deciding.md").read_text(encoding="utf-8")
PARTS = (decisions, missing, prompts, proposals, quality, reopening)
APP = cast("App", SimpleNamespace(service=SimpleNamespace(database=None)))
PATHS = sorted({route.path for part in PARTS for route in part.router(APP).routes})


@pytest.mark.parametrize("path", PATHS)
def test_every_request_stands_on_the_page(path: str):
    named = re.sub(r"^/cases/\{case_id\}", "", path)
    assert re.search(rf"{re.escape(named)}(?![a-z/-])", PAGE)


@pytest.mark.parametrize("code", list(PromptCode))
def test_every_prompt_stands_on_the_page(code: PromptCode):
    assert f"`{code.value}`" in PAGE
