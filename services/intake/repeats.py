"""One contact once: a request that comes again with its `Idempotency-Key` has the same answer."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from services.intake import store
from shared.auth import Actor
from shared.errors import RuleViolation
from shared.messaging.processing import UnitOfWork


@dataclass(frozen=True, slots=True)
class Request:
    """A request that may come twice.

    Attributes:
        key: Its key; it holds for this kind of request of this person or system only.
        digest: Of everything that was sent; another body under the same key is a mistake.
    """

    key: str
    digest: str


def request_of(kind: str, actor: Actor, key: str, parts: Iterable[bytes]) -> Request:
    """What tells a request from others.

    Args:
        kind: What is asked for, such as `note`.
        actor: Who asks.
        key: The `Idempotency-Key`.
        parts: The body, part by part.
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return Request(f"{kind}\x1f{actor.subject}\x1f{key}", digest.hexdigest())


async def answered_before(work: UnitOfWork, request: Request) -> str | None:
    """The contact that the same request made earlier; else no other may make it meanwhile.

    Raises:
        RuleViolation: The key was used with another body.
    """
    await store.one_at_a_time(work.connection)
    earlier = await store.earlier_request(work.connection, request.key)
    if earlier is None:
        return None
    digest, contact_id = earlier
    if digest != request.digest:
        message = "this Idempotency-Key was used with another body"
        raise RuleViolation("idempotency_key_reused", message)
    return contact_id


async def remember(work: UnitOfWork, request: Request, contact_id: str) -> None:
    """Keep what a request made."""
    await store.save_request(work.connection, request.key, request.digest, contact_id, work.now)
