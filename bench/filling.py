"""Databases of review to measure on: with the claims' own policies, or with a great many more."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.assessment import FullShapeClaim
from services.review import store
from services.review.domain.ledger import Ledger
from shared.database import Database
from shared.migrations import migrate

_CHUNK = 5000


@dataclass(frozen=True)
class Large:
    """How large a database is made: so many policies, each with so many past claims."""

    policies: int
    past_claims: int


_A_PAST_CLAIM = """jsonb_build_array('C-PAST-' || number, '2022-03-10',
 jsonb_build_object('glass', '180.00'), jsonb_build_array('R-' || number), NULL, FALSE)"""
_ENLARGE = (
    """INSERT INTO policies SELECT 'P-' || number, 'client-' || number, 1, sample.body
 FROM generate_series(1, {policies} - (SELECT count(*) FROM policies)) AS number,
 (SELECT body FROM policies LIMIT 1) AS sample""",
    """INSERT INTO clients SELECT 'client-' || number, 1, sample.body
 FROM generate_series(1, {policies} - (SELECT count(*) FROM clients)) AS number,
 (SELECT body FROM clients LIMIT 1) AS sample""",
    """INSERT INTO ledgers SELECT policy_number, '[]' FROM policies ON CONFLICT DO NOTHING""",
    """UPDATE ledgers SET claims = (claims::jsonb || (SELECT coalesce(jsonb_agg({a_past_claim}),
 '[]') FROM generate_series(1, {past_claims} - jsonb_array_length(claims::jsonb)) AS number)
 )::text""",
    """INSERT INTO cases SELECT 'C-' || md5(number::text), 2, 'approved', 'P-' || number, now(),
 repeat(md5(number::text), 20) FROM generate_series(1, {cases}) AS number""",
    """INSERT INTO case_contacts SELECT md5(number::text), 'C-' || md5(number::text)
 FROM generate_series(1, {cases}) AS number""",
    """INSERT INTO inbox SELECT uuid_send(md5(number::text)::uuid), now()
 FROM generate_series(1, {cases}) AS number""",
)
"""Set-based: a million rows by way of Python would take minutes."""


async def filled_database(
    url: str, claims: Sequence[FullShapeClaim], large: Large | None = None
) -> None:
    """A review database with the policies, clients and past claims of these claims, or more."""
    database = Database(url)
    await migrate(database, "review")
    for start in range(0, len(claims), _CHUNK):
        chunk = claims[start : start + _CHUNK]
        async with database.transaction() as connection:
            await store.save_policies(connection, [claim.policy for claim in chunk])
            await store.save_clients(connection, [claim.client for claim in chunk])
            ledgers = [Ledger.of(claim.policy.policy_number, claim.past_claims) for claim in chunk]
            await store.save_ledgers(connection, ledgers)
    async with database.engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        if large is not None:
            for statement in _ENLARGE:
                await connection.exec_driver_sql(
                    statement.format(
                        policies=large.policies,
                        past_claims=large.past_claims,
                        cases=large.policies * large.past_claims,
                        a_past_claim=_A_PAST_CLAIM,
                    )
                )
        await connection.exec_driver_sql("VACUUM ANALYZE")
    await database.close()
