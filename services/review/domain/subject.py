"""What is under review: a claim with everything that is known about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import msgspec

from shared.contract.contacts import Channel, ClaimDetails, Document
from shared.contract.reference import PolicyChanged, PolicyVersion
from shared.programmes import Benefit, ProgrammeVersion

NOTHING = Decimal("0.00")


def policy_start(policy: PolicyChanged) -> date:
    """A policy's first day."""
    return min([version.valid_from for version in policy.versions])


def invoice_key(number: str) -> str:
    """An invoice number as it is compared: `RE 2026/17` is `re-2026-17`."""
    return "".join(filter(str.isalnum, number.casefold())) or number


class PastClaim(msgspec.Struct, frozen=True, array_like=True):
    """Another claim on the same policy, decided or open; the order of its fields is stored.

    A policy's past claims are read for every claim on it, so a compiled decoder makes them.

    Attributes:
        case_id: Its case.
        date_of_loss: Its day of loss, where known.
        benefits: Every claimed benefit with its net approved amount; zero while open or if denied.
        invoice_numbers: The invoice numbers of its lines, as they are compared.
        iban: The account its client named, without spaces.
        is_open: Nobody decided it yet.
        deductible: What the client bore of it as deductible, once it is decided.
    """

    case_id: str
    date_of_loss: date | None
    benefits: dict[str, Decimal]
    invoice_numbers: frozenset[str] = frozenset()
    iban: str | None = None
    is_open: bool = False
    deductible: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class ClaimUnderReview:
    """A claim, and what the desk knows on the day it is assessed.

    Attributes:
        claim: What the client claims.
        policy: The policy with all its versions; None while it is unknown.
        programme: The programme's terms on the day of loss; None while they are unknown.
        past_claims: The other claims on this policy, in any order.
        documents: Everything that arrived for the case.
        client_id: Who wrote, if that is certain.
        channel: How the claim came in.
        reported_on: The desk's calendar day on which the claim came in.
        today: The desk's calendar day of this assessment.
        needs_person: Why a person must look first, if so.
        waived: Checklist items that a person waived.
        holder_name: The name of the policy's holder, where known.
        holder_born_on: Their date of birth, where known.
        account_confirmed: An account of the client is known and confirmed.
        account_of_others: The account that the claim names is known as another client's.
        filed_on: The earliest last day of a filing period for which the claim is in time: the day
            it came in, or days off right before it (BGB §193); that day if absent.
        version: The policy's terms on the day of loss; None without a day, or out of force.
        policy_start: The policy's first day.
    """

    claim: ClaimDetails
    policy: PolicyChanged | None
    programme: ProgrammeVersion | None
    past_claims: Sequence[PastClaim]
    documents: Sequence[Document]
    client_id: str | None
    channel: Channel
    reported_on: date
    today: date
    needs_person: str | None = None
    waived: frozenset[str] = frozenset()
    holder_name: str = ""
    holder_born_on: date | None = None
    account_confirmed: bool = False
    account_of_others: bool = False
    filed_on: date | None = None
    version: PolicyVersion | None = field(init=False)
    policy_start: date | None = field(init=False)

    def __post_init__(self) -> None:
        policy, day = self.policy, self.claim.date_of_loss
        version = policy.version_on(day) if policy and day else None
        start = policy_start(policy) if policy else None
        object.__setattr__(self, "version", version)
        object.__setattr__(self, "policy_start", start)

    def pricing_version(self) -> PolicyVersion | None:
        """The policy's terms that decide about amounts: without a day of loss those of today."""
        if self.version is None and self.policy is not None and self.claim.date_of_loss is None:
            return self.policy.version_on(self.today)
        return self.version

    def benefit(self, code: str | None) -> Benefit | None:
        """A benefit of the programme; None if the programme is unknown or has none like it."""
        return self.programme.benefits.get(code) if self.programme and code else None
