"""Review's tables.

`waiting_contacts` holds contacts that came before the policy or the client that they are about,
`prompts` what a person should look at, `case_changes` what happened to a case before its latest
change, `decision_records` what a decision rests on beside its case file, `decided_case_files` that
file once the case has changed again, `programme_terms` the terms that records name by their hash,
`named_accounts` which client named which bank account, `complaints` the register of complaints,
`quality_reviews` what second people said of decisions.
"""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, Table, Text

from shared.database import UtcDateTime

metadata = MetaData()

cases = Table(
    "cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("policy_number", Text),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("body", Text, nullable=False),
    Index("cases_state", "state", "updated_at"),
)
case_contacts = Table(
    "case_contacts",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
)
policies = Table(
    "policies",
    metadata,
    Column("policy_number", Text, primary_key=True),
    Column("holder_client_id", Text, nullable=False, index=True),
    Column("revision", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
ledgers = Table(
    "ledgers",
    metadata,
    Column("policy_number", Text, primary_key=True),
    Column("claims", Text, nullable=False),
)
clients = Table(
    "clients",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
waiting_contacts = Table(
    "waiting_contacts",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("contact_id", Text, nullable=False, unique=True),
    Column("case_id", Text, index=True),  # the case that it quotes
    Column("policy_number", Text),  # known only when its holder is known too
    Column("client_id", Text),
    Column("until", UtcDateTime, nullable=False, index=True),
    Column("event_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("body", Text, nullable=False),
)
people = Table(
    "people",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
prompts = Table(
    "prompts",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("facts", Text, nullable=False, server_default="{}"),
    Index("prompts_code", "code", "since"),
)
case_changes = Table(
    "case_changes",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
decision_records = Table(
    "decision_records",
    metadata,
    Column("decision_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("body", Text, nullable=False),
)
decided_case_files = Table(
    "decided_case_files",
    metadata,
    Column("decision_id", Text, primary_key=True),
    Column("body", Text, nullable=False),
)
programme_terms = Table(
    "programme_terms",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("programme", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("first_used_at", UtcDateTime, nullable=False),
    Column("body", Text, nullable=False),
)
named_accounts = Table(
    "named_accounts",
    metadata,
    Column("iban", Text, primary_key=True),
    Column("client_id", Text, primary_key=True),
)
complaints = Table(
    "complaints",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("received_on", Date, nullable=False, index=True),
    Column("body", Text, nullable=False),
)
awaiting_accounts = Table(
    "awaiting_accounts",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False, index=True),
)
quality_reviews = Table(
    "quality_reviews",
    metadata,
    Column("decision_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("programme", Text),
    Column("decided_by", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("reviewed_by", Text, nullable=False),
    Column("reviewed_at", UtcDateTime, nullable=False, index=True),
)
