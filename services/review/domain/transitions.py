"""What every change of a case shares: one sequence more, the facts, the ids of notices."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED, CaseState
from shared.contract.facts import Fact, NoticeKind, NoticeRequested
from shared.ids import derived_id

SYSTEM = "system"
"""Who decided when no person did."""

SETTLED = DECIDED | {CaseState.CLOSED}
"""States in which a case waits for nobody."""


def changed(
    case: CaseFileUpdated, now: datetime, facts: Iterable[Fact], **changes: Any
) -> CaseFileUpdated:
    """The case file after a change."""
    return case.model_copy(
        update={
            "sequence": case.sequence + 1,
            "updated_at": now,
            "facts": tuple(facts),
            **changes,
        }
    )


def notice_requested(
    case_id: str, notice: NoticeKind, cause: str, *, words: str = ""
) -> NoticeRequested:
    """The request for a notice; its id is unique by case, kind and cause.

    Args:
        case_id: The case.
        notice: What it is about.
        cause: What asks for it.
        words: A person's own words to the client, if any.
    """
    return NoticeRequested(
        notice_id=derived_id("notice", case_id, notice.value, cause), notice=notice, words=words
    )
