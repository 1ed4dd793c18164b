"""Why a case is due when."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Depends
from pydantic import Field

from services.escalation import store
from services.escalation.api.views import MAY_READ, Text, View
from services.escalation.app import App
from services.escalation.domain.clock_rules import Words
from services.escalation.domain.clocks import Clock, clocks_of
from services.escalation.domain.explanation import explained
from services.escalation.domain.runs import Run
from services.escalation.domain.signals import Told
from shared.calendar import BusinessCalendar
from shared.errors import NotFound


class StepView(View):
    """One thing that happened to a clock."""

    act: str = Field(description="start, pause, resume, stop or restart.")
    fact: str = Field(description="What happened to the case.")
    event_id: str = Field(description="The case file event that told it.")
    at: datetime
    remaining: timedelta = Field(description="What is left of the target after it.")
    due_at: datetime | None
    text: Text = Field(description="The sentence for people, in the desk's local time.")


class RunView(View):
    """One run of a clock, from a start to its end."""

    run: int
    state: str
    due_at: datetime | None
    warn_at: datetime | None
    steps: tuple[StepView, ...]


class ClockView(View):
    """A clock of a case; its state, its times and what it told are those of its latest run."""

    kind: str
    name: Text
    law: str = Field(description="Where it comes from; empty for the desk's own.")
    target: timedelta | str = Field(description="A duration, or a period such as P1M (ISO 8601).")
    calendar: str
    state: str
    due_at: datetime | None
    warn_at: datetime | None
    warned: bool
    breached: bool
    runs: tuple[RunView, ...]


class CaseClocks(View):
    """Every clock of a case, each with its explanation."""

    case_id: str
    zone: str
    clocks: tuple[ClockView, ...]


def routes(app: App) -> APIRouter:
    """The routes about clocks."""
    routes = APIRouter()

    @routes.get("/cases/{case_id}/clocks", dependencies=[Depends(MAY_READ)])
    async def case_clocks(case_id: str) -> CaseClocks:
        """Every clock of a case: when it is due, and why then."""
        async with app.service.database.reading() as connection:
            stored = (await store.load_cases(connection, [case_id], lock=False)).get(case_id)
        if stored is None:
            message = f"no case {case_id}"
            raise NotFound(message)
        clocks = clocks_of(app.rules_of(stored.case), stored.case.facts, app.calendar)
        return CaseClocks(
            case_id=case_id,
            zone=app.calendar.zone.key,
            clocks=tuple(
                _clock_view(clock, app.calendar, stored.told.get(clock.rule.kind, Told()))
                for clock in clocks
            ),
        )

    return routes


def _clock_view(clock: Clock, calendar: BusinessCalendar, told: Told) -> ClockView:
    rule = clock.rule
    runs = clock.runs(calendar)
    latest = runs[-1] if runs else None
    return ClockView(
        kind=rule.kind,
        name=Text.of(rule.name or Words(rule.kind, rule.kind)),
        law=rule.law,
        target=rule.target if isinstance(rule.target, timedelta) else rule.target.iso,
        calendar=rule.calendar,
        state=latest.state if latest else "not_started",
        due_at=latest.due_at if latest else None,
        warn_at=latest.warn_at if latest else None,
        warned=0 < len(runs) <= told.warned,
        breached=0 < len(runs) <= told.breached,
        runs=tuple(_run_view(clock, run, number, calendar) for number, run in enumerate(runs, 1)),
    )


def _run_view(clock: Clock, run: Run, number: int, calendar: BusinessCalendar) -> RunView:
    return RunView(
        run=number,
        state=run.state,
        due_at=run.due_at,
        warn_at=run.warn_at,
        steps=tuple(
            StepView(
                act=step.act.name.lower(),
                fact=step.fact.name,
                event_id=step.fact.event_id,
                at=step.fact.at,
                remaining=step.remaining,
                due_at=step.due_at,
                text=Text.of(sentence),
            )
            for step, sentence in explained(clock.rule, run, calendar.zone)
        ),
    )
