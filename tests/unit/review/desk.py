"""A small desk for the tests of a case's life: contacts that claim, and what is known of them."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.review.domain.case import open_case
from services.review.domain.decisions import DecisionRequest, decide
from services.review.domain.known import Known
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.contacts import (
    Channel,
    ClaimDetails,
    ClaimLine,
    ContactReceived,
    ContactText,
    Intent,
    Language,
    Sender,
)
from shared.contract.decisions import DecisionOutcome
from shared.contract.facts import NoticeRequested
from shared.contract.reference import ClientChanged, PolicyChanged, PolicyVersion
from shared.errors import RuleViolation
from tests.unit.review.scenarios import HOLDER, PROGRAMMES, documents

CASE_ID = "C-7K3M-9PQR-T"
RECEIVED = datetime(2026, 6, 10, 8, 15, tzinfo=UTC)
NOW = datetime(2026, 6, 10, 8, 16, tzinfo=UTC)
ADDRESS = "erika@client.example"


@dataclass(frozen=True)
class Somebody:
    """A person at the desk."""

    subject: str
    roles: frozenset[str]


RITA = Somebody("rita", frozenset({"representative"}))
SENTA = Somebody("senta", frozenset({"senior_representative"}))
SVEN = Somebody("sven", frozenset({"supervisor"}))
TINA = Somebody("tina", frozenset({"representative", "trainee"}))
AUDITOR = Somebody("audrey", frozenset({"auditor"}))


def policy(**changes: Any) -> PolicyChanged:
    """A household policy in force since 2024."""
    fields = {
        "policy_number": "HH-2024-000001",
        "programme": "household",
        "holder_client_id": HOLDER,
        "versions": (PolicyVersion(valid_from=date(2024, 1, 1)),),
        "first_premium_paid_on": date(2024, 1, 1),
        "revision": 1,
        **changes,
    }
    return PolicyChanged.model_validate(fields)


def client(**changes: Any) -> ClientChanged:
    """The policy's holder."""
    fields = {
        "client_id": HOLDER,
        "name": "Erika Beispiel",
        "language": Language.GERMAN,
        "emails": (ADDRESS,),
        "email_consent": True,
        "revision": 1,
        **changes,
    }
    return ClientChanged.model_validate(fields)


def known(**changes: Any) -> Known:
    """What the desk knows of the ordinary claim."""
    return replace(Known(PROGRAMMES, NOW, client(), policy()), **changes)


def later(days: int = 1, **changes: Any) -> Known:
    """The same, some days later."""
    return known(now=NOW + timedelta(days=days), **changes)


def contact(
    lines: list[tuple[str | None, str | None]] | None = None,
    kinds: tuple[str, ...] = ("invoice", "police_report"),
    **changes: Any,
) -> ContactReceived:
    """The holder's authenticated mail; with lines it claims them for 1 June 2026."""
    claim = None
    if lines is not None:
        claim = ClaimDetails(
            policy_number="HH-2024-000001",
            date_of_loss=date(2026, 6, 1),
            description="Fenster zerbrochen",
            lines=tuple(
                ClaimLine(
                    line_id=number,
                    description=f"item {number}",
                    benefit=benefit,
                    amount=Decimal(amount) if amount else None,
                )
                for number, (benefit, amount) in enumerate(lines, 1)
            ),
        )
    fields: dict[str, Any] = {
        "contact_id": "contact-1",
        "channel": Channel.EMAIL,
        "received_at": RECEIVED,
        "language": Language.GERMAN,
        "intent": Intent.CLAIM if lines is not None else Intent.REPLY,
        "client_id": HOLDER,
        "sender": Sender(name="Erika", address=ADDRESS, authenticated=True),
        "words": ContactText(subject="Schaden", text="Meine Scheibe ist zerbrochen."),
        "claim": claim,
        "documents": tuple(documents(list(kinds))),
        **changes,
    }
    return ContactReceived(**fields)


def opened(
    lines: list[tuple[str | None, str | None]],
    kinds: tuple[str, ...] = ("invoice", "police_report"),
    knowing: Known | None = None,
    **changes: Any,
) -> CaseFileUpdated:
    """A case that such a contact opens."""
    return open_case(contact(lines, kinds, **changes), CASE_ID, knowing or known())


def request(case: CaseFileUpdated, outcome: str, *reasons: str, **rest: Any) -> DecisionRequest:
    """A decision on the case as it is."""
    return DecisionRequest(
        **{
            "sequence": case.sequence,
            "outcome": DecisionOutcome(outcome),
            "reasons": reasons,
            **rest,
        }
    )


def facts(case: CaseFileUpdated) -> list[str]:
    """The facts of the last change in words; a notice by its kind."""
    return [
        fact.notice.value if isinstance(fact, NoticeRequested) else fact.fact for fact in case.facts
    ]


def waiting(amount: str = "1000.00", benefit: str = "glass", **changes: Any) -> CaseFileUpdated:
    """A claim over the automatic limit, which waits for a person."""
    case = opened([(benefit, amount)], **changes)
    assert case.state is CaseState.WAITING_FOR_PERSON
    return case


def refused(case: CaseFileUpdated, code: str, *arguments: Any, **rest: Any) -> None:
    """The decision is refused under this code."""
    person = rest.pop("person", RITA)
    knowing = rest.pop("knowing", later())
    with pytest.raises(RuleViolation) as refusal:
        decide(case, request(case, *arguments, **rest), person, knowing)
    assert refusal.value.code == code
