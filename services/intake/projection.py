"""What intake knows of cases, notices, clients and policies: a projection of topics.

For the sender check, for the proposals in the unidentified queue, and for what is keyed in.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.identify import KnownCase
from services.intake.tables import (
    case_of_contact,
    case_of_notice,
    client_addresses,
    known_cases,
    known_clients,
    known_policies,
)
from shared.contract.case_file import CaseFileUpdated
from shared.contract.facts import ContactAdded, NoticeRequested, Opened
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.database import among, insert_rows


async def save_cases(connection: AsyncConnection, files: Iterable[CaseFileUpdated]) -> None:
    """Keep who may write about a case; an older file never replaces a newer one."""
    newest: dict[str, CaseFileUpdated] = {}
    for file in files:
        if file.case_id not in newest or newest[file.case_id].sequence < file.sequence:
            newest[file.case_id] = file
    table = known_cases
    query = select(table.c.case_id, table.c.sequence).where(
        among(connection, table.c.case_id, newest.keys())
    )
    known = {row.case_id: row.sequence for row in await connection.execute(query)}
    rows = [
        {
            "case_id": file.case_id,
            "sequence": file.sequence,
            "client_id": file.client.client_id if file.client else None,
            "language": file.language.value,
            "correspondents": orjson.dumps(file.correspondents).decode(),
        }
        for file in newest.values()
        if known.get(file.case_id, 0) < file.sequence
    ]
    await insert_rows(connection, table, rows, update_on=["case_id"])


def notices_asked_for(files: Iterable[CaseFileUpdated]) -> dict[str, str]:
    """The case of every notice that case files ask for."""
    return {
        fact.notice_id: file.case_id
        for file in files
        for fact in file.facts
        if isinstance(fact, NoticeRequested)
    }


async def save_notices(connection: AsyncConnection, cases: Mapping[str, str]) -> None:
    """Keep the case of each notice; it never changes."""
    rows = [{"notice_id": notice, "case_id": case} for notice, case in cases.items()]
    await insert_rows(connection, case_of_notice, rows, ignore_conflicts=True)


def contacts_placed(files: Iterable[CaseFileUpdated]) -> dict[str, str]:
    """The case of every contact that case files tell of."""
    return {
        fact.contact_id: file.case_id
        for file in files
        for fact in file.facts
        if isinstance(fact, (Opened, ContactAdded))
    }


async def save_contacts_placed(connection: AsyncConnection, cases: Mapping[str, str]) -> None:
    """Keep the case of each contact; it never changes."""
    rows = [{"contact_id": contact, "case_id": case} for contact, case in cases.items()]
    await insert_rows(connection, case_of_contact, rows, ignore_conflicts=True)


async def save_policies(connection: AsyncConnection, changed: Iterable[PolicyChanged]) -> None:
    """Keep who holds each policy; the highest revision counts."""
    rows = [
        {
            "policy_number": policy.policy_number,
            "holder_client_id": policy.holder_client_id,
            "revision": policy.revision,
        }
        for policy in await _newer(connection, known_policies, "policy_number", changed)
    ]
    await insert_rows(connection, known_policies, rows, update_on=["policy_number"])


async def save_clients(connection: AsyncConnection, changed: Iterable[ClientChanged]) -> None:
    """Keep the addresses of clients; the highest revision counts."""
    table = known_clients
    fresh = await _newer(connection, table, "client_id", changed)
    if not fresh:
        return
    ids = [client.client_id for client in fresh]
    await connection.execute(
        delete(client_addresses).where(among(connection, client_addresses.c.client_id, ids))
    )
    await insert_rows(
        connection,
        table,
        [{"client_id": c.client_id, "revision": c.revision} for c in fresh],
        update_on=["client_id"],
    )
    addresses = {(email.strip().lower(), c.client_id) for c in fresh for email in c.emails}
    await insert_rows(
        connection,
        client_addresses,
        [{"address": address, "client_id": client} for address, client in sorted(addresses)],
    )


async def _newer(
    connection: AsyncConnection, table: Table, key: str, changed: Iterable[Any]
) -> Sequence[Any]:
    """Of each key the highest revision, if it is higher than the one that is known."""
    newest: dict[str, Any] = {}
    for each in changed:
        name = getattr(each, key)
        if name not in newest or newest[name].revision < each.revision:
            newest[name] = each
    query = select(table.c[key], table.c.revision).where(
        among(connection, table.c[key], newest.keys())
    )
    known = {row[0]: row[1] for row in await connection.execute(query)}
    return [each for name, each in newest.items() if known.get(name, 0) < each.revision]


async def cases_known(
    connection: AsyncConnection, case_ids: Collection[str]
) -> dict[str, KnownCase]:
    """The cases with these ids that the desk knows."""
    if not case_ids:
        return {}
    query = select(known_cases).where(among(connection, known_cases.c.case_id, case_ids))
    return {
        row.case_id: KnownCase(frozenset(orjson.loads(row.correspondents)), row.client_id)
        for row in await connection.execute(query)
    }


async def cases_of_notices(
    connection: AsyncConnection, notice_ids: Collection[str]
) -> dict[str, str]:
    """The cases of these notices, as far as they are known."""
    if not notice_ids:
        return {}
    query = select(case_of_notice).where(among(connection, case_of_notice.c.notice_id, notice_ids))
    return {row.notice_id: row.case_id for row in await connection.execute(query)}


async def clients_with(
    connection: AsyncConnection, addresses: Collection[str]
) -> dict[str, frozenset[str]]:
    """The clients of each of these email addresses."""
    if not addresses:
        return {}
    query = select(client_addresses).where(among(connection, client_addresses.c.address, addresses))
    found: dict[str, set[str]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.address, set()).add(row.client_id)
    return {address: frozenset(clients) for address, clients in found.items()}


async def clients_known(connection: AsyncConnection, client_ids: Collection[str]) -> frozenset[str]:
    """Those of the clients that client administration knows."""
    if not client_ids:
        return frozenset()
    column = known_clients.c.client_id
    found = await connection.execute(select(column).where(among(connection, column, client_ids)))
    return frozenset(found.scalars())


async def holders_of(
    connection: AsyncConnection, policy_numbers: Collection[str]
) -> dict[str, str]:
    """The client who holds each of these policies, as far as they are known."""
    if not policy_numbers:
        return {}
    column = known_policies.c.policy_number
    query = select(known_policies).where(among(connection, column, policy_numbers))
    return {row.policy_number: row.holder_client_id for row in await connection.execute(query)}


async def cases_of_contacts(
    connection: AsyncConnection, contact_ids: Collection[str]
) -> dict[str, str]:
    """The case of each contact that review has placed in one."""
    if not contact_ids:
        return {}
    column = case_of_contact.c.contact_id
    query = select(case_of_contact).where(among(connection, column, contact_ids))
    return {row.contact_id: row.case_id for row in await connection.execute(query)}
