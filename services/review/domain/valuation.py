"""What a used thing is worth: its price when new, less what it has aged."""

from calendar import monthrange
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from services.review.domain.priced import CENT
from shared.programmes import Benefit


def current_value(
    price: Decimal, benefit: Benefit, bought_on: date | None, lost_on: date | None
) -> tuple[Decimal, str]:
    """The current value of a thing on the day of its loss, and its age by its life, in months.

    It falls evenly from the price of a new one to nothing over the benefit's useful life, by the
    whole months between purchase and loss, but never below the residual share: 480.00, 31 months
    old, of a life of eight years, is worth 480.00 x (96 - 31) / 96 = 325.00. It is rounded to the
    nearest cent, a half upwards. What is bought after the loss counts as new. Of what age nobody
    knows, the residual share is worth paying: the day of purchase is asked for.

    Args:
        price: What a new one costs.
        benefit: Its useful life, in years, and its residual share.
        bought_on: The day of its purchase, where known.
        lost_on: The day of loss, where known.
    """
    assert benefit.useful_life_years is not None
    life = 12 * benefit.useful_life_years
    residual = benefit.residual_share
    if bought_on is None or lost_on is None:
        return to_cents(price * residual), f"?/{life}, ≥ {residual}"
    age = max(whole_months(bought_on, lost_on), 0)
    if life - age > residual * life:
        return to_cents(price * (life - age) / life), f"{age}/{life}"
    return to_cents(price * residual), f"{age}/{life}, ≥ {residual}"


def whole_months(first: date, last: date) -> int:
    """How many months from one day have passed on another, negative before it.

    A month ends on the same day of the next one, or on its last day where there is no such day
    (BGB §188(2) and (3)).
    """
    months = 12 * (last.year - first.year) + last.month - first.month
    if last.day < first.day and last.day < monthrange(last.year, last.month)[1]:
        months -= 1
    return months


def to_cents(amount: Decimal) -> Decimal:
    """The nearest amount in whole cents, a half upwards."""
    return amount.quantize(CENT, ROUND_HALF_UP)
