"""Who may act on a case: by role, by state, and on what they read."""

from collections.abc import Collection
from decimal import Decimal
from typing import Protocol

from services.review.domain.known import Known
from services.review.domain.transitions import SETTLED
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.decisions import DecisionOutcome
from shared.contract.people import PersonChanged
from shared.errors import Forbidden, RuleViolation, VersionConflict
from shared.programmes import ProgrammeVersion

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


def may_propose(person: Person) -> None:
    """May this person at least propose what somebody else confirms?

    Raises:
        Forbidden: Their role works on no case.
    """
    if TRAINEE not in person.roles:
        may_work(person)


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


def may_have_decided(case: CaseFileUpdated, person: Person) -> None:
    """What holds for whoever makes, proposes or takes back a decision of this case.

    Raises:
        Forbidden: They keyed the claim in, or the client objects to what they decided.
        RuleViolation: It is no claim.
    """
    if case.kind is not CaseKind.CLAIM:
        raise RuleViolation("no_claim", "a service request is settled, not decided")
    if person.subject in case.keyed_by:
        raise Forbidden("keyed_in", "who keyed a claim in may not decide it")
    supervisor_if_escalated(case, person)
    if case.reopened and case.reopened.reason == "objection" and person.subject in _deciders(case):
        raise Forbidden("objection", "an objection is decided by somebody else than the decision")


def _deciders(case: CaseFileUpdated) -> set[str]:
    """Who made the decisions to which the client may object."""
    return {each.by for each in case.decisions if each.outcome is not DecisionOutcome.ESCALATE}


def within_authority(
    case: CaseFileUpdated,
    outcome: DecisionOutcome,
    approved: Decimal,
    person: Person,
    known: Known,
) -> bool:
    """May this person decide alone?

    A denial counts with what the client claimed, and who approves less than the assessment came to
    decides about all that it came to.

    Args:
        case: The claim, assessed.
        outcome: What is decided.
        approved: The amount, if any is approved.
        person: Who they are; only from their token.
        known: The programmes, and the person's own limits, which take the place of their role's.
    """
    assert case.assessment is not None
    denied = outcome is DecisionOutcome.DENY
    amount = case.assessment.claimed if denied else max(approved, case.assessment.covered)
    programme = programme_of(case, known)
    if programme is None:
        return SUPERVISOR in person.roles
    limit = limit_of(programme, person, known.colleague)
    return limit is None or amount <= limit


def limit_of(
    programme: ProgrammeVersion, person: Person, colleague: PersonChanged | None
) -> Decimal | None:
    """Up to which amount somebody decides alone in a programme; None is unlimited."""
    own = colleague.authority if colleague else {}
    return own[programme.code] if programme.code in own else programme.authority_of(person.roles)


def programme_of(case: CaseFileUpdated, known: Known) -> ProgrammeVersion | None:
    """The terms that the case was assessed by; None while they are unknown."""
    if not (case.programme and case.programme_version):
        return None
    return known.programmes.version(case.programme, case.programme_version)
