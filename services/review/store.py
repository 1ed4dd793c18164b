"""Review's queries: cases, the claims ledger of each policy, and reference data.

Ceilings, duplicates and frequency are decided under a row lock on the policy's ledger, so two
claims at the same moment can't both take the last euro. Locks are taken in one order everywhere:
ledgers by policy number, then cases by id.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.review.accounts_store import keep_confirmed
from services.review.complaints_store import save_complaints
from services.review.decided_store import keep_decided
from services.review.domain.correction import Correction
from services.review.domain.ledger import Ledger
from services.review.history_store import keep_changes
from services.review.payments_store import save_awaiting
from services.review.prompts_store import save_prompts
from services.review.quality_store import save_results
from services.review.tables import case_contacts, cases, clients, ledgers, people, policies
from services.review.tables import metadata as metadata  # where migrations look for it
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.people import PersonChanged
from shared.contract.reference import ClientChanged, PolicyChanged
from shared.database import among, insert_rows, locked

_Revised = TypeVar("_Revised", bound=PolicyChanged | ClientChanged | PersonChanged)


async def load_cases(
    connection: AsyncConnection, case_ids: Collection[str], *, lock: bool
) -> dict[str, CaseFileUpdated]:
    """The cases with these ids, by id; locked until the end of the transaction if wanted."""
    if not case_ids:
        return {}
    query = select(cases.c.case_id, cases.c.body).where(
        among(connection, cases.c.case_id, case_ids)
    )
    if lock:
        query = locked(query.order_by(cases.c.case_id))
    rows = await connection.execute(query)
    return {row.case_id: CaseFileUpdated.model_validate_json(row.body) for row in rows}


async def policies_of_cases(
    connection: AsyncConnection, case_ids: Collection[str]
) -> dict[str, str | None]:
    """The policy number of each case, without a lock: it says which ledgers to lock first."""
    if not case_ids:
        return {}
    query = select(cases.c.case_id, cases.c.policy_number).where(
        among(connection, cases.c.case_id, case_ids)
    )
    return {row.case_id: row.policy_number for row in await connection.execute(query)}


async def taken_case_ids(connection: AsyncConnection, case_ids: Collection[str]) -> set[str]:
    """Those of the ids that are in use already."""
    query = select(cases.c.case_id).where(among(connection, cases.c.case_id, case_ids))
    return set((await connection.execute(query)).scalars())


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case after a change, its JSON, and the case before it; None if the change opened it."""

    case: CaseFileUpdated
    body: str
    before: CaseFileUpdated | None


async def save_cases(
    connection: AsyncConnection, changed: Sequence[StoredCase], contacts: Mapping[str, str]
) -> None:
    """Store cases as they are now, what is listed of them, and which contact is whose.

    Args:
        connection: In the transaction that locked the cases.
        changed: Every change in order; of one case, the last one is stored.
        contacts: Case ids by contact id.
    """
    await insert_rows(
        connection,
        cases,
        [
            {
                "case_id": stored.case.case_id,
                "sequence": stored.case.sequence,
                "state": stored.case.state.value,
                "policy_number": stored.case.policy_number,
                "updated_at": stored.case.updated_at,
                "body": stored.body,
            }
            for stored in changed
        ],
        update_on=("case_id",),
    )
    await insert_rows(
        connection,
        case_contacts,
        [{"contact_id": contact, "case_id": case} for contact, case in contacts.items()],
        ignore_conflicts=True,
    )
    after = [stored.case for stored in changed]
    await save_prompts(connection, after)
    await save_results(connection, after)
    await save_complaints(connection, after)
    await save_awaiting(connection, after)
    replaced = [stored.before for stored in changed if stored.before]
    await keep_changes(connection, replaced)
    await keep_decided(connection, replaced)


async def lock_ledgers(
    connection: AsyncConnection, policy_numbers: Collection[str]
) -> dict[str, Ledger]:
    """The claims ledgers of these policies, locked; a policy without one is unknown to us."""
    return await load_ledgers(connection, policy_numbers, lock=True)


async def load_ledgers(
    connection: AsyncConnection, policy_numbers: Collection[str], *, lock: bool
) -> dict[str, Ledger]:
    """The claims ledgers of these policies, in the order in which they are locked if wanted."""
    if not policy_numbers:
        return {}
    query = (
        select(ledgers.c.policy_number, ledgers.c.claims)
        .where(among(connection, ledgers.c.policy_number, policy_numbers))
        .order_by(ledgers.c.policy_number)
    )
    rows = await connection.execute(locked(query) if lock else query)
    return {row.policy_number: Ledger.from_json(row.policy_number, row.claims) for row in rows}


async def save_ledgers(connection: AsyncConnection, changed: Sequence[Ledger]) -> None:
    """Store ledgers that were locked in this transaction."""
    await insert_rows(
        connection,
        ledgers,
        [{"policy_number": item.policy_number, "claims": item.to_json()} for item in changed],
        update_on=("policy_number",),
    )


async def load_policies(
    connection: AsyncConnection, policy_numbers: Collection[str]
) -> dict[str, PolicyChanged]:
    """The policies with these numbers, each with all its versions."""
    if not policy_numbers:
        return {}
    query = select(policies.c.policy_number, policies.c.body).where(
        among(connection, policies.c.policy_number, policy_numbers)
    )
    rows = await connection.execute(query)
    return {row.policy_number: PolicyChanged.model_validate_json(row.body) for row in rows}


async def only_policies(connection: AsyncConnection, client_ids: Collection[str]) -> dict[str, str]:
    """For clients who hold exactly one policy: its number."""
    if not client_ids:
        return {}
    query = (
        select(policies.c.holder_client_id, func.min(policies.c.policy_number))
        .where(among(connection, policies.c.holder_client_id, client_ids))
        .group_by(policies.c.holder_client_id)
        .having(func.count() == 1)
    )
    rows = await connection.execute(query)
    return dict(rows.tuples().all())


async def load_clients(
    connection: AsyncConnection, client_ids: Collection[str]
) -> dict[str, ClientChanged]:
    """The clients with these ids."""
    if not client_ids:
        return {}
    query = select(clients.c.client_id, clients.c.body).where(
        among(connection, clients.c.client_id, client_ids)
    )
    rows = await connection.execute(query)
    return {row.client_id: ClientChanged.model_validate_json(row.body) for row in rows}


async def save_policies(
    connection: AsyncConnection, changed: Sequence[PolicyChanged]
) -> list[Correction]:
    """Store policies whose revision is newer than ours, each with a ledger to lock.

    Returns:
        Those of them that were known before, as they were and as they are.
    """
    latest = _latest(changed, "policy_number")
    query = select(policies.c.policy_number, policies.c.revision, policies.c.body).where(
        among(connection, policies.c.policy_number, latest.keys())
    )
    known = {row.policy_number: row for row in await connection.execute(query)}
    newer = [
        policy
        for number, policy in latest.items()
        if number not in known or policy.revision > known[number].revision
    ]
    await insert_rows(
        connection,
        policies,
        [
            {
                "policy_number": policy.policy_number,
                "holder_client_id": policy.holder_client_id,
                "revision": policy.revision,
                "body": policy.model_dump_json(exclude_none=True),
            }
            for policy in newer
        ],
        update_on=("policy_number",),
    )
    await insert_rows(
        connection,
        ledgers,
        [{"policy_number": policy.policy_number, "claims": "[]"} for policy in newer],
        ignore_conflicts=True,
    )
    return [
        Correction(PolicyChanged.model_validate_json(known[policy.policy_number].body), policy)
        for policy in newer
        if policy.policy_number in known
    ]


async def save_clients(connection: AsyncConnection, changed: Sequence[ClientChanged]) -> None:
    """Store clients whose revision is newer than ours."""
    newer = await _newer(connection, clients, "client_id", changed)
    rows = [
        {
            "client_id": client.client_id,
            "revision": client.revision,
            "body": client.model_dump_json(exclude_none=True),
        }
        for client in newer
    ]
    await insert_rows(connection, clients, rows, update_on=("client_id",))
    await keep_confirmed(connection, newer)


async def save_people(connection: AsyncConnection, changed: Sequence[PersonChanged]) -> None:
    """Store people whose revision is newer than ours."""
    newer = await _newer(connection, people, "person_id", changed)
    rows = [
        {
            "person_id": person.person_id,
            "revision": person.revision,
            "body": person.model_dump_json(exclude_none=True),
        }
        for person in newer
    ]
    await insert_rows(connection, people, rows, update_on=("person_id",))


def _latest(changed: Iterable[_Revised], key: str) -> dict[str, _Revised]:
    """Of each key the highest revision."""
    latest: dict[str, _Revised] = {}
    for record in changed:
        known = latest.get(getattr(record, key))
        if known is None or record.revision > known.revision:
            latest[getattr(record, key)] = record
    return latest


async def _newer(
    connection: AsyncConnection, table: Table, key: str, changed: Sequence[Any]
) -> list[Any]:
    """Of each key the highest revision, if it is higher than the stored one."""
    latest = _latest(changed, key)
    query = select(table.c[key], table.c.revision).where(
        among(connection, table.c[key], latest.keys())
    )
    stored = {row[0]: row[1] for row in await connection.execute(query)}
    return [record for name, record in latest.items() if record.revision > stored.get(name, 0)]


def cases_query(
    *, contact_id: str | None, state: CaseState | None, limit: int
) -> Select[tuple[str]]:
    """The case files of a contact or in a state, the longest untouched first."""
    query = select(cases.c.body).order_by(cases.c.updated_at).limit(limit)
    if contact_id is not None:
        query = query.join(case_contacts, case_contacts.c.case_id == cases.c.case_id).where(
            case_contacts.c.contact_id == contact_id
        )
    if state is not None:
        query = query.where(cases.c.state == state.value)
    return query
