"""What was examined gets its verdict, once, however many workers looked at it."""

from services.intake import store
from services.intake.deciding import Outcome, publish
from shared.messaging.processing import UnitOfWork


async def settle(work: UnitOfWork, outcome: Outcome) -> bool:
    """Record and publish what something is; False if another worker was quicker.

    Then everything is done already.
    """
    row = outcome.row
    assert row.verdict is not None
    first = await store.settle(
        work.connection,
        row.received_id,
        verdict=row.verdict,
        reason=row.reason,
        case_id=row.case_id,
    )
    if first:
        await store.save_contacts(work.connection, [outcome.contact] if outcome.contact else [])
        publish(work, outcome)
    return first
