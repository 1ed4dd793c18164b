"""Case files as they were when a decision was made, kept from the moment when they are replaced.

Until then the case itself is that file, so a claim that is opened and approved in one step costs
nothing here.
"""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from services.review.tables import decided_case_files
from shared.contract.case_file import CaseFileUpdated
from shared.database import insert_rows


async def keep_decided(connection: AsyncConnection, replaced: Iterable[CaseFileUpdated]) -> None:
    """Keep those of the replaced case files by which a decision was made."""
    rows = [
        {
            "decision_id": case.decisions[-1].decision_id,
            "body": case.model_dump_json(exclude_none=True),
        }
        for case in replaced
        if case.decisions and case.decisions[-1].at == case.updated_at
    ]
    await insert_rows(connection, decided_case_files, rows, ignore_conflicts=True)
