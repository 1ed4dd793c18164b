"""What a notice's status means for clocks."""

from datetime import date

import pytest

from services.escalation.domain.case_facts import fact_of_notice
from shared.contract.base import utc
from shared.contract.public import NoticeStatusChanged

FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)


@pytest.mark.parametrize(
    ("status", "posted_on", "happened_on"),
    [
        ("sent", FRIDAY, FRIDAY),
        ("sent", None, MONDAY),
        ("delivered", FRIDAY, MONDAY),
        ("returned", FRIDAY, MONDAY),
    ],
)
def test_a_decision_is_sent_on_the_day_of_its_posting_not_when_we_hear_of_it(
    status: str, posted_on: date | None, happened_on: date
):
    notice = NoticeStatusChanged.model_validate(
        {
            "notice_id": "n",
            "case_id": "C",
            "kind": "decision",
            "channel": "letter",
            "status": status,
            "sequence": 3,
            "posted_on": posted_on,
            "at": utc(2026, 11, 23, 9),
        }
    )
    fact = fact_of_notice(notice, "event", MONDAY)
    assert fact
    assert fact.happened_on == happened_on
