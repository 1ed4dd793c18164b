"""A policy's ledger: every claim that was made on it, in a few words each.

What ceilings, frequency and duplicates are decided on; kept as one row per policy, because that
row is also the lock under which money is decided.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Self

import orjson

from services.review.checks import below_deductible
from services.review.domain.subject import NOTHING, PastClaim
from shared.contract.assessment import AssessedLine
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED, CaseKind, CaseState
from shared.programmes.terms import ArithmeticStepName


@dataclass(frozen=True, slots=True)
class Ledger:
    """The claims on one policy, the last changed one last.

    Attributes:
        policy_number: The policy.
        rows: A row per claim, as it is stored: case id, day of loss, approved amount per benefit,
            invoice numbers, account, whether it is still open, and the deductible borne if any.
    """

    policy_number: str
    rows: tuple[list[Any], ...] = ()

    @classmethod
    def of(cls, policy_number: str, claims: Iterable[PastClaim]) -> Self:
        """A ledger of these claims."""
        return cls(policy_number, tuple(_row(claim) for claim in claims))

    @classmethod
    def from_json(cls, policy_number: str, text: str) -> Self:
        """A stored ledger."""
        return cls(policy_number, tuple(orjson.loads(text)))

    def to_json(self) -> str:
        """The ledger as it is stored."""
        return orjson.dumps(self.rows).decode()

    def others(self, case_id: str) -> Sequence[PastClaim]:
        """The claims of the policy's other cases."""
        return [self._claim(row) for row in self.rows if row[0] != case_id]

    def with_case(self, case: CaseFileUpdated) -> Self:
        """The ledger with this case as it is now.

        One that was passed on claims nothing here, nor does one that is no claim after all.
        """
        before = [row for row in self.rows if row[0] != case.case_id]
        if case.state is CaseState.CLOSED or case.kind is not CaseKind.CLAIM:
            return replace(self, rows=tuple(before))
        return replace(self, rows=(*before, _row(_entry(self.policy_number, case))))

    def _claim(self, row: list[Any]) -> PastClaim:
        case_id, day, benefits, invoices, iban, is_open, *deductible = row
        return PastClaim(
            case_id=case_id,
            policy_number=self.policy_number,
            date_of_loss=date.fromisoformat(day) if day else None,
            benefits={code: Decimal(amount) for code, amount in benefits.items()},
            invoice_numbers=frozenset(invoices),
            iban=iban,
            is_open=is_open,
            deductible=Decimal(deductible[0]) if deductible else NOTHING,
        )


def _row(claim: PastClaim) -> list[Any]:
    return [
        claim.case_id,
        claim.date_of_loss.isoformat() if claim.date_of_loss else None,
        {code: str(amount) for code, amount in claim.benefits.items()},
        sorted(claim.invoice_numbers),
        claim.iban,
        claim.is_open,
        *((str(claim.deductible),) if claim.deductible else ()),
    ]


def _entry(policy_number: str, case: CaseFileUpdated) -> PastClaim:
    claim = case.claim
    assert claim is not None
    approved = _approved_per_line(case)
    benefits: dict[str, Decimal] = {}
    for line in claim.lines:
        if line.benefit:
            amount = approved.get(line.line_id, NOTHING)
            benefits[line.benefit] = benefits.get(line.benefit, NOTHING) + amount
    iban = claim.unconfirmed_iban
    return PastClaim(
        case_id=case.case_id,
        policy_number=policy_number,
        date_of_loss=claim.date_of_loss,
        benefits=benefits,
        invoice_numbers=frozenset(n for line in claim.lines if (n := line.invoice_number)),
        iban=iban.replace(" ", "") if iban else None,
        is_open=case.state not in DECIDED,
        deductible=_borne(case, approved),
    )


def _approved_per_line(case: CaseFileUpdated) -> dict[int, Decimal]:
    if case.state not in DECIDED or not case.decisions:
        return {}
    return {line.line_id: line.approved for line in case.decisions[-1].lines}


def _borne(case: CaseFileUpdated, approved: Mapping[int, Decimal]) -> Decimal:
    """What the client bore as deductible: as assessed, on every line that a person let stand.

    It counts as well where it used up the whole claim: the denial gives it as its reason then.
    """
    if not approved or case.assessment is None:
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
