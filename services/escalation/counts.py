"""How many clocks and escalations are open, for `/metrics`: counted now and then, never on request.

A count walks the open clocks by their partial index, however many closed ones there are. It pauses
at least fifty times as long as it took, so counting a million costs at most a fiftieth of one
connection.
"""

import asyncio
import time
from typing import Final

import structlog
from prometheus_client import Gauge

from services.escalation import escalation_store, forecast_store
from services.escalation.app import App
from shared.database import is_temporary

log = structlog.get_logger(__name__)

_PAUSE_PER_SECOND: Final = 50

OPEN = Gauge("claimsdesk_clocks_open", "Clocks that run or rest", ["clock"])
WARNED = Gauge("claimsdesk_clocks_warned", "Open clocks that have warned, not breached", ["clock"])
BREACHED = Gauge("claimsdesk_clocks_breached", "Open clocks whose time limit passed", ["clock"])
PENDING = Gauge(
    "claimsdesk_escalations_pending", "Escalations that wait, by level", ["level", "status"]
)


async def run(app: App) -> None:
    """Count for as long as the process lives; without a database the last figures stay."""
    while True:
        begun = time.monotonic()
        try:
            await count(app)
        except Exception as error:
            if not is_temporary(error):
                raise
            log.warning("counting waits", reason=type(error).__name__)
        took = time.monotonic() - begun
        await asyncio.sleep(max(app.sample_seconds, took * _PAUSE_PER_SECOND))


async def count(app: App) -> None:
    """Count once."""
    async with app.service.database.reading() as connection:
        clocks = await forecast_store.count_open_clocks(connection)
        escalations = await escalation_store.open_per_level(connection)
    for gauge in (OPEN, WARNED, BREACHED, PENDING):
        gauge.clear()
    for found in clocks:
        OPEN.labels(found.kind).set(found.open)
        WARNED.labels(found.kind).set(found.warned)
        BREACHED.labels(found.kind).set(found.breached)
    for (level, status), number in escalations.items():
        PENDING.labels(str(level), status).set(number)
