"""Remembers from which addresses something came back, and knows them again."""

import asyncio
from collections.abc import Sequence
from functools import partial

from services.notify import print_store
from services.notify.domain import dead_ends
from services.notify.domain.channel import IsDead
from services.notify.domain.notice import Notice
from services.notify.recording import looked_up
from shared.contract.case_file import CaseFileUpdated
from shared.messaging.processing import UnitOfWork
from shared.service import DeskService


async def dead_addresses(work: UnitOfWork, cases: Sequence[CaseFileUpdated]) -> frozenset[str]:
    """Digests of these cases' addresses from which something came back."""
    digests = {digest for case in cases for digest in dead_ends.digests_of(case)}
    after = work.now - dead_ends.REMEMBERED
    return await print_store.dead(work.connection, digests, after)


class DeadAddresses:
    """Tells the senders which addresses are dead; those that ask together share one query."""

    def __init__(self, service: DeskService) -> None:
        self._service = service
        self._asking: list[tuple[frozenset[str], asyncio.Future[frozenset[str]]]] = []
        self._looking: asyncio.Task[None] | None = None

    async def among(self, case: CaseFileUpdated) -> IsDead:
        """Tells addresses of a case from which something came back."""
        answer: asyncio.Future[frozenset[str]] = asyncio.get_running_loop().create_future()
        self._asking.append((dead_ends.digests_of(case), answer))
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        dead = await answer
        return lambda way: bool(dead) and dead_ends.digest_of(way) in dead

    async def _look(self) -> None:
        while self._asking:
            asking, self._asking = self._asking, []
            digests = frozenset[str]().union(*(each for each, _ in asking))
            after = self._service.now() - dead_ends.REMEMBERED
            try:
                query = partial(print_store.dead, digests=digests, after=after)
                dead = await looked_up(self._service, query)
            except BaseException as error:
                for _, answer in asking:
                    if not answer.done():
                        answer.set_exception(error)
                raise
            for _, answer in asking:
                if not answer.done():
                    answer.set_result(dead)


async def remember_dead(work: UnitOfWork, back: Sequence[Notice]) -> None:
    """Keep in mind from where these notices came back."""
    snapshots = [
        CaseFileUpdated.model_validate_json(notice.case_file) for notice in back if notice.case_file
    ]
    dead = await dead_addresses(work, snapshots)
    digests = {digest for notice in back if (digest := dead_ends.way_taken(notice, dead))}
    if digests:
        await print_store.remember_dead(work.connection, digests, work.now)
