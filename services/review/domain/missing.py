"""The loop of what is missing, once the client was asked: reminded, warned, over to a person.

    asked ──some days before the deadline──▶ reminded
      │
      └──deadline passed──▶ warned of the consequences, with a new deadline (where the law wants
                            that first) ──that one passed──▶ a person has it

Nothing is ever denied by silence. An answer goes on with the case whenever it comes.
"""

from datetime import date

from pydantic import Field

from services.review.domain.acting import (
    Person,
    may_act,
    programme_of,
    supervisor_if_escalated,
)
from services.review.domain.known import Known
from services.review.domain.transitions import SYSTEM, changed, notice_requested
from shared.contract.base import Body, ShortText
from shared.contract.case_file import CaseFileUpdated, ConsequencesWarning
from shared.contract.cases import CaseState
from shared.contract.facts import AnswerOverdue, AnswerReminded, ConsequencesWarned, NoticeKind
from shared.errors import RuleViolation
from shared.programmes import ProgrammeVersion

REQUEST_LAW = "VVG §28(4)"
"""An insurer's information request tells the consequences itself, in a notice apart."""
WARNING_LAW = "SGB I §66(3)"

_MAY_BE_WARNED = frozenset({CaseState.WAITING_FOR_CLIENT, CaseState.WAITING_FOR_PERSON})


class WarningRequest(Body):
    """A person warns the client of the consequences, before the desk does it by itself."""

    sequence: int | None = Field(
        default=None, ge=1, description="Sequence of the case file that the person read."
    )
    again_because: ShortText = Field(
        default="", description="Why once more, such as that the letter came back."
    )


def reminded(case: CaseFileUpdated, deadline: date | None, known: Known) -> CaseFileUpdated | None:
    """The case after its client was reminded of what they were asked for.

    Args:
        case: The case as it is.
        deadline: The day that comes near.
        known: The instant.

    Returns:
        None if the case waits for nothing by that day any more.
    """
    if not _waits_until(case, deadline):
        return None
    assert case.answer_by is not None
    return changed(
        case,
        known.now,
        [
            AnswerReminded(deadline=case.answer_by),
            notice_requested(case.case_id, NoticeKind.REMINDER, case.answer_by.isoformat()),
        ],
    )


def deadline_passed(
    case: CaseFileUpdated, deadline: date | None, known: Known
) -> CaseFileUpdated | None:
    """The case after its client's time to answer passed: warned, or over to a person.

    A refusal for lack of cooperation may only follow a written warning with a reasonable time
    (SGB I §66(3)); where that holds and none was sent, the desk sends it now.

    Args:
        case: The case as it is.
        deadline: The day that passed.
        known: The programmes, the instant.

    Returns:
        None if the case did not wait for an answer by that day.
    """
    if not _waits_until(case, deadline):
        return None
    assert case.answer_by is not None
    programme = programme_of(case, known)
    if _warns_first(programme) and case.warning is None:
        return _warned(case, SYSTEM, known)
    return changed(
        case,
        known.now,
        [AnswerOverdue(deadline=case.answer_by)],
        state=CaseState.WAITING_FOR_PERSON,
        answer_by=None,
    )


def warn(
    case: CaseFileUpdated, request: WarningRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """The case after a person had the client warned of the consequences.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not act on this case.
        RuleViolation: The programme knows no such warning, nothing is missing, or it was sent and
            no reason is given to warn once more.
    """
    may_act(case, request.sequence or case.sequence, person)
    supervisor_if_escalated(case, person)
    if not _warns_first(programme_of(case, known)):
        raise RuleViolation("no_warning_needed", "this programme knows no warning of its own")
    if case.state not in _MAY_BE_WARNED or all(item.status != "open" for item in case.checklist):
        raise RuleViolation("nothing_missing", "the client is asked for nothing")
    if case.warning is not None and not request.again_because.strip():
        message = f"the client was warned on {case.warning.warned_on}; say why once more"
        raise RuleViolation("already_warned", message)
    return _warned(case, person.subject, known)


def warning_in_request(
    programme: ProgrammeVersion | None, today: date, deadline: date, notice_id: str
) -> ConsequencesWarning | None:
    """The warning that an information request itself carries; None where it carries none.

    Args:
        programme: Whose request it is.
        today: The day of the request.
        deadline: The client's.
        notice_id: The request's.
    """
    if programme is None or programme.kind != "insurer":
        return None
    return ConsequencesWarning(
        law=REQUEST_LAW, warned_on=today, deadline=deadline, notice_id=notice_id
    )


def _warned(case: CaseFileUpdated, by: str, known: Known) -> CaseFileUpdated:
    programme = programme_of(case, known)
    assert programme is not None
    deadline = known.programmes.desk.answer_by(known.today, programme.answer_days)
    notice = notice_requested(case.case_id, NoticeKind.CONSEQUENCES_WARNING, str(case.sequence + 1))
    return changed(
        case,
        known.now,
        [ConsequencesWarned(deadline=deadline, by=by), notice],
        state=CaseState.WAITING_FOR_CLIENT,
        answer_by=deadline,
        warning=ConsequencesWarning(
            law=WARNING_LAW,
            warned_on=known.today,
            deadline=deadline,
            notice_id=notice.notice_id,
        ),
    )


def _waits_until(case: CaseFileUpdated, deadline: date | None) -> bool:
    """Does the case still wait for its client, by this very day?"""
    waits = case.state is CaseState.WAITING_FOR_CLIENT
    return waits and case.answer_by is not None and case.answer_by == deadline


def _warns_first(programme: ProgrammeVersion | None) -> bool:
    return programme is not None and programme.non_cooperation == "warning_first"
