"""The loop of whoever watches the time: look, sleep until there is something to see, look again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from shared.database import is_temporary

log = structlog.get_logger(__name__)

_FAULT_PAUSE: Final = 1.0


async def watch(look: Callable[[], Awaitable[float]], who: str) -> None:
    """Look for as long as the process lives; a database or broker that is away is waited for.

    Args:
        look: Does what is due, and returns for how many seconds nothing will be.
        who: Who waits when something is away, for the log.
    """
    while True:
        try:
            await asyncio.sleep(await look())
        except Exception as error:
            if not is_temporary(error):
                raise
            log.warning("waits", what=who, reason=type(error).__name__)
            await asyncio.sleep(_FAULT_PAUSE)
