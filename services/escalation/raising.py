"""The chain's loop: puts each escalation before a supervisor, and higher when nobody attends.

Every worker runs it, as that of the clocks (`firing.py`): an escalation to look at is claimed by
its case's row, and what the look changes is committed together with the event that says so. Before
a look, everything is handled that case file and people's topic hold: a worker that was down must
neither raise a case that was decided meanwhile, nor put one before somebody who has left.
"""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Final

from services.escalation import escalation_store, people_store
from services.escalation.app import App
from services.escalation.domain.chain import look
from services.escalation.domain.escalations import Escalation
from services.escalation.watching import watch
from shared.contract.catalogue import CASE_FILE, PEOPLE
from shared.contract.escalations import EscalationRaised
from shared.messaging.processing import UnitOfWork

_AT_ONCE: Final = 200
_LONGEST_SLEEP: Final = 0.5
_PAUSE: Final = 0.05


async def run(app: App) -> None:
    """Look for as long as the process lives; a database or broker that is away is waited for."""
    await watch(partial(_look_or_wait, app), "the chain")


async def look_at_due(app: App, at: datetime) -> int:
    """Look at one batch of escalations whose time has come; return how many.

    Args:
        app: Escalation.
        at: This instant.
    """
    async with app.service.unit_of_work() as work:
        version = await people_store.directory_version(work.connection)
        claimed = await escalation_store.claim_to_look_at(work.connection, at, version, _AT_ONCE)
        if not claimed:
            return 0
        # From here until the commit nobody else chooses, so the counts below stay true.
        await people_store.lock_directory(work.connection)
        people = await app.people.current(work.connection)
        load = Counter(await escalation_store.open_per_person(work.connection))
        changed: list[Escalation] = []
        for before in claimed:
            after = look(before, people, load, at, app.patience)
            load.subtract(filter(None, [before.assigned_to]))
            load.update(filter(None, [after.assigned_to]))
            changed.append(after)
            if after.version > before.version:
                _tell(work, after, at)
        await escalation_store.save_escalations(work.connection, changed)
    return len(claimed)


def _tell(work: UnitOfWork, escalation: Escalation, at: datetime) -> None:
    last = escalation.steps[-1] if escalation.steps else None
    work.emit(
        EscalationRaised(
            escalation_id=escalation.escalation_id,
            case_id=escalation.case_id,
            reason=escalation.reason,
            because=escalation.because,
            team=escalation.team,
            level=escalation.level,
            to=escalation.assigned_to,
            deputy_for=escalation.deputy_for,
            attend_by=escalation.attend_by,
            words=last.words if last and last.what == "reassigned" else "",
            at=at,
        ),
        cause=f"{escalation.escalation_id}-{escalation.version}",
    )


async def _look_or_wait(app: App) -> float:
    """Look at everything whose time has come; return for how many seconds nothing will be."""
    now = app.service.now()
    async with app.service.database.reading() as connection:
        version = await people_store.directory_version(connection)
        next_at = await escalation_store.next_look(connection, now, version)
    if next_at is None:
        return _LONGEST_SLEEP
    if next_at > now:
        return min((next_at - now).total_seconds() + 0.001, _LONGEST_SLEEP)
    await app.service.caught_up(CASE_FILE, PEOPLE)
    while await look_at_due(app, now) == _AT_ONCE:
        pass
    return _PAUSE
