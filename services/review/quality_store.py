"""Queries on the results of quality reviews, by programme and by who decided."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.review.domain.quality import reviewed_decision
from services.review.tables import quality_reviews
from shared.contract.case_file import CaseFileUpdated
from shared.contract.facts import QualityReviewed
from shared.database import insert_rows


async def save_results(connection: AsyncConnection, changes: Iterable[CaseFileUpdated]) -> None:
    """Keep the results that people gave; what the desk does by itself is none.

    Args:
        connection: In the transaction that stores the cases.
        changes: Every change of a batch.
    """
    rows = []
    for case in changes:
        if case.changed_by is None or case.quality_review is None:
            continue
        if not any(isinstance(fact, QualityReviewed) for fact in case.facts):
            continue
        decision = reviewed_decision(case, case.quality_review)
        rows.append(
            {
                "decision_id": decision.decision_id,
                "case_id": case.case_id,
                "programme": case.programme,
                "decided_by": decision.by,
                "result": case.quality_review.result,
                "reviewed_by": case.changed_by,
                "reviewed_at": case.updated_at,
            }
        )
    await insert_rows(connection, quality_reviews, rows, ignore_conflicts=True)


def results_query(
    *,
    programme: str | None,
    person: str | None,
    begin: datetime | None,
    end: datetime | None,
) -> Select[tuple[str | None, str, str, int]]:
    """How many decisions passed and failed, per programme and person who decided.

    Args:
        programme: Only of this one.
        person: Only decisions by this one.
        begin: Only reviews from this instant on.
        end: Only reviews before this instant.
    """
    table = quality_reviews.c
    query = select(table.programme, table.decided_by, table.result, func.count().label("number"))
    if programme is not None:
        query = query.where(table.programme == programme)
    if person is not None:
        query = query.where(table.decided_by == person)
    if begin is not None:
        query = query.where(table.reviewed_at >= begin)
    if end is not None:
        query = query.where(table.reviewed_at < end)
    key = (table.programme, table.decided_by, table.result)
    return query.group_by(*key).order_by(*key)
