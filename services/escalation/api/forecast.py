"""What will pass a time limit soon, per team and person."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.escalation import forecast_store
from services.escalation.api.views import MAY_READ, View
from services.escalation.app import App
from services.escalation.domain.forecast import shares_of

_LONGEST_HOURS = 24 * 366


class PersonForecast(View):
    """A person's share of a team's cases; `person` is null where nobody has acted on them yet."""

    person: str | None
    cases: int
    first_due_at: datetime


class TeamForecast(View):
    """A team's cases; `team` is null for cases that no team takes."""

    team: str | None
    cases: int
    first_due_at: datetime
    people: tuple[PersonForecast, ...]


class CaseForecast(View):
    """One time limit that will pass."""

    case_id: str
    clock: str
    due_at: datetime
    team: str | None
    person: str | None


class Forecast(View):
    """Cases that will pass a time limit within the hours asked for, if nothing happens to them."""

    as_of: datetime
    until: datetime
    cases: int
    teams: tuple[TeamForecast, ...]
    soonest: tuple[CaseForecast, ...]


def routes(app: App) -> APIRouter:
    """The route of the forecast."""
    routes = APIRouter()

    @routes.get("/forecast", dependencies=[Depends(MAY_READ)])
    async def forecast(
        hours: Annotated[float, Query(gt=0, le=_LONGEST_HOURS)] = 8,
        limit: Annotated[int, Query(ge=0, le=500)] = 100,
    ) -> Forecast:
        """Cases that will pass a time limit within so many hours, per team and person.

        A case is with the supervisor before whom its escalation is, else with who last decided on
        it or keyed it in. Only time limits count that bring a case to a supervisor.
        """
        now = app.service.now()
        until = now + timedelta(hours=hours)
        async with app.service.database.reading() as connection:
            people = await app.people.current(connection)
            groups = await forecast_store.breaching_groups(connection, now, until, app.escalating)
            soonest = await forecast_store.breaching_cases(
                connection, now, until, app.escalating, limit
            )
        teams = shares_of(groups, people)
        return Forecast(
            as_of=now,
            until=until,
            cases=sum(team.cases for team in teams),
            teams=tuple(TeamForecast.model_validate(team) for team in teams),
            soonest=tuple(
                CaseForecast(
                    case_id=each.case_id,
                    clock=each.clock,
                    due_at=each.due_at,
                    team=team.team_id
                    if (team := people.team_of(each.programme, each.kind))
                    else None,
                    person=each.person,
                )
                for each in soonest
            ),
        )

    return routes
