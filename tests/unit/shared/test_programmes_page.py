"""The page for programme authors names every term that a programme may have."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from shared.programmes import terms
from shared.programmes.programme import ProgrammeVersion

PAGE = Path("docs/programmes.md").read_text(encoding="utf-8")
MODELS = [
    ProgrammeVersion,
    *(
        model
        for model in vars(terms).values()
        if isinstance(model, type)
        and issubclass(model, BaseModel)
        and model.__module__ == terms.__name__
    ),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_term_stands_on_the_page(model: type[BaseModel]):
    missing = [name for name in model.model_fields if not re.search(rf"\b{name}\b", PAGE)]
    assert missing == []
