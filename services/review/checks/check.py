"""What a check is: one small pure function with a stable code, in a file of its own."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from services.review.domain.ceilings import Remainder
from services.review.domain.priced import PricedLine
from services.review.domain.subject import ClaimUnderReview
from shared.contract.assessment import Finding, FindingGroup, Severity
from shared.programmes.terms import ArithmeticStepName

Texts = Mapping[str, str]
"""A text for the representative per language (`de`, `en`); `{name}` stands for a fact."""


IN_FACTS: Final = "reason_code"
"""A check whose findings differ in their reason says so, and each names its own in this fact."""


class Described(Protocol):
    """What every check says about itself."""

    @property
    def CODE(self) -> str:  # noqa: N802
        """The stable code of its findings."""

    @property
    def GROUP(self) -> FindingGroup:  # noqa: N802
        """The group it belongs to."""

    @property
    def SEVERITIES(self) -> tuple[Severity, ...]:  # noqa: N802
        """The severities that its findings may have."""

    @property
    def REASON(self) -> str | None:  # noqa: N802
        """The coded reason that a decision based on its findings carries; None: it is no reason."""

    @property
    def TEXT(self) -> Texts:  # noqa: N802
        """What a finding says to the representative."""


class Check(Described, Protocol):
    """A check of the facts: policy, documents, dates, past claims."""

    def check(self, subject: ClaimUnderReview) -> Iterable[Finding]:
        """Say what is wrong, or nothing."""


class AmountCheck(Described, Protocol):
    """A check of what the arithmetic took away; it runs after the checks of the facts."""

    @property
    def STEP(self) -> ArithmeticStepName:  # noqa: N802
        """The step that it is about; it runs only if that step took something away."""

    def check(self, subject: ClaimUnderReview, lines: Sequence[PricedLine]) -> Iterable[Finding]:
        """Say what the arithmetic reduced and why, or nothing."""


def reduced(
    check: str, step: ArithmeticStepName, lines: Iterable[PricedLine], *, basis_as: str
) -> Iterator[Finding]:
    """The findings of a check that says from which lines a step took something.

    Args:
        check: The check's code.
        step: The step.
        lines: The lines after the arithmetic.
        basis_as: The name of the fact that holds what the step rests on.
    """
    for line in lines:
        taken = line.step(step)
        if taken is not None:
            yield Finding(
                code=check,
                group=FindingGroup.COVERAGE,
                severity=Severity.REDUCE,
                line_id=line.line_id,
                facts={
                    "line": str(line.line_id),
                    "benefit": line.benefit or "",
                    basis_as: taken.basis,
                    "taken": str(taken.before - taken.after),
                },
            )


def clipped(
    check: str,
    step: ArithmeticStepName,
    lines: Iterable[PricedLine],
    remainder_of: Callable[[str], Remainder | None],
) -> Iterator[Finding]:
    """The findings of a check that says which lines were clipped to what is left of a limit.

    With nothing left they are rejected.

    Args:
        check: The check's code.
        step: The step that clips.
        lines: The lines after the arithmetic.
        remainder_of: What is left of a benefit's limit, by the benefit's code.
    """
    for line in lines:
        if line.step(step) is None:
            continue
        assert line.benefit is not None
        remainder = remainder_of(line.benefit)
        assert remainder is not None
        yield Finding(
            code=check,
            group=FindingGroup.COVERAGE,
            severity=Severity.REDUCE if remainder.left else Severity.REJECT,
            line_id=line.line_id,
            facts={
                "line": str(line.line_id),
                "benefit": line.benefit,
                "limit": str(remainder.limit),
                "remainder": str(remainder.left),
            },
        )
