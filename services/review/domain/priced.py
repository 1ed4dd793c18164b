"""A claim's lines on their way through the arithmetic, and sharing an amount out over them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Self

from services.review.domain.subject import NOTHING
from shared.contract.assessment import ArithmeticStep, AssessedLine
from shared.contract.contacts import ClaimLine
from shared.programmes import Benefit

CENT = Decimal("0.01")
_CENTS = Decimal(100)


@dataclass(slots=True, eq=False)
class PricedLine:
    """A line on its way through the arithmetic.

    Attributes:
        stated: The claim line, as the client stated it.
        terms: Its benefit's terms; None where the programme has no such benefit.
        line_id: Its position in the claim.
        benefit: Its benefit code, where known.
        claimed: What the client claims; zero while the amount is missing or impossible.
        covered: What is left of it so far.
        steps: Every step that took something away.
    """

    stated: ClaimLine
    terms: Benefit | None
    line_id: int
    benefit: str | None
    claimed: Decimal
    covered: Decimal
    steps: list[ArithmeticStep] = field(default_factory=list)

    @classmethod
    def of(cls, line: ClaimLine, terms: Benefit | None) -> Self:
        """A line before the first step."""
        amount = line.amount
        # Adding zero cents gives every amount two places, so that all steps read alike.
        claimed = NOTHING if amount is None or amount < NOTHING else amount + NOTHING
        return cls(line, terms, line.line_id, line.benefit, claimed, claimed)

    def lower(self, step: str, after: Decimal, basis: str = "") -> None:
        """Note a step that leaves less."""
        if after < self.covered:
            self.steps.append(
                ArithmeticStep(step=step, before=self.covered, after=after, basis=basis)
            )
            self.covered = after

    def step(self, name: str) -> ArithmeticStep | None:
        """The step of this name, if it took something away."""
        for each in self.steps:
            if each.step == name:
                return each
        return None

    def assessed(self) -> AssessedLine:
        """The line as it stands in an assessment."""
        return AssessedLine(
            line_id=self.line_id,
            benefit=self.benefit,
            claimed=self.claimed,
            covered=self.covered,
            steps=tuple(self.steps),
        )


def total(lines: Sequence[PricedLine]) -> Decimal:
    """What is left of the lines together."""
    if len(lines) == 1:
        return lines[0].covered
    return sum([line.covered for line in lines], NOTHING)


def cap(step: str, lines: Sequence[PricedLine], ceiling: Decimal, basis: str = "") -> None:
    """Bring the lines' sum down to a ceiling, pro rata."""
    if total(lines) <= ceiling:
        return
    for line, share in zip(lines, allocate(max(ceiling, NOTHING), lines), strict=True):
        line.lower(step, share, basis)


def allocate(amount: Decimal, lines: Sequence[PricedLine]) -> list[Decimal]:
    """Share out an amount over lines pro rata to what is left of them, exact to the cent.

    Cents that do not divide go to the largest remainders; equal ones are ordered by what the
    lines say, never by their position, so that a line's share does not depend on the order.
    """
    if len(lines) == 1:
        return [min(amount, lines[0].covered) + NOTHING]
    cents = int(amount * _CENTS)
    weights = [int(line.covered * _CENTS) for line in lines]
    whole = sum(weights)
    if not whole:
        return [NOTHING] * len(lines)
    divided = [divmod(weight * cents, whole) for weight in weights]
    shares = [share for share, _ in divided]
    left = cents - sum(shares)
    if left:
        remainders = [remainder for _, remainder in divided]
        for at in _by_remainder(lines, remainders, weights)[:left]:
            shares[at] += 1
    return [CENT * share for share in shares]


def _by_remainder(
    lines: Sequence[PricedLine], remainders: list[int], weights: list[int]
) -> list[int]:
    """The positions of the lines, the largest remainder first; equal ones by what they say."""
    positions = range(len(lines))
    if len(set(remainders)) == len(remainders):
        return sorted(positions, key=remainders.__getitem__, reverse=True)
    return sorted(positions, key=lambda at: (-remainders[at], -weights[at], *_content(lines[at])))


def _content(line: PricedLine) -> tuple[str | Decimal | date, ...]:
    """What a line says, in an order of its own."""
    stated = line.stated
    return (
        line.benefit or "",
        line.claimed,
        stated.description,
        stated.invoice_number or "",
        stated.bought_on or date.min,
    )
