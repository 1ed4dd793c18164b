"""Who works at the desk, as `reference.people.v1` tells it: teams, their chains, who stands in.

Nothing here is older than the answer needs: who is away is asked for one day of the desk's
calendar.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from shared.contract.cases import CaseKind

SUPERVISOR: Final = "supervisor"
"""The role without which nobody accepts an escalation."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at the desk; without a name, which the chain has no need of.

    Attributes:
        person_id: The subject of their tokens.
        roles: What they may do.
        teams: Where they belong.
        deputy: Who stands in while they are away.
        absences: First and last day of each absence.
        active: False once they have left.
    """

    person_id: str
    roles: frozenset[str]
    teams: tuple[str, ...] = ()
    deputy: str | None = None
    absences: tuple[tuple[date, date], ...] = ()
    active: bool = True

    def away(self, day: date) -> bool:
        """Say whether they are absent on a day."""
        return any(first <= day <= last for first, last in self.absences)

    def away_after(self, day: date) -> date | None:
        """Return the first day of their next absence that begins after a day."""
        return min((first for first, _ in self.absences if first > day), default=None)

    @property
    def supervises(self) -> bool:
        """Whether they may accept escalations at all."""
        return self.active and SUPERVISOR in self.roles


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a team's chain.

    Attributes:
        supervisors: Any of them may take a case.
        attend_within: Opening hours until an unattended case goes higher; None for the desk's own.
    """

    supervisors: tuple[str, ...]
    attend_within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """A team: which cases are its own, and who supervises it.

    Attributes:
        team_id: Its id.
        programmes: Whose cases it works on; empty for all.
        kinds: Which kinds of cases it works on; empty for all.
        default: Whether it takes the cases that no other team takes.
        levels: The chain, its own supervisors first.
        active: False once it is dissolved.
    """

    team_id: str
    programmes: frozenset[str] = frozenset()
    kinds: frozenset[CaseKind] = frozenset()
    default: bool = False
    levels: tuple[Level, ...] = ()
    active: bool = True

    def takes(self, programme: str | None, kind: CaseKind | None) -> bool:
        """Say whether such a case is its own; a team that names nothing has none of its own."""
        if not self.active or not (self.programmes or self.kinds):
            return False
        return (not self.programmes or programme in self.programmes) and (
            not self.kinds or kind in self.kinds
        )

    def level_of(self, person_id: str) -> int | None:
        """Return the lowest level at which a person stands, counted from 1."""
        return next(
            (
                number
                for number, level in enumerate(self.levels, 1)
                if person_id in level.supervisors
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who gets a case.

    Attributes:
        level: At which level of the chain.
        person_id: The supervisor, or who stands in for them.
        deputy_for: Whose place the person takes, if so.
    """

    level: int
    person_id: str
    deputy_for: str | None = None


@dataclass(frozen=True)
class Directory:
    """Everybody, and every team.

    Attributes:
        people: By id.
        teams: By id.
        version: Counts changes; two directories with the same number are the same.
    """

    people: Mapping[str, Person] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    version: int = 0

    @classmethod
    def of(cls, people: Iterable[Person], teams: Iterable[Team], version: int = 0) -> "Directory":
        """Return the directory of these people and teams."""
        return cls(
            {person.person_id: person for person in people},
            {team.team_id: team for team in teams},
            version,
        )

    @cached_property
    def _in_order(self) -> tuple[Team, ...]:
        """The teams, those first that name their cases most closely."""
        return tuple(
            sorted(
                self.teams.values(),
                key=lambda team: (not team.programmes, not team.kinds, team.team_id),
            )
        )

    def team_of(self, programme: str | None, kind: CaseKind | None) -> Team | None:
        """Return the team of a case: its own, else the default one; None when there is neither.

        Args:
            programme: The case's, None while it is unknown.
            kind: The case's, None while it is unknown.
        """
        for team in self._in_order:
            if team.takes(programme, kind):
                return team
        return next((team for team in self._in_order if team.default and team.active), None)

    def there(self, person_id: str, day: date) -> bool:
        """Say whether somebody can take an escalation on a day: a supervisor who is not away."""
        person = self.people.get(person_id)
        return person is not None and person.supervises and not person.away(day)

    def stand_in(self, person_id: str, day: date) -> str | None:
        """Return who acts for a supervisor on a day: they, or their deputy, or the deputy's.

        None when they have left, which no deputy makes up for, or when nobody is there.
        """
        person = self.people.get(person_id)
        if person is None or not person.supervises:
            return None
        asked: set[str] = set()
        while person is not None and person.person_id not in asked:
            if self.there(person.person_id, day):
                return person.person_id
            asked.add(person.person_id)
            person = self.people.get(person.deputy) if person.deputy else None
        return None

    def choose(
        self,
        team: Team,
        *,
        from_level: int,
        day: date,
        barred: Collection[str],
        load: Mapping[str, int],
    ) -> Chosen | None:
        """Return who gets a case: at the lowest level where somebody is there.

        Within a level it is who has the fewest cases before them, then the first by id.

        Args:
            team: Whose chain.
            from_level: The lowest level that counts, from 1.
            day: The desk's day.
            barred: Who must not get it.
            load: How many escalations wait for whom.
        """
        for number, level in enumerate(team.levels[from_level - 1 :], from_level):
            found: dict[str, Chosen] = {}
            for supervisor in level.supervisors:
                person_id = self.stand_in(supervisor, day)
                if person_id is None or person_id in barred:
                    continue
                stands_in = supervisor if person_id != supervisor else None
                # Who is a supervisor here and a deputy besides gets it in their own right.
                if person_id not in found or stands_in is None:
                    found[person_id] = Chosen(number, person_id, stands_in)
            if found:
                return min(
                    found.values(), key=lambda one: (load.get(one.person_id, 0), one.person_id)
                )
        return None
