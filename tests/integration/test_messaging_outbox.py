"""The outbox while the broker is away."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import MetaData

from deploy.local.ports import free_port
from shared.contract.examples import EXAMPLES
from shared.contract.public import CaseOpened
from shared.database import Database
from shared.messaging.envelope import encode
from shared.messaging.outbox import Outbox
from shared.messaging.tables import with_messaging


async def test_while_the_broker_is_away_everybody_goes_on_writing(database_url: str) -> None:
    tables = with_messaging(MetaData())
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(tables.create_all)
    nobody = f"127.0.0.1:{free_port()}"
    outbox = Outbox(database, tables.tables["outbox"], nobody)
    record = encode(EXAMPLES[CaseOpened], source="review", cause="1", at=datetime.now(UTC))
    relay = asyncio.create_task(outbox.relay())
    try:
        for number in range(1, 4):
            async with asyncio.timeout(10), database.transaction() as connection:
                await outbox.add(connection, [record])
            outbox.wake()
            await asyncio.sleep(0.5)
            assert await outbox.pending() == number
    finally:
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
        await database.close()
