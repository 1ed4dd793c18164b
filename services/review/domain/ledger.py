"""A policy's ledger: every claim that was made on it, in a few words each.

What ceilings, frequency and duplicates are decided on; kept as one row per policy, because that
row is also the lock under which money is decided.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self

import msgspec

from services.review.checks import below_deductible
from services.review.domain.priced import PricedLine, allocate
from services.review.domain.subject import NOTHING, PastClaim, invoice_key
from shared.contract.assessment import AssessedLine
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED, CaseKind, CaseState
from shared.programmes.terms import ArithmeticStepName

_written = msgspec.json.Encoder(order="deterministic")
_read = msgspec.json.Decoder(tuple[PastClaim, ...])


@dataclass(frozen=True, slots=True)
class Ledger:
    """The claims on one policy, the last changed one last.

    Attributes:
        policy_number: The policy.
        claims: All claims on it, this case's own too.
    """

    policy_number: str
    claims: tuple[PastClaim, ...] = ()

    @classmethod
    def of(cls, policy_number: str, claims: Iterable[PastClaim]) -> Self:
        """A ledger of these claims."""
        return cls(policy_number, tuple(claims))

    @classmethod
    def from_json(cls, policy_number: str, text: str) -> Self:
        """A stored ledger."""
        return cls(policy_number, _read.decode(text))

    @classmethod
    def from_parsed(cls, policy_number: str, rows: Sequence[Any]) -> Self:
        """A ledger whose JSON was parsed already, as part of something larger."""
        return cls(policy_number, msgspec.convert(rows, tuple[PastClaim, ...]))

    def to_json(self) -> str:
        """The ledger as it is stored."""
        return _written.encode(self.claims).decode()

    def others(self, case_id: str) -> Sequence[PastClaim]:
        """The claims of the policy's other cases."""
        return [claim for claim in self.claims if claim.case_id != case_id]

    def with_case(self, case: CaseFileUpdated) -> Self:
        """The ledger with this case as it is now.

        One that was passed on claims nothing here, nor does one that is no claim after all.
        """
        before = self.others(case.case_id)
        if case.state is CaseState.CLOSED or case.kind is not CaseKind.CLAIM:
            return replace(self, claims=tuple(before))
        return replace(self, claims=(*before, _entry(case)))


def _entry(case: CaseFileUpdated) -> PastClaim:
    claim = case.claim
    assert claim is not None
    reserved = _reserved_per_line(case)
    benefits: dict[str, Decimal] = {}
    for line in claim.lines:
        if line.benefit:
            amount = reserved.get(line.line_id, NOTHING)
            benefits[line.benefit] = benefits.get(line.benefit, NOTHING) + amount
    iban = claim.unconfirmed_iban
    return PastClaim(
        case_id=case.case_id,
        date_of_loss=claim.date_of_loss,
        benefits=benefits,
        invoice_numbers=frozenset(
            invoice_key(number) for line in claim.lines if (number := line.invoice_number)
        ),
        iban=iban.replace(" ", "") if iban else None,
        is_open=case.state not in DECIDED,
        deductible=_borne(case, reserved),
    )


def _reserved_per_line(case: CaseFileUpdated) -> dict[int, Decimal]:
    """What the standing decision approved, or what was granted before there is one."""
    if case.state in DECIDED and case.decisions:
        return {line.line_id: line.approved for line in case.decisions[-1].lines}
    early = case.advance.amount if case.advance else None
    if not early or case.assessment is None or case.claim is None:
        return {}
    stated = {line.line_id: line for line in case.claim.lines}
    lines = [
        PricedLine(
            stated[line.line_id], None, line.line_id, line.benefit, line.claimed, line.covered
        )
        for line in case.assessment.lines
        if line.line_id in stated
    ]
    return {line.line_id: share for line, share in zip(lines, allocate(early, lines), strict=True)}


def _borne(case: CaseFileUpdated, approved: Mapping[int, Decimal]) -> Decimal:
    """What the client bore as deductible: as assessed, on every line that a person let stand.

    It counts as well where it used up the whole claim: the denial gives it as its reason then.
    """
    if not approved or case.assessment is None or case.state not in DECIDED:
        return NOTHING
    if case.state is CaseState.DENIED and below_deductible.REASON not in case.decisions[-1].reasons:
        return NOTHING
    borne = NOTHING
    for line in case.assessment.lines:
        paid = approved.get(line.line_id, NOTHING)
        if paid or not line.covered:
            borne += min(_deducted(line), line.claimed - paid)
    return borne


def _deducted(line: AssessedLine) -> Decimal:
    taken = NOTHING
    for step in line.steps:
        if step.step == ArithmeticStepName.DEDUCTIBLE:
            taken += step.before - step.after
    return taken
