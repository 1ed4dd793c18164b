"""What the routes share: who may read, and texts in both languages."""

from typing import Final, Self

from pydantic import BaseModel, ConfigDict

from services.escalation.domain.clock_rules import Words
from shared.auth import READERS, requires

MAY_READ: Final = requires(*READERS)


class View(BaseModel):
    """A value that the API shows."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Text(View):
    """The same in both languages of the desk."""

    de: str
    en: str

    @classmethod
    def of(cls, words: Words) -> Self:
        """The text of these words."""
        return cls(de=words.de, en=words.en)
