"""The bare loop that review is measured against: confluent-kafka and asyncpg, no framework.

The same batches, the same tables and durability (inbox, state, outbox in one transaction, records
published and confirmed afterwards) and the same domain call; nothing else: no rebalancing, no dead
letters, no retries, no ownership, one partition after the other.
`python -m bench.bare BOOTSTRAP DSN CONTACTS GROUP`
"""

import asyncio
import gc
import sys
from datetime import UTC, datetime

import asyncpg
import orjson
import uvloop
from confluent_kafka import Consumer, Producer

from services.review.domain.case import open_case
from services.review.domain.known import Known
from services.review.domain.ledger import Ledger
from services.review.publication import publish
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.ids import derived_case_id, inbox_key
from shared.messaging.envelope import decode
from shared.messaging.processing import UnitOfWork
from shared.programmes import load_programmes

BATCH = 500


async def run(bootstrap: str, dsn: str, wanted: int, group: str) -> None:
    gc.set_threshold(200_000, 20, 20)
    programmes = load_programmes()
    db = await asyncpg.connect(dsn)
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 2})
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False,
         "auto.offset.reset": "earliest", "queued.max.messages.kbytes": 65536}
    )
    consumer.subscribe(["claims.contacts.v1"])
    handled = 0
    while handled < wanted:
        messages = await asyncio.to_thread(consumer.consume, BATCH, 0.5)
        if not messages:
            continue
        now = datetime.now(UTC)
        events = [decode(m.key(), m.value(), m.headers()) for m in messages]
        async with db.transaction():
            await db.execute(
                "INSERT INTO inbox SELECT unnest($1::bytea[]), $2 ON CONFLICT DO NOTHING",
                [inbox_key(e.source, e.event_id) for e in events], now)
            contacts = [event.body for event in events]
            numbers = [c.claim.policy_number for c in contacts]
            ledgers = {r[0]: Ledger.from_json(r[0], r[1]) for r in await db.fetch(
                "SELECT policy_number, claims FROM ledgers WHERE policy_number = ANY($1)"
                " ORDER BY 1 FOR UPDATE", numbers)}
            policies = {r[0]: PolicyChanged.model_validate_json(r[1]) for r in await db.fetch(
                "SELECT policy_number, body FROM policies WHERE policy_number = ANY($1)", numbers)}
            clients = {r[0]: ClientChanged.model_validate_json(r[1]) for r in await db.fetch(
                "SELECT client_id, body FROM clients WHERE client_id = ANY($1)",
                [c.client_id for c in contacts])}
            work = UnitOfWork(None, "review", now)
            cases = []
            for contact, number in zip(contacts, numbers, strict=True):
                known = Known(programmes, now, clients[contact.client_id], policies[number],
                              ledgers[number].others(""))
                case_id = derived_case_id("case", contact.contact_id)
                cases.append(publish(work, None, open_case(contact, case_id, known)))
                ledgers[number] = ledgers[number].with_case(cases[-1].case)
            await db.execute(
                "INSERT INTO cases (case_id, sequence, state, policy_number, updated_at, body)"
                " SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[],"
                " $5::timestamptz[], $6::text[])",
                [c.case.case_id for c in cases], [c.case.sequence for c in cases],
                [c.case.state.value for c in cases], numbers, [now] * len(cases),
                [c.body for c in cases])
            await db.execute(
                "INSERT INTO case_contacts SELECT * FROM unnest($1::text[], $2::text[])",
                [c.contact_id for c in contacts], [c.case.case_id for c in cases])
            await db.execute(
                "UPDATE ledgers SET claims = n.claims FROM unnest($1::text[], $2::text[])"
                " AS n(number, claims) WHERE policy_number = n.number",
                list(ledgers), [ledger.to_json() for ledger in ledgers.values()])
            ids = await db.fetch(
                "INSERT INTO outbox (shard, topic, key, value, headers) SELECT 0, * FROM"
                " unnest($1::text[], $2::bytea[], $3::bytea[], $4::text[]) RETURNING id",
                [r.topic for r in work.records], [r.key for r in work.records],
                [r.value for r in work.records],
                [orjson.dumps([(n, v.decode()) for n, v in r.headers]).decode()
                 for r in work.records])
        for record in work.records:
            producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
        await asyncio.to_thread(producer.flush)
        await db.execute("DELETE FROM outbox WHERE id = ANY($1)", [r[0] for r in ids])
        await asyncio.to_thread(consumer.commit, asynchronous=True)
        handled += len(messages)


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
