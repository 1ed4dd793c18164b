"""The clause guard: a notice without its mandatory clauses does not leave.

Which clause the law wants, and which earlier notice, stands here (`DUTIES`), by the kind of notice
and of programme; the texts are data (`templates/clauses.yaml`), versioned by the day from which
they are valid.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain
from typing import Final

from services.notify.domain.message import Bullets, Message
from services.notify.domain.news import Interim
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import Language
from shared.contract.decisions import Decision, DecisionOutcome
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


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of law: which clauses a notice carries under which kind of programme.

    Attributes:
        programme: None: also where nobody knows the programme, so such a notice never leaves.
    """

    notice: NoticeKind
    programme: ProgrammeKind | None
    clauses: frozenset[str]
    law: str


_ASKS_INSURER: Final = "VVG §28(4): separate notice of what follows from not answering"
_ASKS_AGENCY: Final = "SGB I §66(3): whatever asks for something says what follows"
_REMEDY: Final = "SGB X §36: remedy, body, its seat, the time and the form"

DUTIES: Final = (
    Duty(
        NoticeKind.INFORMATION_REQUEST,
        ProgrammeKind.INSURER,
        frozenset({"consequences"}),
        _ASKS_INSURER,
    ),
    Duty(
        NoticeKind.INFORMATION_REQUEST,
        ProgrammeKind.AGENCY,
        frozenset({"cooperation"}),
        _ASKS_AGENCY,
    ),
    Duty(NoticeKind.REMINDER, ProgrammeKind.INSURER, frozenset({"consequences"}), _ASKS_INSURER),
    Duty(NoticeKind.REMINDER, ProgrammeKind.AGENCY, frozenset({"cooperation"}), _ASKS_AGENCY),
    Duty(
        NoticeKind.CONSEQUENCES_WARNING,
        ProgrammeKind.INSURER,
        frozenset({"consequences"}),
        _ASKS_INSURER,
    ),
    Duty(
        NoticeKind.CONSEQUENCES_WARNING,
        ProgrammeKind.AGENCY,
        frozenset({"cooperation"}),
        _ASKS_AGENCY,
    ),
    Duty(
        NoticeKind.CONSEQUENCES_WARNING,
        None,
        frozenset({"consequences", "cooperation"}),
        "a warning under a law that nobody knows warns of nothing",
    ),
    Duty(NoticeKind.DECISION, ProgrammeKind.AGENCY, frozenset({"remedy"}), _REMEDY),
    Duty(
        NoticeKind.COMPLAINT_ANSWERED,
        ProgrammeKind.INSURER,
        frozenset({"complaint_bodies"}),
        "VSBG §37: the bodies that settle disputes",
    ),
)
"""Everything that the law demands by kind of notice and programme; the matrix test reads it."""


def required_clauses(
    kind: NoticeKind, programme: ProgrammeKind | None, *, decides_advance: bool = False
) -> frozenset[str]:
    """Codes of the clauses that a notice must carry.

    Args:
        kind: Which notice.
        programme: Whose law applies, if known.
        decides_advance: It grants or refuses an advance (SGB I §42), which is a decision of its
            own and needs a remedy notice (SGB X §36).
    """
    found: set[str] = set()
    for duty in DUTIES:
        if duty.notice is kind and duty.programme is programme:
            found |= duty.clauses
    if kind is NoticeKind.INTERIM_PAYMENT and decides_advance and programme is ProgrammeKind.AGENCY:
        found.add("remedy")
    return frozenset(found)


def law_matters(kind: NoticeKind) -> bool:
    """Must a notice of this kind carry a clause under any law?"""
    return any(required_clauses(kind, law, decides_advance=True) for law in ProgrammeKind)


@dataclass(frozen=True, slots=True)
class Said:
    """What the guard needs to know of a notice's content.

    Attributes:
        outcome: Of a decision.
        reasons: The reasons' texts, as they must stand in the message.
        interim: What was decided about an advance.
        words: A person's own words.
    """

    outcome: DecisionOutcome | None = None
    reasons: tuple[str, ...] = ()
    interim: Interim | None = None
    words: tuple[str, ...] = ()


def guard(message: Message, kind: NoticeKind, programme: ProgrammeKind | None, said: Said) -> None:
    """Refuse a message that must not leave as it is.

    Raises:
        ClauseMissing: A mandatory clause, or the reasons of a decision that does not grant
            everything (SGB X §35; our own rule for insurers), are not in it.
    """
    decides_advance = said.interim in {"granted", "refused"}
    required = required_clauses(kind, programme, decides_advance=decides_advance)
    missing = set(required - {clause.code for clause in message.clauses})
    if kind is NoticeKind.DECISION and said.outcome is not DecisionOutcome.APPROVE:
        listed = (block.entries for block in message.blocks if isinstance(block, Bullets))
        if not said.reasons or not set(said.reasons).issubset(chain.from_iterable(listed)):
            missing.add("reasons")
    if kind is NoticeKind.INTERIM_PAYMENT and said.interim == "refused" and not said.words:
        missing.add("reasons")
    if missing:
        raise ClauseMissing(missing)


class EarlierNoticeMissing(ValueError):
    """A notice presupposes an earlier one that was not recorded or sent; a person must look."""


NON_COOPERATION: Final = frozenset({"lacks_information", "non_cooperation"})
"""Coded reasons that refuse because the client did not cooperate."""


def presupposed_notice(
    case: CaseFileUpdated,
    kind: NoticeKind,
    programme: ProgrammeKind | None,
    decided_on: date | None,
) -> str | None:
    """The earlier notice that must have been sent before this one may leave.

    An agency refuses for non-cooperation only after it warned in writing and the deadline that it
    set has passed without success (SGB I §66(3)).

    Args:
        case: The case file that asked for the notice.
        kind: Which notice.
        programme: Whose law applies, if known.
        decided_on: The local day of the decision that is told.

    Returns:
        The id of the earlier notice; None if there need be none.

    Raises:
        EarlierNoticeMissing: No such warning is on record, or its deadline had not passed.
    """
    decision = last_decision(case)
    if (
        kind is not NoticeKind.DECISION
        or programme is not ProgrammeKind.AGENCY
        or decision is None
        or decision.outcome is DecisionOutcome.APPROVE
        or not NON_COOPERATION & set(decision.reasons)
    ):
        return None
    warning = case.warning
    if warning is None:
        raise EarlierNoticeMissing(
            "refused for missing cooperation without a written warning (SGB I §66(3))"
        )
    if decided_on is not None and decided_on <= warning.deadline:
        raise EarlierNoticeMissing(
            "refused for missing cooperation before the deadline of the warning had passed"
            " (SGB I §66(3))"
        )
    return warning.notice_id


def reached_in_time(posted_on: date | None, case: CaseFileUpdated) -> None:
    """Refuse a notice whose earlier one counts as served only when its deadline was over.

    A posted notice counts as served on the fourth day after its posting or dispatch (SGB X
    §37(2)): a deadline that was over by then was none.

    Args:
        posted_on: When the earlier notice was posted or dispatched.
        case: The case file that asked for the later one.

    Raises:
        EarlierNoticeMissing: It left too late.
    """
    if case.warning and posted_on and posted_on + _SERVED_AFTER >= case.warning.deadline:
        message = (
            f"the warning left on {posted_on}, too late for its deadline on"
            f" {case.warning.deadline} (SGB I §66(3), SGB X §37(2))"
        )
        raise EarlierNoticeMissing(message)


_SERVED_AFTER: Final = timedelta(days=4)


def last_decision(case: CaseFileUpdated) -> Decision | None:
    """The decision that is told: the last one that was no escalation."""
    told = [each for each in case.decisions if each.outcome is not DecisionOutcome.ESCALATE]
    return told[-1] if told else None
