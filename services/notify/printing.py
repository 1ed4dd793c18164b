"""Closes print batches at the cut-off, hands them over, and takes in what the provider reports.

One letter is in one batch, and a batch is handed over once: it is closed in one transaction, filled
under a name that the provider passes over, marked, and renamed (`adapters/drop.py`).
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

import structlog
from prometheus_client import Counter, Gauge

from services.notify import print_store, store
from services.notify.adapters import drop
from services.notify.adapters.places import Place, PlaceFault
from services.notify.app import App
from services.notify.came_back import remember_dead
from services.notify.domain import printing, reports
from services.notify.domain.batches import Batch, BatchLetter, last_cutoff, letter_of
from services.notify.domain.notice import Notice, Steps
from services.notify.domain.postage import TooHeavy
from services.notify.recording import patiently, record
from services.notify.sender import LEASE, RENEWAL_SECONDS
from shared.contract.public import NoticeStatus
from shared.errors import NotFound, RuleViolation, TemporaryFault
from shared.ids import random_id
from shared.messaging.processing import UnitOfWork

log = structlog.get_logger(__name__)

LETTERS = Counter("claimsdesk_letters_total", "Letters by what became of them", ["outcome"])
WAITING = Gauge("claimsdesk_print_batches_waiting", "Closed batches that were not handed over")

_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 300.0
_REPORTS_EVERY_SECONDS: Final = 5.0
_PROBLEMS_SHOWN: Final = 200

ByReport = Callable[[Notice, UnitOfWork], Steps]


def register(app: App) -> None:
    """Have letters printed as long as the service lives."""
    printer = Printer(app)
    app.service.background("printer", printer.run)
    app.service.background("print reports", printer.watch)
    app.service.readiness("print provider", printer.problem)


class Printer:
    """Batches, hand-over and reports; one per process."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._worker = random_id()
        self._problem: str | None = None

    async def problem(self) -> str | None:
        """Why no letters leave, for `/readyz`."""
        return self._problem

    async def run(self) -> None:
        """Close and hand over batches, as long as the service lives."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._renew())
            group.create_task(self._print())

    async def _renew(self) -> None:
        """Renew the lease under which this process has batches."""

        async def act(work: UnitOfWork) -> None:
            await store.stay_alive(work.connection, self._worker, work.now + LEASE)

        while True:
            await patiently(self._app.service, act)
            await asyncio.sleep(RENEWAL_SECONDS)

    async def _print(self) -> None:
        pause = _PAUSE_SECONDS
        while True:
            self._app.printed.clear()
            await patiently(self._app.service, partial(close_batch, self._app))
            try:
                while await self._hand_over_one():
                    pass
                self._problem, pause = None, _PAUSE_SECONDS
            except (PlaceFault, TemporaryFault, NotFound) as fault:
                self._problem = str(fault)
                log.warning("letters can't be handed over", reason=str(fault), pause=pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._app.printed.wait()

    async def watch(self) -> None:
        """Take in the provider's reports, as long as the service lives."""
        while True:
            try:
                async with self._app.place() as place:
                    async for name, data in drop.reports(place):
                        await self._take_in(place, name, data)
            except PlaceFault as fault:
                log.warning("reports can't be fetched", reason=str(fault))
            await patiently(self._app.service, self._look_for_unreported)
            await asyncio.sleep(_REPORTS_EVERY_SECONDS)

    async def _hand_over_one(self) -> bool:
        """Hand over the oldest batch that waits; whether there was one."""
        service = self._app.service

        async def take(work: UnitOfWork) -> Batch | None:
            return await print_store.take_batch(work.connection, self._worker, work.now)

        batch = await patiently(service, take)
        if batch is None:
            return False
        async with self._app.place() as place:
            if not batch.marked:
                await drop.fill(place, batch, self._app.documents.get)
                mark = partial(_mark, batch.batch_id, self._worker)
                if not await patiently(service, mark):
                    return True
            await drop.hand_over(place, batch.batch_id)

        async def done(work: UnitOfWork) -> None:
            await print_store.handed_over(work.connection, batch.batch_id, work.now)
            if self._app.settings.print_posting == "hand_over":
                await _post_all(self._app, work, batch.letters)

        await patiently(service, done)
        LETTERS.labels("handed_over").inc(len(batch.letters))
        log.info("a print batch was handed over", batch=batch.batch_id, letters=len(batch.letters))
        return True

    async def _take_in(self, place: Place, name: str, data: bytes) -> None:
        """Apply a report, and put its file away."""
        problems: list[str] = []
        try:
            lines = list(reports.read(data))
        except reports.UnreadableReport as error:
            lines, problems = [], [str(error)]
        if lines:
            problems += await patiently(self._app.service, partial(take_report, self._app, lines))
        await drop.put_away(place, name, problems[:_PROBLEMS_SHOWN])
        say = log.warning if problems else log.info
        say("a print report was read", file=name, lines=len(lines), problems=len(problems))

    async def _look_for_unreported(self, work: UnitOfWork) -> None:
        """Show letters of which the provider says nothing to a person."""
        days = self._app.settings.print_report_days
        silent = await print_store.unreported(work.connection, work.now - timedelta(days=days))
        changes = [(one, printing.unreported(one, days=days, now=work.now)) for one in silent]
        await record(work, changes)
        for notice, _ in changes:
            log.warning("a letter was not reported as posted", notice_id=notice.notice_id)


async def _mark(batch_id: str, worker: str, work: UnitOfWork) -> bool:
    return await print_store.mark(work.connection, batch_id, worker)


async def close_batch(app: App, work: UnitOfWork, *, now: bool = False) -> str | None:
    """Close a batch if its time has come.

    Args:
        app: Notify.
        work: The transaction.
        now: A person wants it closed before its time.

    Returns:
        The batch; None if nothing was to be closed.
    """
    until = work.now if now else await _due(app, work)
    if until is None:
        return None
    waiting = await print_store.unbatched(
        work.connection, until, app.settings.print_letters_per_batch
    )
    letters: list[BatchLetter] = []
    unprintable: list[tuple[Notice, Steps]] = []
    for notice in waiting:
        try:
            letters.append(letter_of(notice, app.postage, duplex=app.settings.print_duplex))
        except TooHeavy as error:
            steps = printing.not_printable(notice, str(error), now=work.now)
            unprintable.append((notice, steps))
    await record(work, unprintable)
    if not letters:
        return None
    day = app.renderer.programmes.desk.local_day(work.now)
    batch_id = await print_store.open_batch(work.connection, day, letters, work.now)
    log.info("a print batch was closed", batch=batch_id, letters=len(letters))
    return batch_id


async def _due(app: App, work: UnitOfWork) -> datetime | None:
    """Until when letters were set that leave now; None if nothing leaves yet."""
    oldest = await print_store.oldest_unbatched(work.connection)
    if oldest is None:
        return None
    wait = app.settings.print_close_after
    if wait is not None and oldest + wait <= work.now:
        return work.now
    calendar = app.renderer.programmes.desk.calendar.business
    cutoff = last_cutoff(work.now, app.settings.print_cutoffs, calendar)
    return cutoff if cutoff is not None and oldest <= cutoff else None


async def _post_all(app: App, work: UnitOfWork, letters: Sequence[BatchLetter]) -> None:
    """Whoever hands letters over with posting agreed for the same day has posted them."""
    today = app.renderer.programmes.desk.local_day(work.now)
    lines = [
        reports.LetterReport(number, letter.notice_id, letter.run, "posted", today)
        for number, letter in enumerate(letters, 1)
    ]
    for problem in await take_report(app, lines, work):
        log.warning("a letter that was handed over can't count as posted", problem=problem)


async def take_report(
    app: App, lines: Sequence[reports.LetterReport | reports.BadLine], work: UnitOfWork
) -> list[str]:
    """Apply what the provider reports; a repeat changes nothing.

    Returns:
        What was wrong, line by line; the other lines count.
    """
    today = app.renderer.programmes.desk.local_day(work.now)
    problems: list[str] = []
    wanted = {line.notice_id for line in lines if isinstance(line, reports.LetterReport)}
    current = await store.load(work.connection, wanted)
    changes: list[tuple[Notice, Steps]] = []
    for line in lines:
        if isinstance(line, reports.BadLine):
            problems.append(f"line {line.line}: {line.problem}")
            continue
        before = current.get(line.notice_id)
        if before is None:
            problems.append(f"line {line.line}: no such notice")
            continue
        try:
            steps = reported(before, line, now=work.now, today=today)
        except RuleViolation as error:
            problems.append(f"line {line.line}: {error}")
            continue
        if steps:
            current[line.notice_id] = steps[-1]
            changes.append((before, steps))
            LETTERS.labels(line.status).inc()
    await record(work, changes)
    back = [steps[-1] for _, steps in changes if steps[-1].status is NoticeStatus.RETURNED]
    await remember_dead(work, back)
    if changes:
        work.after_commit(app.wake)
    return problems


def reported(notice: Notice, line: reports.LetterReport, *, now: datetime, today: date) -> Steps:
    """What a line of a report makes of its notice.

    Raises:
        RuleViolation: It does not fit.
    """
    if line.status == "posted":
        return printing.posted(notice, run=line.run, on=line.on, now=now, today=today)
    return printing.returned(notice, line.reason, run=line.run, on=line.on, now=now, today=today)
