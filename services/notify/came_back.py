"""Remembers from which addresses something came back, and knows them again."""

from collections.abc import Sequence

from services.notify import print_store
from services.notify.domain import dead_ends
from services.notify.domain.notice import Notice
from shared.contract.case_file import CaseFileUpdated
from shared.messaging.processing import UnitOfWork


async def dead_addresses(work: UnitOfWork, cases: Sequence[CaseFileUpdated]) -> frozenset[str]:
    """Digests of these cases' addresses from which something came back."""
    digests = {digest for case in cases for digest in dead_ends.digests_of(case)}
    after = work.now - dead_ends.REMEMBERED
    return await print_store.dead(work.connection, digests, after)


async def remember_dead(work: UnitOfWork, back: Sequence[Notice]) -> None:
    """Keep in mind from where these notices came back."""
    snapshots = [
        CaseFileUpdated.model_validate_json(notice.case_file) for notice in back if notice.case_file
    ]
    dead = await dead_addresses(work, snapshots)
    digests = {digest for notice in back if (digest := dead_ends.way_taken(notice, dead))}
    if digests:
        await print_store.remember_dead(work.connection, digests, work.now)
