"""The bare loop that review is measured against: confluent-kafka and asyncpg, no framework.

The same batches, tables and durability (inbox, state, outbox in one transaction, records published
and confirmed afterwards) and the same domain call; nothing else: no ownership, no dead letters, no
retries. `python -m bench.bare BOOTSTRAP DSN GROUP`
"""

import asyncio
import gc
import sys
from datetime import UTC, datetime

import asyncpg
import uvloop
from confluent_kafka import Consumer, Producer

from services.review.domain.case import open_case
from services.review.domain.known import Known
from services.review.domain.ledger import Ledger
from services.review.publication import publish
from services.review.records import record_of
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.ids import derived_case_id, inbox_key
from shared.messaging.envelope import decode
from shared.messaging.outbox_rows import pack
from shared.messaging.processing import UnitOfWork
from shared.programmes import load_programmes

BATCH = 1000
INBOX = "INSERT INTO inbox SELECT unnest($1::bytea[]), $2 ON CONFLICT DO NOTHING"
LEDGERS = """SELECT policy_number, claims FROM ledgers WHERE policy_number = ANY($1)
 ORDER BY 1 FOR UPDATE"""
POLICIES = "SELECT policy_number, body FROM policies WHERE policy_number = ANY($1)"
CLIENTS = "SELECT client_id, body FROM clients WHERE client_id = ANY($1)"
CASES = """INSERT INTO cases (case_id, sequence, state, policy_number, updated_at, body)
 SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::timestamptz[],
 $6::text[])"""
CONTACTS = "INSERT INTO case_contacts SELECT * FROM unnest($1::text[], $2::text[])"
NEW_LEDGERS = """UPDATE ledgers SET claims = n.claims FROM unnest($1::text[], $2::text[])
 AS n(number, claims) WHERE policy_number = n.number"""
RECORDS = """INSERT INTO decision_records
 SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[])"""
OUTBOX = "INSERT INTO outbox (shard, size, records) VALUES (0, $1, $2) RETURNING id"


async def handle(db: asyncpg.Connection, producer: Producer, programmes, messages) -> None:
    """One batch: decode, decide, store, publish."""
    now = datetime.now(UTC)
    work = UnitOfWork(None, "review", now)
    events = [decode(m.key(), m.value(), m.headers()) for m in messages]
    contacts = [event.body for event in events]
    numbers = [contact.claim.policy_number for contact in contacts]
    async with db.transaction():
        await db.execute(INBOX, [inbox_key(e.source, e.event_id) for e in events], now)
        ledgers = {r[0]: Ledger.from_json(*r) for r in await db.fetch(LEDGERS, numbers)}
        found = await db.fetch(POLICIES, numbers)
        policies = {r[0]: PolicyChanged.model_validate_json(r[1]) for r in found}
        found = await db.fetch(CLIENTS, [contact.client_id for contact in contacts])
        clients = {r[0]: ClientChanged.model_validate_json(r[1]) for r in found}
        cases, records = [], []
        for contact, number in zip(contacts, numbers, strict=True):
            others = ledgers[number].others("")
            known = Known(programmes, now, clients[contact.client_id], policies[number], others)
            case = open_case(contact, derived_case_id("case", contact.contact_id), known)
            stored = publish(work, None, case)
            records.append(record_of(stored, known, ledgers[number]))
            ledgers[number] = ledgers[number].with_case(case)
            cases.append((case.case_id, 1, case.state.value, number, now, stored.body))
        await db.execute(CASES, *map(list, zip(*cases, strict=True)))
        await db.execute(CONTACTS, [c.contact_id for c in contacts], [c[0] for c in cases])
        await db.execute(NEW_LEDGERS, list(ledgers), [each.to_json() for each in ledgers.values()])
        made = [(r.decision_id, r.case_id, r.made_at, r.body) for r in records if r]
        await db.execute(RECORDS, *map(list, zip(*made, strict=True)))
        row = await db.fetchval(OUTBOX, len(work.records), pack(tuple(work.records)))
    for record in work.records:
        producer.produce(record.topic, record.value, record.key, headers=list(record.headers))
    await asyncio.to_thread(producer.flush)
    await db.execute("DELETE FROM outbox WHERE id = $1", row)


async def run(bootstrap: str, dsn: str, group: str) -> None:
    """Handle contacts until the process is ended."""
    gc.set_threshold(1_000_000, 20, 20)
    programmes = load_programmes()
    db = await asyncpg.connect(dsn)
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    start = {"group.id": group, "enable.auto.commit": False, "auto.offset.reset": "earliest"}
    consumer = Consumer({"bootstrap.servers": bootstrap, **start})
    consumer.subscribe(["claims.contacts.v1"])
    while True:
        messages = await asyncio.to_thread(consumer.consume, BATCH, 0.1)
        if messages:
            await handle(db, producer, programmes, messages)
            consumer.commit(asynchronous=True)


if __name__ == "__main__":
    uvloop.run(run(*sys.argv[1:]))
