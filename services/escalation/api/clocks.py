"""Why a case is due when, and what other hours or rules moved."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.escalation import moves_store, store
from services.escalation.api.views import MAY_READ, Text, View
from services.escalation.app import App
from services.escalation.domain.cases import Case
from services.escalation.domain.clock_rules import ClockRule, Words
from services.escalation.domain.clocks import Clock, clocks_of
from services.escalation.domain.explanation import explained
from services.escalation.domain.limitation import suspension_of
from services.escalation.domain.runs import Run
from services.escalation.domain.signals import Told
from shared.calendar import BusinessCalendar
from shared.contract.cases import CaseKind
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


class LimitationView(View):
    """How long no limitation runs for an insurer's claim (VVG §15)."""

    suspended_since: date
    suspended_until: date | None = Field(description="Null while it lasts, or its end is unknown.")
    days: int | None
    text: Text


class CaseClocks(View):
    """Every clock of a case, each with its explanation."""

    case_id: str
    zone: str
    clocks: tuple[ClockView, ...]
    limitation: LimitationView | None = Field(description="Only of an insurer's claim.")


class MoveView(View):
    """A clock that other hours or rules moved."""

    case_id: str
    kind: str
    due_before: datetime | None = Field(description="Null: it was not due before.")
    due_after: datetime | None = Field(description="Null: it is due no more.")
    moved_at: datetime


class KindMoves(View):
    """How many clocks of a kind were moved, each counted by its latest move."""

    kind: str
    sooner: int
    later: int
    new: int
    dropped: int


class Moves(View):
    """What moved when open clocks were reckoned by other hours or rules."""

    kinds: tuple[KindMoves, ...]
    latest: tuple[MoveView, ...]


def routes(app: App) -> APIRouter:
    """The routes about clocks."""
    routes = APIRouter()

    @routes.get("/clocks/moves", dependencies=[Depends(MAY_READ)])
    async def clock_moves(limit: Annotated[int, Query(ge=0, le=500)] = 100) -> Moves:
        """Which open clocks other opening hours or another programme moved, from when to when."""
        async with app.service.database.reading() as connection:
            kinds = await moves_store.count_moves(connection)
            latest = await moves_store.latest_moves(connection, limit)
        return Moves(
            kinds=tuple(KindMoves.model_validate(kind) for kind in kinds),
            latest=tuple(MoveView.model_validate(move) for move in latest),
        )

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
            limitation=_limitation(app, stored.case),
        )

    return routes


def _limitation(app: App, case: Case) -> LimitationView | None:
    is_claim = case.kind is CaseKind.CLAIM and case.programme in app.insurers
    suspended = suspension_of(case.facts, app.calendar.zone) if is_claim else None
    if suspended is None:
        return None
    return LimitationView(
        suspended_since=suspended.since,
        suspended_until=suspended.until,
        days=suspended.days,
        text=Text.of(suspended.words),
    )


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
        state=_state(rule, runs, told),
        due_at=latest.due_at if latest else None,
        warn_at=latest.warn_at if latest else None,
        warned=0 < len(runs) <= told.warned,
        breached=0 < len(runs) <= told.breached,
        runs=tuple(_run_view(clock, run, number, calendar) for number, run in enumerate(runs, 1)),
    )


def _state(rule: ClockRule, runs: Sequence[Run], told: Told) -> str:
    if not runs:
        return "not_started"
    state = runs[-1].state
    over = rule.passes and state == "running" and len(runs) <= told.breached
    return "passed" if over else state


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
