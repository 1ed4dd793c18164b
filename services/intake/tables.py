"""Intake's tables.

`received` has one row for everything that ever came in, whatever was made of it. Texts and
addresses of clients stand only in `contacts` and in the document store, so that erasing a client
has few places to go to. `handlings` says what people did with it. The tables from `known_cases` on
are what intake knows from other services' topics.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

from shared.database import UtcDateTime

metadata = MetaData()

received = Table(
    "received",
    metadata,
    Column("received_id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("verdict", Text),  # none yet: still being read, or waiting for what it refers to
    Column("reason", Text),
    Column("contact_id", Text),
    Column("case_id", Text),
    Column("notice_id", Text),
    Column("message_id", Text),
    Column("fingerprint", Text),
    Column("place", Text, unique=True),
    Column("duplicate_of", Text),
    Column("document_id", Text),
    Column("sender_name", Text),  # only for a letter that waits to be read
    Column("examine_until", UtcDateTime),
    Column("sequence", Integer, nullable=False, server_default="1"),  # grows as people act on it
    Column("part_of", Text),  # the scan that this letter was one of several in
    Index("received_part_of", "part_of"),
    Index("received_message_id", "message_id"),
    Index("received_fingerprint", "fingerprint"),
    Index("received_contact_id", "contact_id"),
    Index("received_case_id", "case_id"),
    Index("received_verdict", "verdict", "received_at"),
)
handlings = Table(
    "handlings",
    metadata,
    Column("received_id", Text, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("action", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("case_id", Text),
    Column("client_id", Text),
    Column("body", Text),
    Column("reason", Text, nullable=False),
)
contacts = Table(
    "contacts",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("client_id", Text),
    Column("body", Text, nullable=False),
    Index("contacts_client_id", "client_id"),
)
documents = Table(
    "documents",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("received_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("blocked", Text),  # why it is never served: the virus in it
    Index("documents_received_id", "received_id"),
)
repeated_requests = Table(
    "repeated_requests",
    metadata,
    Column("request_key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("contact_id", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
known_cases = Table(
    "known_cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("client_id", Text),
    Column("language", Text, nullable=False),
    Column("correspondents", Text, nullable=False),
)
case_of_notice = Table(
    "case_of_notice",
    metadata,
    Column("notice_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
)
case_of_contact = Table(
    "case_of_contact",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Index("case_of_contact_case_id", "case_id"),
)
known_policies = Table(
    "known_policies",
    metadata,
    Column("policy_number", Text, primary_key=True),
    Column("holder_client_id", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
)
known_clients = Table(
    "known_clients",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)
client_addresses = Table(
    "client_addresses",
    metadata,
    Column("address", Text, primary_key=True),
    Column("client_id", Text, primary_key=True),
    Index("client_addresses_client_id", "client_id"),
)
