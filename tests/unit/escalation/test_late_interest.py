"""Interest on late benefits: rows computed by hand from SGB I §44."""

from datetime import date
from decimal import Decimal

import pytest

from services.escalation.domain.late_interest import InterestError, late_interest


@pytest.mark.parametrize(
    ("amount", "due", "applied", "paid", "begins", "months", "interest"),
    [
        # Complete application in January: August is the first month, October the last one
        ("1200.00", "2026-01-15", "2026-01-10", "2026-11-20", "2026-08-01", 3, "12.00"),
        # Full euros only
        ("1200.99", "2026-01-15", "2026-01-10", "2026-11-20", "2026-08-01", 3, "12.00"),
        ("0.99", "2026-01-15", "2026-01-10", "2026-11-20", "2026-08-01", 3, "0.00"),
        # Due later than the application would let it begin: one full month after it was due
        ("600.00", "2026-09-01", "2026-01-10", "2026-12-31", "2026-11-01", 1, "2.00"),
        ("600.00", "2026-09-30", "2026-01-10", "2026-12-01", "2026-11-01", 1, "2.00"),
        # Paid in the month in which it would begin, or before: nothing
        ("600.00", "2026-09-01", "2026-01-10", "2026-11-30", "2026-11-01", 0, "0.00"),
        ("600.00", "2026-09-01", "2026-01-10", "2026-09-15", "2026-11-01", 0, "0.00"),
        # Month ends and the turn of a year
        ("100.00", "2025-05-31", "2025-05-31", "2026-02-28", "2025-12-01", 2, "0.67"),
        ("100.00", "2025-06-30", "2025-06-30", "2027-01-01", "2026-01-01", 12, "4.00"),
        ("853.40", "2024-02-29", "2024-02-29", "2026-11-23", "2024-09-01", 26, "73.93"),
        # Half cents are rounded up: 75 EUR × 4 % / 12 = 0.25, 37 EUR × 4 % × 1/12 = 0.1233
        ("37.00", "2026-09-01", "2026-01-10", "2026-12-01", "2026-11-01", 1, "0.12"),
    ],
)
def test_interest_by_the_calendar_month(amount, due, applied, paid, begins, months, interest):
    result = late_interest(
        Decimal(amount),
        due_on=date.fromisoformat(due),
        paid_on=date.fromisoformat(paid),
        complete_application_on=date.fromisoformat(applied),
    )
    assert (result.begins, result.months) == (date.fromisoformat(begins), months)
    assert result.interest == Decimal(interest)


def test_without_an_application_it_goes_by_the_notification():
    result = late_interest(
        Decimal(1200),
        due_on=date(2026, 1, 15),
        paid_on=date(2026, 6, 1),
        notified_on=date(2026, 2, 20),
    )
    assert (result.begins, result.months) == (date(2026, 4, 1), 2)
    assert result.steps == (
        "1200 EUR: full euros (§44(3))",
        "from 2026-04-01 (§44(1), (2)) to 2026-05-31: 2 calendar months",
        "1200 EUR × 4 % × 2/12 = 8.00 EUR",
    )


@pytest.mark.parametrize(
    "days",
    [
        {},
        {"complete_application_on": date(2026, 1, 1), "notified_on": date(2026, 1, 1)},
    ],
)
def test_it_has_to_know_what_it_counts_from(days):
    with pytest.raises(InterestError, match="application"):
        late_interest(Decimal(1), due_on=date(2026, 1, 1), paid_on=date(2026, 9, 1), **days)


def test_a_debt_bears_none():
    with pytest.raises(InterestError, match="negative"):
        late_interest(
            Decimal(-1),
            due_on=date(2026, 1, 1),
            paid_on=date(2026, 9, 1),
            notified_on=date(2026, 1, 1),
        )


def test_a_day_after_which_no_calendar_goes_on_is_refused_in_words():
    last = date(9999, 12, 31)
    with pytest.raises(InterestError, match="can't begin in the year 10000"):
        late_interest(Decimal(1200), due_on=last, paid_on=last, complete_application_on=last)


def test_what_is_paid_before_it_was_due_is_not_late():
    with pytest.raises(InterestError, match="paid on 2025-11-20, before it was due on 2026-01-15"):
        late_interest(
            Decimal(1200),
            due_on=date(2026, 1, 15),
            paid_on=date(2025, 11, 20),
            complete_application_on=date(2026, 1, 10),
        )


@pytest.mark.parametrize(
    ("paid", "said"),
    [
        ("2026-01-15", "paid before interest begins on 2026-08-01 (§44(1), (2)): none is owed"),
        ("2026-07-31", "paid before interest begins on 2026-08-01 (§44(1), (2)): none is owed"),
        ("2026-08-01", "interest begins on 2026-08-01 (§44(1), (2)), paid before its first month"),
    ],
)
def test_where_none_is_owed_no_period_runs_backwards(paid, said):
    result = late_interest(
        Decimal(1200),
        due_on=date(2026, 1, 15),
        paid_on=date.fromisoformat(paid),
        complete_application_on=date(2026, 1, 10),
    )
    assert (result.interest, result.ends) == (Decimal("0.00"), None)
    assert result.steps[-1].startswith(said)
