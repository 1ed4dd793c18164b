"""Escalation's API: why a case is due when, and the supervisors' desk."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.escalation import store
from services.escalation.app import App
from services.escalation.domain.clock_rules import Words
from services.escalation.domain.clocks import Clock, Run, apply
from services.escalation.domain.escalations import Escalation, Status, accept, give_back
from services.escalation.domain.explanation import explained
from services.escalation.domain.signals import Told
from services.escalation.domain.summary import Summary
from services.escalation.firing import emit_change
from shared.auth import Actor, requires
from shared.calendar import BusinessCalendar
from shared.contract.public import EscalationReason
from shared.errors import NotFound
from shared.periods import Period

_READERS = requires(
    "trainee",
    "representative",
    "senior_representative",
    "supervisor",
    "auditor",
    "administrator",
)
_SUPERVISOR = requires("supervisor")


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class Text(_View):
    """The same in both languages of the desk."""

    de: str
    en: str


class StepView(_View):
    """One thing that happened to a clock."""

    act: str = Field(description="start, pause, resume, stop or restart.")
    fact: str = Field(description="What happened to the case.")
    event_id: str = Field(description="The case file event that told it.")
    at: datetime
    remaining: timedelta = Field(description="What is left of the target after it.")
    due_at: datetime | None
    text: Text = Field(description="The sentence for people, in the desk's local time.")


class RunView(_View):
    """One run of a clock, from a start to its end."""

    run: int
    state: str
    due_at: datetime | None
    warn_at: datetime | None
    steps: tuple[StepView, ...]


class ClockView(_View):
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


class CaseClocks(_View):
    """Every clock of a case, each with its explanation."""

    case_id: str
    zone: str
    clocks: tuple[ClockView, ...]


class EscalationView(_View):
    """An escalation as a supervisor sees it."""

    escalation_id: str
    case_id: str
    status: Status
    reason: EscalationReason
    summary: Summary
    opened_at: datetime
    accepted_by: str | None
    accepted_at: datetime | None
    instruction: str
    ended_at: datetime | None


class Instruction(BaseModel):
    """What a supervisor tells the desk when returning a case."""

    model_config = ConfigDict(extra="forbid")

    instruction: str = Field(max_length=500)


def router(app: App) -> APIRouter:
    """The routes, with the roles that each needs."""
    routes = APIRouter()

    @routes.get("/cases/{case_id}/clocks", dependencies=[Depends(_READERS)])
    async def case_clocks(case_id: str) -> CaseClocks:
        """Every clock of a case: when it is due, and why then."""
        async with app.service.database.reading() as connection:
            stored = (await store.load_cases(connection, [case_id], lock=False)).get(case_id)
        if stored is None:
            message = f"no case {case_id}"
            raise NotFound(message)
        clocks = apply((), app.rules_of(stored.case), stored.case.facts)
        return CaseClocks(
            case_id=case_id,
            zone=app.calendar.zone.key,
            clocks=tuple(
                _clock_view(clock, app.calendar, stored.told.get(clock.rule.kind, Told()))
                for clock in clocks
            ),
        )

    @routes.get("/escalations", dependencies=[Depends(_READERS)])
    async def escalations(
        status: Status | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 100
    ) -> list[EscalationView]:
        """Escalations, those that wait longest first."""
        async with app.service.database.reading() as connection:
            found = await store.find_escalations(connection, status=status, limit=limit)
        return [_escalation_view(escalation) for escalation in found]

    @routes.get("/escalations/{escalation_id}", dependencies=[Depends(_READERS)])
    async def escalation(escalation_id: str) -> EscalationView:
        """One escalation."""
        async with app.service.database.reading() as connection:
            found = await store.load_escalation(connection, escalation_id)
        return _escalation_view(_existing(found, escalation_id))

    @routes.post("/escalations/{escalation_id}/accept")
    async def accept_escalation(
        escalation_id: str, actor: Annotated[Actor, Depends(_SUPERVISOR)]
    ) -> EscalationView:
        """Take an escalation on; its decision is made in review."""
        async with app.service.unit_of_work() as work:
            found = await store.load_escalation(work.connection, escalation_id, lock=True)
            accepted = accept(_existing(found, escalation_id), actor.subject, work.now)
            await store.save_escalations(work.connection, [accepted])
            emit_change(work, accepted)
        return _escalation_view(accepted)

    @routes.post("/escalations/{escalation_id}/return")
    async def return_escalation(
        escalation_id: str, said: Instruction, actor: Annotated[Actor, Depends(_SUPERVISOR)]
    ) -> EscalationView:
        """Give a case back to the desk with an instruction."""
        async with app.service.unit_of_work() as work:
            found = await store.load_escalation(work.connection, escalation_id, lock=True)
            mine = _existing(found, escalation_id)
            returned = give_back(mine, actor.subject, said.instruction, work.now)
            await store.save_escalations(work.connection, [returned])
            emit_change(work, returned)
        return _escalation_view(returned)

    return routes


def _existing(found: Escalation | None, escalation_id: str) -> Escalation:
    if found is None:
        message = f"no escalation {escalation_id}"
        raise NotFound(message)
    return found


def _escalation_view(escalation: Escalation) -> EscalationView:
    return EscalationView(
        escalation_id=escalation.escalation_id,
        case_id=escalation.case_id,
        status=escalation.status,
        reason=escalation.reason,
        summary=Summary.model_validate_json(escalation.summary),
        opened_at=escalation.opened_at,
        accepted_by=escalation.accepted_by,
        accepted_at=escalation.accepted_at,
        instruction=escalation.instruction,
        ended_at=escalation.ended_at,
    )


def _clock_view(clock: Clock, calendar: BusinessCalendar, told: Told) -> ClockView:
    rule = clock.rule
    runs = clock.runs(calendar)
    latest = runs[-1] if runs else None
    return ClockView(
        kind=rule.kind,
        name=_text(rule.name or Words(rule.kind, rule.kind)),
        law=rule.law,
        target=rule.target.iso if isinstance(rule.target, Period) else rule.target,
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
                text=_text(sentence),
            )
            for step, sentence in explained(clock.rule, run, calendar.zone)
        ),
    )


def _text(words: Words) -> Text:
    return Text(de=words.de, en=words.en)
