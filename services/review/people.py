"""Who works at the desk, as `reference.people.v1` told: whether they are there, and their limits.

Roles come from tokens; this says only whether somebody left, and their own limit of authority.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.review import store
from services.review.tables import people
from shared.contract.people import PersonChanged
from shared.messaging.envelope import Event
from shared.messaging.processing import UnitOfWork


async def take_people(work: UnitOfWork, events: Sequence[Event]) -> None:
    """Keep the people of the desk as reference data knows them."""
    changed = [event.body for event in events if isinstance(event.body, PersonChanged)]
    await store.save_people(work.connection, changed)


async def colleague(connection: AsyncConnection, person_id: str) -> PersonChanged | None:
    """Somebody as reference data knows them; None if it does not."""
    query = select(people.c.body).where(people.c.person_id == person_id)
    body = (await connection.execute(query)).scalar_one_or_none()
    return None if body is None else PersonChanged.model_validate_json(body)
