"""Everything about Faust, Kafka and delivery, in one place; the services see only handlers.

Way of a record: `consumer.py` fetches a batch → `processing.py` decodes, asks the inbox, calls the
handler and commits → `outbox.py` publishes what the handler emitted. `envelope.py` is the form of
a record, `tables.py` the three tables, `worker.py` ties them to a Faust app.

Delivery is at least once and handling is idempotent: a process may be killed anywhere, and
nothing is lost or repeated that a person or another system can see.
"""
