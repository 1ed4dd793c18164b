"""What escalation does with events: it notes case files, and opens and closes escalations."""

from collections.abc import Iterable, Sequence
from functools import partial

from services.escalation import firing, recount, store
from services.escalation.app import App
from services.escalation.domain.cases import Case, asked_for
from services.escalation.domain.escalations import Escalation, close
from services.escalation.domain.timetable import reckon
from shared.contract.case_file import CaseFileUpdated
from shared.contract.catalogue import CASE_FILE
from shared.messaging.envelope import Event
from shared.messaging.processing import UnitOfWork


def register(app: App) -> None:
    """Subscribe escalation to its topic, and let its clocks run."""
    app.service.subscribe(CASE_FILE, partial(note_case_files, app))
    app.service.background("clocks", partial(firing.run, app))
    app.service.background("recount", partial(recount.run, app))


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
    for file, event_id in files:
        known = cases.get(file.case_id)
        case = known.with_file(file, event_id) if known else Case.of(file, event_id)
        cases[file.case_id] = case
        if not case.ended and (escalation := asked_for(case, file, work.now)):
            asked.append(escalation)
    await store.save_timetables(
        work.connection,
        [
            reckon(case, told.get(case_id, {}), app.rules_of(case), app.calendar)
            for case_id, case in cases.items()
        ],
        app.reckoned_by,
    )
    await _open_and_close(work, asked, cases.values())


async def _open_and_close(
    work: UnitOfWork, asked: Sequence[Escalation], cases: Iterable[Case]
) -> None:
    ended = {case.case_id for case in cases if case.ended}
    touched = ended.union(escalation.case_id for escalation in asked)
    pending = await store.pending_escalations(work.connection, touched)
    await firing.open_escalations(work, asked, pending)
    closed = [close(pending[case_id], work.now) for case_id in sorted(ended & pending.keys())]
    await store.save_escalations(work.connection, closed)
    for escalation in closed:
        firing.emit_change(work, escalation)
