"""Reads the scenario tables: one row is a claim with all that is known, and what must come out.

A row says only what is special about it; the rest is an ordinary claim that goes straight through:
a household policy in force since 2024, a loss on 2026-06-01 reported and assessed on 2026-06-10
by the policy's holder in an authenticated mail, one broken window pane of 200.00, all documents, an
account that is confirmed. The holder is Erika Beispiel, born on 1980-06-15.
A row with `terms` is about a programme that says otherwise: fields of a benefit under its code, the
others of the version. `account: none` means that no account is confirmed, `account: others` that
the stated one is known as somebody else's. `near` names the check that a row just does not set off.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from services.review.domain.subject import ClaimUnderReview, PastClaim, invoice_key
from shared.contract.contacts import Channel, ClaimDetails, ClaimLine, Document, DocumentKind
from shared.contract.reference import PolicyChanged
from shared.programmes import Benefit, Programmes, ProgrammeVersion, load_programmes

TABLES = Path(__file__).parent / "scenarios"
PROGRAMMES: Programmes = load_programmes()
HOLDER = "client-1"
LOSS = date(2026, 6, 1)
REPORTED = date(2026, 6, 10)

HOLDER_NAME = "Erika Beispiel"
HOLDER_BORN = date(1980, 6, 15)

_ROW_FIELDS = {
    "account",
    "holder_born",
    "near",
    "name",
    "programme",
    "terms",
    "policy",
    "lines",
    "loss",
    "reported",
    "today",
    "documents",
    "sender",
    "channel",
    "past",
    "claim",
    "needs_person",
    "waived",
    "expect",
}
_EXPECT_FIELDS = {
    "findings",
    "reasons",
    "recommendation",
    "straight_through",
    "lines",
    "covered",
    "steps",
    "shown",
}


@dataclass(frozen=True)
class Scenario:
    """One row of a table."""

    name: str
    subject: ClaimUnderReview
    expect: dict[str, Any]
    near: str | None


def scenarios() -> Iterator[Scenario]:
    """Every row of every table."""
    for path in sorted(TABLES.glob("*.yaml")):
        for row in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):
            unknown = (row.keys() - _ROW_FIELDS) | (row["expect"].keys() - _EXPECT_FIELDS)
            assert not unknown, f"{path.name}: {row['name']}: {unknown}"
            yield Scenario(
                f"{path.stem}: {row['name']}", subject(row), row["expect"], row.get("near")
            )


def subject(row: dict[str, Any]) -> ClaimUnderReview:
    """The claim under review that a row describes."""
    day = _day(row["loss"]) if "loss" in row else LOSS
    reported = _day(row.get("reported")) or REPORTED
    known = policy(row.get("programme", "household"), row.get("policy", {}))
    programme = PROGRAMMES.version_on(known.programme, day or reported) if known else None
    if programme and "terms" in row:
        programme = with_terms(programme, row["terms"])
    details = row.get("claim", {})
    return ClaimUnderReview(
        claim=ClaimDetails.model_validate(
            {
                "policy_number": known.policy_number if known else None,
                "date_of_loss": day,
                "description": details.get("description", "So ist es geschehen."),
                "lines": tuple(lines(row.get("lines", [["glass", "200.00"]]))),
                **{key: value or None for key, value in details.items() if key != "description"},
            }
        ),
        policy=known,
        programme=programme,
        past_claims=[_past(number, each) for number, each in enumerate(row.get("past", []))],
        documents=tuple(documents(row.get("documents", ["invoice", "police_report"]))),
        client_id=row.get("sender", HOLDER) or None,
        channel=Channel(row.get("channel", "email")),
        reported_on=reported,
        today=_day(row.get("today")) or reported,
        needs_person=row.get("needs_person") or None,
        waived=frozenset(row.get("waived", [])),
        holder_name=HOLDER_NAME,
        holder_born_on=_day(row["holder_born"]) if "holder_born" in row else HOLDER_BORN,
        account_confirmed=row.get("account") != "none",
        account_of_others=row.get("account") == "others",
    )


def policy(programme: str, changes: dict[str, Any] | str) -> PolicyChanged | None:
    """The ordinary policy with a row's changes; an empty text means that it is unknown."""
    if changes == "":
        return None
    assert isinstance(changes, dict)
    ordinary = {
        "policy_number": "HH-2024-000001",
        "programme": programme,
        "holder_client_id": HOLDER,
        "versions": [{"valid_from": "2024-01-01"}],
        "first_premium_paid_on": "2024-01-01",
        "revision": 1,
    }
    if start := changes.get("start"):
        ordinary |= {"versions": [{"valid_from": start}], "first_premium_paid_on": start}
    rest = {key: value or None for key, value in changes.items() if key != "start"}
    return PolicyChanged.model_validate(ordinary | rest)


def with_terms(version: ProgrammeVersion, terms: dict[str, Any]) -> ProgrammeVersion:
    """A programme with a row's terms; the order of steps is the usual one unless it says one."""
    benefits = {
        code: Benefit.model_validate(
            benefit.model_dump(exclude_unset=True) | dict(terms.get(code, {}))
        )
        for code, benefit in version.benefits.items()
    }
    rest = {
        key: None if value == "" else value for key, value in terms.items() if key not in benefits
    }
    said = {key: value for key, value in dict(version).items() if key != "arithmetic"}
    return ProgrammeVersion.model_validate(said | rest | {"benefits": benefits})


def lines(rows: list[list[Any]]) -> Iterator[ClaimLine]:
    """Lines from `[benefit, amount, other fields]`; an empty text stands for what is missing."""
    for number, (benefit, amount, *rest) in enumerate(rows, 1):
        yield ClaimLine(
            **{
                "line_id": number,
                "description": f"item {number}",
                "benefit": benefit or None,
                "amount": Decimal(amount) if amount else None,
                **(rest[0] if rest else {}),
            }
        )


def documents(kinds: list[str]) -> Iterator[Document]:
    """One stored document of each kind; `unreadable invoice` is one that can't be read."""
    for written in kinds:
        kind = written.removeprefix("unreadable ")
        yield Document(
            document_id=f"document-{kind}",
            readable=kind == written,
            kind=DocumentKind(kind),
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
        )


def _past(number: int, row: dict[str, Any]) -> PastClaim:
    return PastClaim(
        case_id=row.get("case_id", f"C-PAST-{number}"),
        date_of_loss=_day(row["loss"]),
        benefits={code: Decimal(amount) for code, amount in row.get("benefits", {}).items()},
        invoice_numbers=frozenset(map(invoice_key, row.get("invoices", []))),
        deductible=Decimal(row.get("deductible", "0.00")),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
