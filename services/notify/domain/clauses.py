"""The clause guard: a notice without its mandatory clauses does not leave.

Which clause the law wants is decided here, from the kind of notice and of programme; the texts
are data (`templates/clauses.yaml`), versioned by the day from which they are valid.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain

from services.notify.domain.message import Bullets, Message
from shared.contract.contacts import Language
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import NoticeKind


class ProgrammeKind(StrEnum):
    """Who runs a programme: private insurance law or social law applies."""

    INSURER = "insurer"
    AGENCY = "agency"


class ClauseMissing(ValueError):
    """A notice lacks what the law demands of it; a person must look."""

    def __init__(self, missing: Collection[str]) -> None:
        super().__init__(f"mandatory clause missing: {', '.join(sorted(missing))}")


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One version of a clause in one language; valid from a day until the next version."""

    code: str
    language: Language
    valid_from: date
    title: str
    paragraphs: tuple[str, ...]


def clause_on(
    clauses: tuple[ClauseText, ...], code: str, language: Language, on: date
) -> ClauseText:
    """The version of a clause that is valid on a day.

    Raises:
        ClauseMissing: There is none.
    """
    valid = [
        clause
        for clause in clauses
        if clause.code == code and clause.language is language and clause.valid_from <= on
    ]
    if not valid:
        raise ClauseMissing({code})
    return max(valid, key=lambda clause: clause.valid_from)


def required_clauses(kind: NoticeKind, programme: ProgrammeKind | None) -> frozenset[str]:
    """Codes of the clauses that a notice must carry.

    - VVG §28(4): an insurer that asks its client for information says separately what follows
      from not answering.
    - SGB I §66(3): an agency may refuse for non-cooperation only after a written warning with a
      reasonable deadline, so whatever asks for something says what follows.
    - SGB X §36: an agency's decision says which remedy there is, where, how and until when.
    - VSBG §37: an insurer's answer to a complaint names the bodies that settle disputes.
    """
    match kind, programme:
        case (
            NoticeKind.INFORMATION_REQUEST | NoticeKind.REMINDER | NoticeKind.CONSEQUENCES_WARNING,
            ProgrammeKind.INSURER,
        ):
            return frozenset({"consequences"})
        case (
            NoticeKind.INFORMATION_REQUEST | NoticeKind.REMINDER | NoticeKind.CONSEQUENCES_WARNING,
            ProgrammeKind.AGENCY,
        ):
            return frozenset({"cooperation"})
        case NoticeKind.CONSEQUENCES_WARNING, None:
            return frozenset({"consequences", "cooperation"})
        case NoticeKind.DECISION, ProgrammeKind.AGENCY:
            return frozenset({"remedy"})
        case NoticeKind.COMPLAINT_ANSWERED, ProgrammeKind.INSURER:
            return frozenset({"complaint_bodies"})
        case _:
            return frozenset()


def guard(
    message: Message,
    kind: NoticeKind,
    programme: ProgrammeKind | None,
    outcome: DecisionOutcome | None,
    reasons: tuple[str, ...],
) -> None:
    """Refuse a message that must not leave as it is.

    Raises:
        ClauseMissing: A mandatory clause, or the reasons of a decision that does not grant
            everything (SGB X §35; our own rule for insurers), are not in it.
    """
    missing = set(required_clauses(kind, programme) - {clause.code for clause in message.clauses})
    if kind is NoticeKind.DECISION and outcome is not DecisionOutcome.APPROVE:
        listed = (block.entries for block in message.blocks if isinstance(block, Bullets))
        if not reasons or not set(reasons).issubset(chain.from_iterable(listed)):
            missing.add("reasons")
    if missing:
        raise ClauseMissing(missing)
