"""Interest on an agency's late benefit, with its arithmetic (SGB I §44)."""

from dataclasses import dataclass
from datetime import MAXYEAR, date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final

from shared.errors import DeskError

RATE: Final = Decimal("0.04")
_CENT: Final = Decimal("0.01")
_MONTHS_OF_A_YEAR: Final = 12
_MONTHS_AFTER_APPLICATION: Final = 6


class InterestError(DeskError, ValueError):
    """Days or an amount for which there is no interest to compute."""


@dataclass(frozen=True, slots=True)
class LateInterest:
    """What is owed beside a benefit that was paid late.

    Attributes:
        base: The full euros that bear interest (§44(3) sentence 1).
        begins: First day that bears interest, or would have, always the first of a month.
        ends: Last day, the end of the month before the payment; None if no interest is owed.
        months: Full calendar months between, of thirty days each (§44(3) sentence 2).
        interest: What is owed, to the cent.
        paid_on: When the benefit was paid.
    """

    base: Decimal
    begins: date
    ends: date | None
    months: int
    interest: Decimal
    paid_on: date

    @property
    def steps(self) -> tuple[str, ...]:
        """The arithmetic, line by line, for the file."""
        whole_euros = f"{self.base} EUR: full euros (§44(3))"
        if self.ends is None:
            begins = f"interest begins on {self.begins} (§44(1), (2))"
            if self.paid_on < self.begins:
                return whole_euros, f"paid before {begins}: none is owed"
            return whole_euros, f"{begins}, paid before its first month was over: none is owed"
        months = "1 calendar month" if self.months == 1 else f"{self.months} calendar months"
        return (
            whole_euros,
            f"from {self.begins} (§44(1), (2)) to {self.ends}: {months}",
            f"{self.base} EUR × 4 % × {self.months}/12 = {self.interest} EUR",
        )


def late_interest(
    amount: Decimal,
    *,
    due_on: date,
    paid_on: date,
    complete_application_on: date | None = None,
    notified_on: date | None = None,
) -> LateInterest:
    """Return the interest of one benefit that was due once.

    It begins when a full calendar month has passed since the benefit was due (§44(1)), and no
    earlier than six full calendar months after the complete application came in; without an
    application, one after the decision was made known (§44(2)).

    Args:
        amount: The benefit in euros.
        due_on: When it was due.
        paid_on: When it is paid.
        complete_application_on: When the last thing needed for the application came in.
        notified_on: When the decision was made known, if there was no application.

    Raises:
        InterestError: A negative amount, a payment before the benefit was due, neither or both of
            application and notification, or days too late for any calendar.
    """
    if amount < 0:
        msg = "interest is owed on a benefit, not on a debt: the amount is negative"
        raise InterestError(msg)
    if paid_on < due_on:
        msg = f"nothing is late: it was paid on {paid_on}, before it was due on {due_on}"
        raise InterestError(msg)
    earliest = [_month_after(due_on, 1)]
    match complete_application_on, notified_on:
        case date() as applied, None:
            earliest.append(_month_after(applied, _MONTHS_AFTER_APPLICATION))
        case None, date() as notified:
            earliest.append(_month_after(notified, 1))
        case _:
            msg = "say when the application was complete, or else when the decision was made known"
            raise InterestError(msg)
    begins = max(earliest)
    months = max(0, (paid_on.year - begins.year) * _MONTHS_OF_A_YEAR + paid_on.month - begins.month)
    ends = date.fromordinal(paid_on.replace(day=1).toordinal() - 1) if months else None
    base = amount.quantize(Decimal(1), ROUND_DOWN)
    interest = (base * RATE * months / _MONTHS_OF_A_YEAR).quantize(_CENT, ROUND_HALF_UP)
    return LateInterest(base, begins, ends, months, interest, paid_on)


def _month_after(day: date, full_months: int) -> date:
    """Return the first day after so many full calendar months after a day's own month."""
    year, month = divmod(day.year * _MONTHS_OF_A_YEAR + day.month + full_months, 12)
    if year > MAXYEAR:
        msg = f"interest can't begin in the year {year}"
        raise InterestError(msg)
    return date(year, month + 1, 1)
