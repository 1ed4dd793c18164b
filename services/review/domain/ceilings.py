"""What a policy's other claims have used up: of yearly and lifetime limits, of a year's deductible.

Only what was approved counts, or was borne by the client, in the benefit year of the loss. So a
ceiling is reserved by an approval, and released with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.review.domain.subject import NOTHING, PastClaim, policy_start
from shared.contract.reference import PolicyChanged
from shared.programmes import ProgrammeVersion


@dataclass(frozen=True, slots=True)
class Remainder:
    """A limit, and what other claims have used of it."""

    limit: Decimal
    used: Decimal

    @property
    def left(self) -> Decimal:
        """What is left; nothing when a person approved more than the limit."""
        return max(self.limit - self.used, NOTHING)

    def __str__(self) -> str:
        return f"{self.limit} - {self.used}"


def yearly_remainder(
    programme: ProgrammeVersion,
    policy: PolicyChanged,
    past_claims: Iterable[PastClaim],
    benefit: str,
    day: date | None,
) -> Remainder | None:
    """What is left of a benefit's yearly limit in the benefit year of a day; None without a limit.

    What was approved for a claim without a day of loss counts in every year, as nobody knows which
    one it was; without a day, such claims alone are known to count.
    """
    limit = programme.benefits[benefit].yearly_limit
    if limit is None:
        return None
    in_year = _in_benefit_year(programme, policy, past_claims, day)
    return Remainder(limit, approved_ever(in_year, benefit))


def lifetime_remainder(
    programme: ProgrammeVersion, past_claims: Iterable[PastClaim], benefit: str
) -> Remainder | None:
    """What is left of a benefit's limit for a policy's whole life; None without a limit."""
    limit = programme.benefits[benefit].lifetime_limit
    return None if limit is None else Remainder(limit, approved_ever(past_claims, benefit))


def borne_in_year(
    programme: ProgrammeVersion,
    policy: PolicyChanged,
    past_claims: Iterable[PastClaim],
    day: date | None,
) -> Decimal:
    """What the client has borne as deductible of other claims in the benefit year of a day."""
    in_year = _in_benefit_year(programme, policy, past_claims, day)
    return sum([past.deductible for past in in_year], NOTHING)


def benefit_year(
    programme: ProgrammeVersion, policy: PolicyChanged, day: date
) -> tuple[date, date]:
    """First day of the benefit year that a day lies in, and first day of the next.

    A calendar year, or a year from the policy's anniversary; a policy that began on 29 February
    has its anniversary on 1 March in common years.
    """
    if programme.benefit_year == "calendar":
        return date(day.year, 1, 1), date(day.year + 1, 1, 1)
    start = policy_start(policy)
    anniversary = _anniversary(start, day.year)
    if day < anniversary:
        return _anniversary(start, day.year - 1), anniversary
    return anniversary, _anniversary(start, day.year + 1)


def _in_benefit_year(
    programme: ProgrammeVersion,
    policy: PolicyChanged,
    past_claims: Iterable[PastClaim],
    day: date | None,
) -> list[PastClaim]:
    if day is None:
        return [past for past in past_claims if past.date_of_loss is None]
    first, next_first = benefit_year(programme, policy, day)
    return [
        past
        for past in past_claims
        if past.date_of_loss is None or first <= past.date_of_loss < next_first
    ]


def approved_ever(past_claims: Iterable[PastClaim], benefit: str) -> Decimal:
    """What was approved for a benefit in these claims, whenever their loss was."""
    return sum(
        [past.benefits[benefit] for past in past_claims if benefit in past.benefits], NOTHING
    )


def _anniversary(start: date, year: int) -> date:
    try:
        return date(year, start.month, start.day)
    except ValueError:
        return date(year, 3, 1)
