"""Finds what is due and has it delivered: mails over a few connections at once, letters in turn.

A notice is taken by one living process at a time. A process lives while it renews its lease; what
a dead one left marked becomes `uncertain`, what it left unmarked is simply taken again.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Coroutine
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.notify import store
from services.notify.app import App
from services.notify.delivery import Delivery
from services.notify.domain import notice as lives
from services.notify.domain.notice import Notice
from services.notify.recording import Recorder, patiently, record
from shared.contract.contacts import Channel
from shared.ids import random_id
from shared.messaging.processing import UnitOfWork

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(seconds=8)
RENEWAL_SECONDS: Final = 2.0
_POLL_SECONDS: Final = 5.0
_SOONEST_SECONDS: Final = 0.05
_PARTING_SECONDS: Final = 4.0
_TAKEN_PER_CONNECTION: Final = 4
_LETTERS_TAKEN: Final = 32
_BOUNCES_COME_WITHIN: Final = timedelta(days=30)

Deliver = Callable[[Notice, datetime], Coroutine[None, None, None]]


def register(app: App) -> None:
    """Have notices sent as long as the service lives."""
    sender = Sender(app)
    app.service.background("sender", sender.run)
    app.service.readiness("mail server", sender.mail_problem)


class Sender:
    """Takes due notices and delivers them; one per process."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._worker = random_id()
        self._recorder = Recorder(app.service)
        self._delivery = Delivery(app, self._recorder, self._worker)
        self._under_way: set[asyncio.Task[None]] = set()
        self._fault: asyncio.Future[None] | None = None
        self._mails_soon: asyncio.TimerHandle | None = None

    async def mail_problem(self) -> str | None:
        """Why no mail goes out, for `/readyz`."""
        return self._delivery.server_problem

    async def run(self) -> None:
        """Send until cancelled; then what is under way is ended first, and the lease given back."""
        self._fault = asyncio.get_running_loop().create_future()
        await self._begin()
        connections = self._app.settings.smtp_connections
        recorder = asyncio.create_task(self._recorder.run())
        takers = [
            asyncio.create_task(self._renew()),
            asyncio.create_task(
                self._take(Channel.EMAIL, connections * _TAKEN_PER_CONNECTION, self._delivery.mail)
            ),
            asyncio.create_task(self._take(Channel.LETTER, _LETTERS_TAKEN, self._delivery.letter)),
        ]
        try:
            done, _ = await asyncio.wait(
                [recorder, *takers, self._fault], return_when=asyncio.FIRST_COMPLETED
            )
            for ended in done:
                ended.result()
        finally:
            await _cancelled(takers)
            if self._under_way:
                _, late = await asyncio.wait(self._under_way, timeout=_PARTING_SECONDS)
                await _cancelled(late)
            await _cancelled([recorder])
            await self._end()

    async def _begin(self) -> None:
        """Show that this process lives; on SQLite it is the only one, so all others are dead."""

        async def act(work: UnitOfWork) -> None:
            if self._app.service.database.dialect == "sqlite":
                await store.forget_sender(work.connection, None)
            await store.stay_alive(work.connection, self._worker, work.now + LEASE)

        await patiently(self._app.service, act)

    async def _end(self) -> None:
        await self._delivery.close()
        with contextlib.suppress(Exception):  # the lease ends by itself if the database is away
            async with self._app.service.unit_of_work() as work:
                await store.forget_sender(work.connection, self._worker)

    async def _renew(self) -> None:
        """Renew the lease, and show what dead processes left behind."""
        while True:
            for notice in await patiently(self._app.service, self._look_after):
                log.warning(
                    "a notice is uncertain: its process ended while sending",
                    case_id=notice.case_id,
                    notice_id=notice.notice_id,
                )
            await asyncio.sleep(RENEWAL_SECONDS)

    async def _look_after(self, work: UnitOfWork) -> list[Notice]:
        await store.stay_alive(work.connection, self._worker, work.now + LEASE)
        await store.drop_case_files(work.connection, work.now - _BOUNCES_COME_WITHIN)
        today = self._app.renderer.programmes.desk.local_day(work.now)
        await store.forget_answers(work.connection, today - timedelta(days=1))
        lost = await store.left_behind(work.connection, work.now)
        await record(work, [(notice, lives.left_behind(notice, now=work.now)) for notice in lost])
        return lost

    async def _take(self, channel: Channel, most: int, deliver: Deliver) -> None:
        """Take due notices of a channel, and have up to `most` under way at once."""
        work_there = self._app.work[channel]
        # A mail may wait for a letter of its case; the other way round the next look is enough.
        ended = work_there.set if channel is Channel.EMAIL else self._letter_ended
        running: set[asyncio.Task[None]] = set()
        while True:
            work_there.clear()
            room = most - len(running)
            if room * 2 < most:
                await work_there.wait()
                continue
            taken, now = await self._claim(channel, room)
            for notice in taken:
                self._start(deliver(notice, now), running, ended)
            if len(taken) < room:
                pause = await self._pause(channel)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):  # wait_for may lose a cancellation
                        await work_there.wait()

    def _letter_ended(self) -> None:
        """Look for letters at once, and soon for mails that waited: once for many letters."""
        self._app.work[Channel.LETTER].set()
        if self._mails_soon is None:
            loop = asyncio.get_running_loop()
            self._mails_soon = loop.call_later(_SOONEST_SECONDS, self._look_for_mails)

    def _look_for_mails(self) -> None:
        self._mails_soon = None
        self._app.work[Channel.EMAIL].set()

    def _start(
        self,
        delivery: Coroutine[None, None, None],
        running: set[asyncio.Task[None]],
        wake: Callable[[], None],
    ) -> None:
        task = asyncio.create_task(delivery)
        running.add(task)
        self._under_way.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            running.discard(task)
            self._under_way.discard(task)
            wake()
            if not task.cancelled() and (error := task.exception()):
                assert self._fault is not None
                if not self._fault.done():
                    self._fault.set_exception(error)

        task.add_done_callback(ended)

    async def _claim(self, channel: Channel, room: int) -> tuple[list[Notice], datetime]:
        async def act(work: UnitOfWork) -> tuple[list[Notice], datetime]:
            now = work.now
            return await store.claim(work.connection, channel, self._worker, now, room), now

        return await patiently(self._app.service, act)

    async def _pause(self, channel: Channel) -> float:
        """Seconds until the next waiting notice is due; never more than until the next poll."""

        async def act(work: UnitOfWork) -> float:
            due = await store.next_due(work.connection, channel)
            return (due - work.now).total_seconds() if due else _POLL_SECONDS

        return min(max(await patiently(self._app.service, act), _SOONEST_SECONDS), _POLL_SECONDS)


async def _cancelled(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
