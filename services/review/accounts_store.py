"""Queries about bank accounts: which clients have an account, or named it in a claim.

Rows are only ever added, sorted by their key, so that two transactions that add the same ones wait
for each other in one order.
"""

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.review.domain.accounts import account_key
from services.review.tables import named_accounts
from shared.contract.reference import ClientChanged
from shared.database import among, insert_rows

_ENOUGH: Final = 50
"""So many users of one account are looked at: more than any policy's people."""


async def users_of(connection: AsyncConnection, ibans: Collection[str]) -> dict[str, set[str]]:
    """By account, clients known to have it or to have named it; all accounts are keys.

    Of an account that many clients name, such as an association's, a few are enough to know.
    """
    users: dict[str, set[str]] = {iban: set() for iban in ibans}
    if not users:
        return users
    place = func.row_number().over(
        partition_by=named_accounts.c.iban, order_by=named_accounts.c.client_id
    )
    named = (
        select(named_accounts.c.iban, named_accounts.c.client_id, place.label("place"))
        .where(among(connection, named_accounts.c.iban, users))
        .subquery()
    )
    query = select(named.c.iban, named.c.client_id).where(named.c.place <= _ENOUGH)
    for iban, client_id in await connection.execute(query):
        users[iban].add(client_id)
    return users


async def keep_users(connection: AsyncConnection, pairs: Iterable[tuple[str, str]]) -> None:
    """Note pairs of an account and a client; what is noted already stays as it is."""
    rows = [{"iban": iban, "client_id": client_id} for iban, client_id in sorted(set(pairs))]
    await insert_rows(connection, named_accounts, rows, ignore_conflicts=True)


async def keep_confirmed(connection: AsyncConnection, clients: Iterable[ClientChanged]) -> None:
    """Note the confirmed accounts of clients."""
    pairs = ((account_key(client.confirmed_iban), client.client_id) for client in clients)
    await keep_users(connection, [(iban, client_id) for iban, client_id in pairs if iban])
