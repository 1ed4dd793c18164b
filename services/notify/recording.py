"""Records what became of notices: row, history and public event, in one transaction.

The senders wait for a durable commit twice per mail. Those that wait at the same moment share one
transaction, so a busy desk commits per group and a quiet one at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify import store
from services.notify.domain.notice import Notice, Steps
from shared.contract.public import NoticeStatusChanged
from shared.database import is_temporary
from shared.messaging.processing import UnitOfWork
from shared.service import DeskService

log = structlog.get_logger(__name__)

Step = Callable[[Notice, UnitOfWork], Steps]

_MOST_PER_GROUP = 100
_SHORTEST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0

_Result = TypeVar("_Result")


async def record(
    work: UnitOfWork, changes: Sequence[tuple[Notice, Steps]], *, by: str = ""
) -> None:
    """Store what became of notices, and tell everybody each public step.

    Args:
        work: The transaction; every notice is locked in it.
        changes: Each notice as it was, and its steps.
        by: The person who caused it; empty for the desk itself.
    """
    await store.save(work.connection, [steps[-1] for _, steps in changes if steps])
    public = [
        step for before, steps in changes for step in steps if step.sequence > before.sequence
    ]
    await tell(work, public, by=by)


async def tell(work: UnitOfWork, public: Sequence[Notice], *, by: str = "") -> None:
    """Write public steps into the history and emit them."""
    await store.remember(work.connection, public, by)
    for step in public:
        work.emit(
            NoticeStatusChanged(
                notice_id=step.notice_id,
                case_id=step.case_id,
                kind=step.kind,
                channel=step.channel,
                status=step.status,
                sequence=step.sequence,
                held_because=step.held_because,
                posted_on=step.posted_on,
                at=step.changed_at,
            ),
            cause=f"{step.notice_id}:{step.sequence}",
        )


async def patiently(
    service: DeskService, act: Callable[[UnitOfWork], Awaitable[_Result]]
) -> _Result:
    """Act in a transaction, again and again while the database is away."""

    async def in_transaction() -> _Result:
        async with service.unit_of_work() as work:
            return await act(work)

    return await _again(in_transaction)


async def looked_up(
    service: DeskService, query: Callable[[AsyncConnection], Awaitable[_Result]]
) -> _Result:
    """Read, again and again while the database is away."""

    async def reading() -> _Result:
        async with service.database.reading() as connection:
            return await query(connection)

    return await _again(reading)


async def _again(act: Callable[[], Awaitable[_Result]]) -> _Result:
    pause = _SHORTEST_PAUSE
    while True:
        try:
            result = await act()
        except Exception as error:
            if not is_temporary(error):
                raise
            log.warning("waiting for the database", reason=type(error).__name__)
        else:
            return result
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


@dataclass(slots=True)
class _Request:
    notice_id: str
    step: Step
    done: asyncio.Future[bool]


class Recorder:
    """Applies steps to notices in groups; a background loop of the service."""

    def __init__(self, service: DeskService) -> None:
        self._service = service
        self._waiting: asyncio.Queue[_Request] = asyncio.Queue()

    async def apply(self, notice_id: str, step: Step) -> bool:
        """Apply a step to a notice, and return once that is durable.

        While the database is away this waits; nothing that a mail server said is forgotten.

        Returns:
            Whether the step still fitted.
        """
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        await self._waiting.put(_Request(notice_id, step, done))
        return await done

    async def run(self) -> None:
        """Record what is waiting, as long as the service lives."""
        while True:
            group = [await self._waiting.get()]
            while not self._waiting.empty() and len(group) < _MOST_PER_GROUP:
                group.append(self._waiting.get_nowait())
            try:
                fitted = await patiently(self._service, partial(_apply, group))
            except BaseException as error:
                for request in group:
                    if not request.done.done():
                        request.done.set_exception(error)
                raise
            for request, fits in zip(group, fitted, strict=True):
                if not request.done.done():
                    request.done.set_result(fits)


async def _apply(group: Sequence[_Request], work: UnitOfWork) -> list[bool]:
    """Apply each request's step to its notice as it is now; whether it still fitted."""
    current = await store.load(work.connection, {request.notice_id for request in group})
    changes: list[tuple[Notice, Steps]] = []
    fitted: list[bool] = []
    for request in group:
        before = current.get(request.notice_id)
        steps = request.step(before, work) if before else ()
        if before and steps:
            current[before.notice_id] = steps[-1]
            changes.append((before, steps))
        fitted.append(bool(steps))
    await record(work, changes)
    return fitted
