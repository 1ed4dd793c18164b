"""Which cases will pass a time limit soon, and before whom they are: per team and person."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.escalation.domain.directory import Directory
from shared.contract.cases import CaseKind


class Group(NamedTuple):
    """Cases alike: how many will pass a time limit, and when the first one does."""

    programme: str | None
    kind: CaseKind | None
    person: str | None
    cases: int
    first_due_at: datetime


class Breaching(NamedTuple):
    """One clock that will pass."""

    case_id: str
    clock: str
    due_at: datetime
    programme: str | None
    kind: CaseKind | None
    person: str | None


@dataclass(frozen=True, slots=True)
class PersonsShare:
    """How many of a team's cases are a person's; nobody's where there is none."""

    person: str | None
    cases: int
    first_due_at: datetime


@dataclass(frozen=True, slots=True)
class TeamsShare:
    """How many cases of a team will pass a time limit."""

    team: str | None
    cases: int
    first_due_at: datetime
    people: tuple[PersonsShare, ...]


def shares_of(groups: Iterable[Group], directory: Directory) -> tuple[TeamsShare, ...]:
    """Return the cases per team and person, the most first.

    Args:
        groups: The cases that will pass; each is in one group.
        directory: Says whose cases they are.
    """
    by_team: dict[str | None, dict[str | None, list[Group]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for group in groups:
        team = directory.team_of(group.programme, group.kind)
        by_team[team.team_id if team else None][group.person].append(group)
    shares = []
    for team_id, by_person in by_team.items():
        people = sorted(
            (
                PersonsShare(
                    person,
                    sum(group.cases for group in theirs),
                    min(group.first_due_at for group in theirs),
                )
                for person, theirs in by_person.items()
            ),
            key=lambda share: (-share.cases, share.person or ""),
        )
        shares.append(
            TeamsShare(
                team_id,
                sum(share.cases for share in people),
                min(share.first_due_at for share in people),
                tuple(people),
            )
        )
    return tuple(sorted(shares, key=lambda share: (-share.cases, share.team or "")))
