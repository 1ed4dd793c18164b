"""The supervisors' desk: what is before whom; accept, return, reassign."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.escalation import escalation_store
from services.escalation.api.views import MAY_READ, Text, View
from services.escalation.app import App
from services.escalation.domain.escalations import Escalation, Status, Step
from services.escalation.domain.moves import accept, give_back, reassign, unchanged_since
from services.escalation.domain.summary import Happened, Overdue, Summary, Wait
from services.escalation.domain.wording import step_in_words, wait_in_words
from services.escalation.escalation_store import Wanted
from services.escalation.firing import emit_change
from shared.auth import Actor, requires
from shared.contract.cases import CaseState
from shared.contract.public import EscalationReason
from shared.errors import NotFound
from shared.messaging.processing import UnitOfWork

_SUPERVISOR = requires("supervisor")


class WaitView(View):
    """Who waited for whom, and how long."""

    waiting: str
    waited_for: str
    since: datetime
    until: datetime | None
    lasted: timedelta
    opening_hours: timedelta = Field(description="How much of it the desk was open.")
    text: Text


class SummaryView(View):
    """The case at the moment when it was escalated: codes and times; the case is review's."""

    state: CaseState
    findings: tuple[str, ...]
    history: tuple[Happened, ...]
    waits: tuple[WaitView, ...]
    overdue: tuple[Overdue, ...]


class StepView(View):
    """One thing that became of the escalation."""

    what: str
    at: datetime
    by: str | None
    to: str | None
    level: int
    because: str | None
    words: str
    text: Text


class EscalationView(View):
    """An escalation as a supervisor sees it."""

    escalation_id: str
    case_id: str
    status: Status
    reason: EscalationReason
    summary: SummaryView
    opened_at: datetime
    team: str | None
    level: int
    assigned_to: str | None = Field(description="Null: any supervisor may accept it.")
    deputy_for: str | None
    because: str = Field(description="Why it is before that person.")
    attend_by: datetime | None = Field(description="When it goes one level higher.")
    accepted_by: str | None
    accepted_at: datetime | None
    instruction: str
    ended_at: datetime | None
    version: int = Field(description="To be sent back with what is done to it.")
    steps: tuple[StepView, ...]


class Seen(BaseModel):
    """Which version of the escalation a person acts on; without it, whatever there is now."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = None


class Instruction(Seen):
    """What a supervisor tells the desk when returning a case."""

    instruction: str = Field(max_length=500)


class HandingOn(Seen):
    """To whom a supervisor hands a case on, and why."""

    to: str = Field(min_length=1, max_length=64)
    reason: str = Field(max_length=500)


class _Filters(BaseModel):
    """Which escalations to list."""

    model_config = ConfigDict(extra="forbid")

    status: Status | None = None
    team: str | None = Field(default=None, max_length=64)
    level: int | None = Field(default=None, ge=1, le=100)
    mine: bool = Field(default=False, description="Those before who asks.")
    limit: int = Field(default=100, ge=1, le=500)

    def wanted(self, actor: Actor) -> Wanted:
        """The same as the store knows it."""
        return Wanted(self.status, self.team, self.level, actor.subject if self.mine else None)


def routes(app: App) -> APIRouter:
    """The routes about escalations."""
    routes = APIRouter()
    view = _Viewer(app).view

    @routes.get("/escalations")
    async def escalations(
        filters: Annotated[_Filters, Query()], actor: Annotated[Actor, Depends(MAY_READ)]
    ) -> list[EscalationView]:
        """Escalations, those that wait longest first."""
        wanted = filters.wanted(actor)
        async with app.service.database.reading() as connection:
            found = await escalation_store.find_escalations(connection, wanted, filters.limit)
        return [view(escalation) for escalation in found]

    @routes.get("/escalations/{escalation_id}", dependencies=[Depends(MAY_READ)])
    async def escalation(escalation_id: str) -> EscalationView:
        """One escalation."""
        async with app.service.database.reading() as connection:
            found = await escalation_store.load_escalation(connection, escalation_id)
        return view(_existing(found, escalation_id))

    @routes.post("/escalations/{escalation_id}/accept")
    async def accept_escalation(
        escalation_id: str,
        actor: Annotated[Actor, Depends(_SUPERVISOR)],
        seen: Seen | None = None,
    ) -> EscalationView:
        """Take an escalation on; its decision is made in review."""
        async with app.service.unit_of_work() as work:
            mine = await _locked(work, escalation_id)
            if mine.accepted_by != actor.subject:
                unchanged_since(mine, seen.version if seen else None)
            people = await app.people.current(work.connection)
            accepted = accept(mine, actor.subject, work.now, people)
            await _save(work, mine, accepted)
        return view(accepted)

    @routes.post("/escalations/{escalation_id}/return")
    async def return_escalation(
        escalation_id: str, said: Instruction, actor: Annotated[Actor, Depends(_SUPERVISOR)]
    ) -> EscalationView:
        """Give a case back to the desk with an instruction."""
        async with app.service.unit_of_work() as work:
            mine = unchanged_since(await _locked(work, escalation_id), said.version)
            returned = give_back(mine, actor.subject, said.instruction, work.now)
            await _save(work, mine, returned)
        return view(returned)

    @routes.post("/escalations/{escalation_id}/reassign")
    async def reassign_escalation(
        escalation_id: str, said: HandingOn, actor: Annotated[Actor, Depends(_SUPERVISOR)]
    ) -> EscalationView:
        """Hand an escalation on to another supervisor, who is told in the desk's hours."""
        async with app.service.unit_of_work() as work:
            mine = unchanged_since(await _locked(work, escalation_id), said.version)
            people = await app.people.current(work.connection)
            today = app.patience.day(work.now)
            handed_on = reassign(mine, actor.subject, said.to, said.reason, work.now, today, people)
            await escalation_store.save_escalations(work.connection, [handed_on])
        return view(handed_on)

    return routes


class _Viewer:
    """Shows escalations in the desk's local time."""

    def __init__(self, app: App) -> None:
        self._zone = app.calendar.zone

    def view(self, escalation: Escalation) -> EscalationView:
        summary = Summary.model_validate_json(escalation.summary)
        return EscalationView(
            **{
                name: getattr(escalation, name)
                for name in EscalationView.model_fields.keys() - {"summary", "steps"}
            },
            summary=SummaryView(
                state=summary.state,
                findings=summary.findings,
                history=summary.history,
                waits=tuple(self._wait(wait) for wait in summary.waits),
                overdue=summary.overdue,
            ),
            steps=tuple(self._step(step) for step in escalation.steps),
        )

    def _wait(self, wait: Wait) -> WaitView:
        text = Text.of(wait_in_words(wait, self._zone))
        return WaitView(**wait.model_dump(), text=text)

    def _step(self, step: Step) -> StepView:
        return StepView(
            what=step.what,
            at=step.at,
            by=step.by,
            to=step.to,
            level=step.level,
            because=step.because,
            words=step.words,
            text=Text.of(step_in_words(step, self._zone)),
        )


async def _locked(work: UnitOfWork, escalation_id: str) -> Escalation:
    found = await escalation_store.load_escalation(work.connection, escalation_id, lock=True)
    return _existing(found, escalation_id)


async def _save(work: UnitOfWork, before: Escalation, after: Escalation) -> None:
    if after is before:
        return
    await escalation_store.save_escalations(work.connection, [after])
    emit_change(work, after)


def _existing(found: Escalation | None, escalation_id: str) -> Escalation:
    if found is None:
        message = f"no escalation {escalation_id}"
        raise NotFound(message)
    return found
