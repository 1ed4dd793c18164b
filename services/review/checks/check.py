"""What a check is: one small pure function with a stable code, in a file of its own."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

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
