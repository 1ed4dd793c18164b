"""What intake knows of cases, notices and clients, for the sender check: a projection of topics."""

from collections.abc import Collection, Iterable, Mapping

import orjson
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.identify import KnownCase
from services.intake.tables import (
    case_of_notice,
    client_addresses,
    known_cases,
    known_clients,
)
from shared.contract.case_file import CaseFileUpdated, NoticeRequested
from shared.contract.reference import ClientChanged
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


async def save_clients(connection: AsyncConnection, changed: Iterable[ClientChanged]) -> None:
    """Keep the addresses of clients; the highest revision counts."""
    newest: dict[str, ClientChanged] = {}
    for client in changed:
        if client.client_id not in newest or newest[client.client_id].revision < client.revision:
            newest[client.client_id] = client
    table = known_clients
    query = select(table.c.client_id, table.c.revision).where(
        among(connection, table.c.client_id, newest.keys())
    )
    known = {row.client_id: row.revision for row in await connection.execute(query)}
    fresh = [c for c in newest.values() if known.get(c.client_id, 0) < c.revision]
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
