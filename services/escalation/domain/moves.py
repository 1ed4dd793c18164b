"""What people may do with an escalation: accept, return, reassign; and its end by a decision."""

from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from services.escalation.domain.directory import Directory, Team
from services.escalation.domain.escalations import (
    Escalation,
    IllegalTransition,
    StaleVersion,
    Status,
    Step,
)
from shared.errors import Forbidden, RuleViolation


def unchanged_since(escalation: Escalation, seen: int | None) -> Escalation:
    """Return the escalation if it is as the caller saw it; None for a caller who doesn't say.

    Raises:
        StaleVersion: It changed since.
    """
    if seen is not None and seen != escalation.version:
        raise StaleVersion(escalation, seen)
    return escalation


def accept(
    escalation: Escalation, by: str, at: datetime, directory: Directory | None = None
) -> Escalation:
    """Return the escalation taken on by a supervisor; the same again for who has it already.

    Args:
        escalation: What is before somebody.
        by: The supervisor.
        at: When.
        directory: Says who stands in whose chain; without one any supervisor may take it.

    Raises:
        IllegalTransition: Somebody else accepted it, or it has ended.
        Forbidden: The supervisor keyed the case in or decided it before, or it is before somebody
            else and they have no part in that level of the chain.
    """
    if escalation.status is Status.ACCEPTED and escalation.accepted_by == by:
        return escalation
    if escalation.status is not Status.OPENED:
        raise IllegalTransition(escalation, "accepted")
    _must_have_a_say(escalation, by, directory or Directory(), "accept")
    return replace(
        escalation,
        status=Status.ACCEPTED,
        accepted_by=by,
        accepted_at=at,
        assigned_to=by,
        deputy_for=escalation.deputy_for if escalation.assigned_to == by else None,
        announced=True,
        since=at,
        attend_by=None,
        acts_at=at,
        version=escalation.version + 1,
        steps=(*escalation.steps, Step("accepted", at, by=by, level=escalation.level)),
    )


def give_back(escalation: Escalation, by: str, instruction: str, at: datetime) -> Escalation:
    """Return the escalation given back to the desk with an instruction.

    Raises:
        IllegalTransition: It has ended.
        Forbidden: Somebody else accepted it.
        RuleViolation: Nobody accepted it yet, or there is no instruction.
    """
    if not escalation.pending:
        raise IllegalTransition(escalation, "returned")
    if escalation.status is not Status.ACCEPTED:
        raise RuleViolation("not_accepted", "a case is accepted before it is returned")
    if by != escalation.accepted_by:
        raise Forbidden("not_yours", "only the supervisor who accepted it can return a case")
    said = instruction.strip()
    if not said:
        raise RuleViolation("no_instruction", "a case is returned with an instruction")
    return replace(_ended(escalation, Status.RETURNED, at, by, said), instruction=said)


def reassign(
    escalation: Escalation, by: str, to: str, reason: str, at: datetime, on: date, people: Directory
) -> Escalation:
    """Return the escalation before another supervisor, who is told in the desk's hours.

    Args:
        escalation: What is before somebody.
        by: The supervisor who hands it on.
        to: Who gets it.
        reason: Why.
        at: When.
        on: The desk's day then.
        people: Who works at the desk.

    Raises:
        IllegalTransition: It has ended.
        Forbidden: Whoever hands it on has no part in that level of the chain.
        RuleViolation: No reason; or it can't go to that person, which the text explains.
    """
    if not escalation.pending:
        raise IllegalTransition(escalation, "reassigned")
    if by != escalation.assigned_to:
        _must_stand_above(escalation, by, people, "reassign")
    said = reason.strip()
    if not said:
        raise RuleViolation("no_reason", "a case is reassigned with a reason")
    _must_be_able_to_take(escalation, to, on, people)
    team = people.teams.get(escalation.team or "")
    level = (team.level_of(to) if team else None) or escalation.level
    return replace(
        escalation,
        status=Status.OPENED,
        accepted_by=None,
        accepted_at=None,
        assigned_to=to,
        deputy_for=None,
        level=level,
        because="reassigned",
        announced=False,
        since=at,
        attend_by=None,
        acts_at=at,
        version=escalation.version + 1,
        steps=(*escalation.steps, Step("reassigned", at, by=by, to=to, level=level, words=said)),
    )


def close(escalation: Escalation, at: datetime) -> Escalation:
    """Return the escalation ended by the case's decision.

    Raises:
        IllegalTransition: It has ended before.
    """
    if not escalation.pending:
        raise IllegalTransition(escalation, "closed")
    return _ended(escalation, Status.CLOSED, at)


def _ended(
    escalation: Escalation, status: Status, at: datetime, by: str | None = None, words: str = ""
) -> Escalation:
    what: Literal["returned", "closed"] = "returned" if status is Status.RETURNED else "closed"
    step = Step(what, at, by=by, level=escalation.level, words=words)
    return replace(
        escalation,
        status=status,
        ended_at=at,
        attend_by=None,
        acts_at=None,
        version=escalation.version + 1,
        steps=(*escalation.steps, step),
    )


def _must_have_a_say(escalation: Escalation, by: str, people: Directory, wanted: str) -> None:
    if by in escalation.involved:
        msg = f"whoever keyed in or decided a case before can't {wanted} its escalation"
        raise Forbidden("four_eyes", msg)
    if by != escalation.assigned_to:
        _must_stand_above(escalation, by, people, wanted)


def _must_stand_above(escalation: Escalation, by: str, people: Directory, wanted: str) -> None:
    """Refuse who has no part in the escalation's level of the chain or above."""
    person = people.people.get(by)
    if person is not None and not person.supervises:
        msg = f"{by} has left, or is no supervisor any more, so can't {wanted} an escalation"
        raise Forbidden("no_supervisor", msg)
    team = people.teams.get(escalation.team or "")
    if escalation.assigned_to is None or team is None:
        return
    if by not in _takers(team, escalation.level, people):
        msg = (
            f"the escalation is before {escalation.assigned_to}, at level {escalation.level} of "
            f"{team.team_id}: they, a supervisor of that level or above, or a deputy of one can "
            f"{wanted} it"
        )
        raise Forbidden("not_yours", msg)


def _takers(team: Team, from_level: int, people: Directory) -> set[str]:
    above = {one for level in team.levels[from_level - 1 :] for one in level.supervisors}
    known = (people.people.get(one) for one in above)
    return above | {person.deputy for person in known if person and person.deputy}


def _must_be_able_to_take(escalation: Escalation, to: str, on: date, people: Directory) -> None:
    person = people.people.get(to)
    if person is None or not person.supervises:
        msg = f"{to} is no supervisor of this desk, or has left"
        raise RuleViolation("no_supervisor", msg)
    if to in escalation.involved:
        msg = f"{to} keyed in or decided the case before, so it can't go to them"
        raise RuleViolation("four_eyes", msg)
    if to == escalation.assigned_to:
        msg = f"the escalation is before {to} already"
        raise RuleViolation("same_supervisor", msg)
    if person.away(on):
        deputy = people.stand_in(to, on)
        msg = f"{to} is away on {on}" + (f"; {deputy} stands in" if deputy else "")
        raise RuleViolation("absent", msg)
