"""Decision records: written in the transaction of the decision, one statement for a whole batch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.review.domain.known import Known
from services.review.domain.ledger import Ledger
from services.review.domain.reassessment import seen_of
from services.review.domain.record import Record, Terms, read_record, record_text
from services.review.store import StoredCase
from services.review.tables import (
    cases,
    decided_case_files,
    decision_records,
    programme_terms,
)
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind
from shared.database import among, insert_rows
from shared.messaging.processing import UnitOfWork
from shared.programmes import ProgrammeVersion

_kept_terms: set[tuple[str, str]] = set()
"""Which database has which terms; by the engine's address and the hash."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """The record of a decision that was just made."""

    decision_id: str
    case_id: str
    made_at: datetime
    body: str
    terms: Terms | None


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as it is stored, and the case file as it was decided."""

    decision_id: str
    body: str
    case: str

    def read(self) -> Record:
        """What it says."""
        return read_record(self.body, CaseFileUpdated.model_validate_json(self.case))


def record_of(stored: StoredCase, known: Known, ledger: Ledger | None) -> NewRecord | None:
    """The record of the decision that a change made; None if it made none.

    Args:
        stored: The case after the change.
        known: What was known when it was assessed.
        ledger: The policy's claims then.
    """
    case, before = stored.case, stored.before
    if len(case.decisions) == (len(before.decisions) if before else 0):
        return None
    if case.kind is not CaseKind.CLAIM or case.assessment is None:
        return None
    decision = case.decisions[-1]
    body, terms = record_text(seen_of(case, known), ledger)
    return NewRecord(decision.decision_id, case.case_id, decision.at, body, terms)


async def save_records(work: UnitOfWork, made: Iterable[NewRecord | None]) -> None:
    """Store the records of a transaction's decisions, and terms that no record named before."""
    new = [record for record in made if record is not None]
    if not new:
        return
    await _keep_terms(work, {each.terms.hash: each.terms for each in new if each.terms})
    rows = [
        {
            "decision_id": each.decision_id,
            "case_id": each.case_id,
            "made_at": each.made_at,
            "body": each.body,
        }
        for each in new
    ]
    await insert_rows(work.connection, decision_records, rows, update_on=("decision_id",))


async def records_of_case(connection: AsyncConnection, case_id: str) -> list[StoredRecord]:
    """The records of a case's decisions, the earliest first."""
    query = _records().where(decision_records.c.case_id == case_id)
    rows = await connection.execute(query.order_by(decision_records.c.made_at))
    return [StoredRecord(row.decision_id, row.body, row.case_file) for row in rows]


async def load_records(
    connection: AsyncConnection, decision_ids: Sequence[str]
) -> dict[str, StoredRecord]:
    """The records of these decisions, by decision."""
    if not decision_ids:
        return {}
    chosen = among(connection, decision_records.c.decision_id, decision_ids)
    rows = await connection.execute(_records().where(chosen))
    return {row.decision_id: StoredRecord(row.decision_id, row.body, row.case_file) for row in rows}


def _records() -> Select[tuple[str, str, str]]:
    """Records, each with its case file: kept apart if the case has changed since, else the case."""
    kept = decided_case_files.c
    return (
        select(
            decision_records.c.decision_id,
            decision_records.c.body,
            func.coalesce(kept.body, cases.c.body).label("case_file"),
        )
        .join(cases, cases.c.case_id == decision_records.c.case_id)
        .outerjoin(decided_case_files, kept.decision_id == decision_records.c.decision_id)
    )


async def load_terms(
    connection: AsyncConnection, hashes: Sequence[str]
) -> dict[str, ProgrammeVersion]:
    """Stored terms by their hash."""
    if not hashes:
        return {}
    query = select(programme_terms.c.hash, programme_terms.c.body).where(
        among(connection, programme_terms.c.hash, hashes)
    )
    rows = await connection.execute(query)
    return {row.hash: ProgrammeVersion.model_validate_json(row.body) for row in rows}


async def _keep_terms(work: UnitOfWork, terms: dict[str, Terms]) -> None:
    database = str(work.connection.engine.url)
    new = [each for each in terms.values() if (database, each.hash) not in _kept_terms]
    if not new:
        return
    rows = [
        {
            "hash": each.hash,
            "programme": each.version.code,
            "version": each.version.version,
            "first_used_at": work.now,
            "body": each.text,
        }
        for each in new
    ]
    await insert_rows(work.connection, programme_terms, rows, ignore_conflicts=True)
    work.after_commit(lambda: _kept_terms.update((database, each.hash) for each in new))
