"""Who may act on a case: by role, by state, and on what they read."""

from collections.abc import Collection
from typing import Protocol

from services.review.domain.transitions import SETTLED
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.people import PersonChanged
from shared.errors import Forbidden, RuleViolation, VersionConflict

DECIDING_ROLES = frozenset({"representative", "senior_representative", "supervisor"})
SUPERVISOR = "supervisor"
TRAINEE = "trainee"


class Person(Protocol):
    """Who acts, as their token says."""

    @property
    def subject(self) -> str:
        """Their id."""

    @property
    def roles(self) -> Collection[str]:
        """Their roles."""


def is_active(colleague: PersonChanged | None) -> None:
    """Whoever left acts no more, however long their token lives.

    Args:
        colleague: Who acts, as reference data knows them; None if it does not.

    Raises:
        Forbidden: They are not active.
    """
    if colleague is not None and not colleague.active:
        raise Forbidden("inactive", "who has left the desk acts on no case")


def is_current(case: CaseFileUpdated, sequence: int) -> None:
    """Did the person read the case as it is?

    Raises:
        VersionConflict: The case changed since.
    """
    if sequence != case.sequence:
        raise VersionConflict(case.sequence, read=sequence)


def may_work(person: Person) -> None:
    """Does this person's role act on cases, without a second person?

    Raises:
        Forbidden: It does not.
    """
    if TRAINEE in person.roles:
        raise Forbidden("trainee", "a trainee's act needs a second person")
    if not DECIDING_ROLES & set(person.roles):
        raise Forbidden("role", "only representatives and supervisors decide")


def may_act(case: CaseFileUpdated, sequence: int, person: Person) -> None:
    """What holds for every act of a person on a case that is not settled.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: Their role does not act on cases.
        RuleViolation: The case is decided or settled.
    """
    is_current(case, sequence)
    may_work(person)
    is_open(case)


def is_open(case: CaseFileUpdated) -> None:
    """Does the case wait for anybody?

    Raises:
        RuleViolation: It is decided or settled.
    """
    if case.state in SETTLED:
        raise RuleViolation("already_decided", "the case is decided")


def supervisor_if_escalated(case: CaseFileUpdated, person: Person) -> None:
    """An escalated case is a supervisor's.

    Raises:
        Forbidden: It is escalated, and they are none.
    """
    if case.state is CaseState.ESCALATED and SUPERVISOR not in person.roles:
        raise Forbidden("escalated", "an escalated case is decided by a supervisor")
