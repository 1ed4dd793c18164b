"""`reference.people.v1`: who works at the desk, in which teams, and who stands above whom.

People and teams share one compacted topic, so that a reader knows both or neither; what a team's
id begins with keeps their keys apart.
"""

from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from shared.contract.base import (
    Amount,
    Body,
    Day,
    Identifier,
    PersonalData,
    Revision,
    ShortText,
)
from shared.contract.cases import CaseKind

_TEAM = "team-"


def _no_team(person_id: str) -> str:
    if person_id.startswith(_TEAM):
        message = f"a person's id doesn't begin with {_TEAM!r}: so a team's does"
        raise ValueError(message)
    return person_id


PersonId = Annotated[Identifier, AfterValidator(_no_team)]
"""The subject of the person's tokens."""

TeamId = Annotated[str, Field(pattern=r"^team-[a-z0-9][a-z0-9-]{0,57}$")]

OpeningHours = Annotated[timedelta, Field(gt=timedelta(), le=timedelta(days=100))]
"""A length of the desk's opening hours, far within the reach of its calendar."""


class Absence(PersonalData):
    """Whole days on which somebody is away, by the desk's calendar."""

    from_day: Day
    until_day: Day = Field(description="The last day, inclusive.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until_day < self.from_day:
            raise ValueError("until_day comes before from_day")
        return self

    def covers(self, day: date) -> bool:
        """Say whether the person is away on a day."""
        return self.from_day <= day <= self.until_day


class PersonChanged(PersonalData):
    """`reference.person.changed.v1`: somebody who works at the desk."""

    person_id: PersonId = Field(description="The subject of their tokens.")
    name: ShortText
    roles: tuple[Identifier, ...] = ()
    teams: tuple[TeamId, ...] = ()
    authority: dict[Identifier, Amount] = Field(
        default={},
        description="Their own limit per programme, in its currency; else that of their role.",
    )
    deputy: PersonId | None = Field(default=None, description="Who stands in while they are away.")
    absences: tuple[Absence, ...] = ()
    active: bool = Field(default=True, description="False once they have left.")
    revision: Revision = Field(description="Grows with every change; the highest counts.")


class SupervisorLevel(Body):
    """One step of a team's chain: any of these supervisors, the one with the fewest cases."""

    supervisors: tuple[PersonId, ...] = Field(min_length=1)
    attend_within: OpeningHours | None = Field(
        default=None,
        description="Opening hours until an escalation that nobody accepted goes one level higher;"
        " the desk's own if absent.",
    )


class TeamChanged(Body):
    """`reference.team.changed.v1`: a team, the cases it works on, and its chain of supervisors."""

    team_id: TeamId
    name: ShortText
    programmes: tuple[Identifier, ...] = Field(
        default=(), description="Whose cases it works on; empty: all programmes."
    )
    kinds: tuple[CaseKind, ...] = Field(
        default=(), description="Which kinds of cases it works on; empty: all."
    )
    default: bool = Field(default=False, description="Takes the cases that no other team takes.")
    levels: tuple[SupervisorLevel, ...] = Field(
        default=(), description="The chain: first the team's supervisors, then who is above them."
    )
    active: bool = Field(default=True, description="False once the team is dissolved.")
    revision: Revision = Field(description="Grows with every change; the highest counts.")
