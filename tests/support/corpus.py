"""The corpus of awkward mails: beside each stands what is awkward and what must come out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from tests.support.odd_mails import ODD_MAILS

CORPUS: Final = Path(__file__).parents[1] / "corpus"


class Expected(BaseModel):
    """What must come of a mail; only what is named is looked at.

    Attributes:
        case: Does it belong to the case of the corpus?
        suspected: Is it said to claim to belong to that case?
        client: Is the client of the corpus named as its author?
        attachments: The names of what is kept beside the original.
        needs_person: Part of the reason; an explicit null means that there is none.
    """

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["contact", "machine", "delivery_report", "duplicate", "unidentified"]
    reason: str | None = None
    case: bool | None = None
    case_id: str | None = None
    suspected: bool | None = None
    client: bool | None = None
    sender: str | None = None
    subject: str | None = None
    text: str | None = None
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    attachments: tuple[str, ...] | None = None
    needs_person: str | None = None
    policy_number: str | None = None
    amounts: tuple[str, ...] | None = None
    intent: str | None = None
    unconfirmed_iban: str | None = None
    status: str | None = None
    code: str | None = None


class Description(BaseModel):
    """The file beside a mail."""

    model_config = ConfigDict(extra="forbid")

    awkward: str
    expect: Expected


@dataclass(frozen=True)
class CorpusMail:
    """One mail of the corpus."""

    name: str
    raw: bytes
    expected: Expected


def corpus() -> Iterator[CorpusMail]:
    """All mails, by name."""
    for path in sorted(CORPUS.glob("*.yaml")):
        description = Description.model_validate(yaml.safe_load(path.read_text("utf-8")))
        mail = path.with_suffix(".eml")
        raw = mail.read_bytes() if mail.exists() else ODD_MAILS[path.stem]()
        yield CorpusMail(path.stem, raw, description.expect)
