"""Queries on the register of complaints: a row for each, kept in step with its case."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.review.domain.complaints import ComplaintRecord, record_of
from services.review.tables import complaints
from shared.contract.case_file import CaseFileUpdated
from shared.database import insert_rows


async def save_complaints(connection: AsyncConnection, changes: Iterable[CaseFileUpdated]) -> None:
    """Bring the register up to date; without a complaint among the cases nothing is asked.

    Args:
        connection: In the transaction that stores the cases.
        changes: Every change of a batch, in order.
    """
    rows = [
        {
            "case_id": case.case_id,
            "received_on": entry.received_on,
            "body": record_of(case, entry).model_dump_json(exclude_none=True),
        }
        for case in changes
        if (entry := case.complaint) is not None
    ]
    await insert_rows(connection, complaints, rows, update_on=("case_id",))


async def complaints_of(connection: AsyncConnection, year: int) -> Sequence[ComplaintRecord]:
    """The complaints received in a year, in the order of receipt."""
    query = (
        select(complaints.c.body)
        .where(complaints.c.received_on.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(complaints.c.received_on, complaints.c.case_id)
    )
    rows = await connection.execute(query)
    return [ComplaintRecord.model_validate_json(row.body) for row in rows]
