"""What escalation does with events: it notes case files, and opens and closes escalations.

What notices tell of a decision is in `notices.py`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial

from services.escalation import (
    counts,
    escalation_store,
    firing,
    notices,
    people_store,
    raising,
    recount,
    store,
)
from services.escalation.app import App
from services.escalation.domain.cases import Case, asked_for
from services.escalation.domain.escalations import Escalation
from services.escalation.domain.moves import close
from services.escalation.domain.timetable import reckon
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.catalogue import CASE_FILE, NOTICES, PEOPLE
from shared.contract.people import PersonChanged, TeamChanged
from shared.messaging.envelope import Event
from shared.messaging.processing import UnitOfWork


def register(app: App) -> None:
    """Subscribe escalation to its topics, and let its clocks run."""
    app.service.subscribe(CASE_FILE, partial(note_case_files, app))
    app.service.subscribe(NOTICES, partial(notices.note_notices, app))
    app.service.subscribe(PEOPLE, note_people)
    app.service.background("clocks", partial(firing.run, app))
    app.service.background("chain", partial(raising.run, app))
    app.service.background("early notices", partial(notices.run, app))
    app.service.background("recount", partial(recount.run, app))
    app.service.background("counts", partial(counts.run, app))


async def note_people(work: UnitOfWork, events: Sequence[Event]) -> None:
    """Keep people and teams; every pending escalation is looked at again if that is news."""
    bodies = [event.body for event in events]
    await people_store.save_people(
        work.connection,
        [body for body in bodies if isinstance(body, PersonChanged)],
        [body for body in bodies if isinstance(body, TeamChanged)],
    )


async def note_case_files(app: App, work: UnitOfWork, events: Sequence[Event]) -> None:
    """Take a batch of case files into the clocks and escalations of their cases.

    A repeat changes nothing, and a case file older than what is known adds only its facts.
    """
    files = [
        (event.body, event.event_id) for event in events if isinstance(event.body, CaseFileUpdated)
    ]
    stored = await store.load_cases(work.connection, {file.case_id for file, _ in files}, lock=True)
    told = {case_id: known.told for case_id, known in stored.items()}
    cases = {case_id: known.case for case_id, known in stored.items()}
    asked: list[Escalation] = []
    newly_involved: set[str] = set()
    for file, event_id in files:
        known = cases.get(file.case_id)
        case = known.with_file(file, event_id) if known else Case.of(file, event_id)
        cases[file.case_id] = case
        if known and case.state is CaseState.ESCALATED and case.involved - known.involved:
            newly_involved.add(file.case_id)
        if not case.ended and (escalation := asked_for(case, file, work.now, app.calendar)):
            asked.append(escalation)
    await store.save_timetables(
        work.connection,
        [
            reckon(case, told.get(case_id, {}), app.rules_of(case), app.calendar)
            for case_id, case in cases.items()
        ],
        app.reckoned_by,
    )
    await _open_and_close(work, asked, cases.values(), newly_involved)


async def _open_and_close(
    work: UnitOfWork,
    asked: Sequence[Escalation],
    cases: Iterable[Case],
    newly_involved: Collection[str],
) -> None:
    ended = {case.case_id for case in cases if case.ended}
    touched = ended.union(newly_involved, (escalation.case_id for escalation in asked))
    pending = await escalation_store.pending_escalations(work.connection, touched)
    await firing.open_escalations(work, asked, pending)
    closed = [close(pending.pop(case_id), work.now) for case_id in sorted(ended & pending.keys())]
    # Who has it may have acted on the case meanwhile, and so may not decide it any more.
    looked_at = [
        replace(pending[case_id], acts_at=work.now)
        for case_id in sorted(set(newly_involved) & pending.keys())
    ]
    await escalation_store.save_escalations(work.connection, [*closed, *looked_at])
    for escalation in closed:
        firing.emit_change(work, escalation)
