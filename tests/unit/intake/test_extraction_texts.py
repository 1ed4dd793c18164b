"""Rows of `extraction.yaml`: what must be read from short German and English texts."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.intake.domain.extraction import extract
from services.intake.domain.readable import Readable
from shared.programmes import load_programmes

TODAY = date(2026, 11, 25)
KEYWORDS = load_programmes().benefit_keywords(TODAY)
ROWS = yaml.safe_load(Path(__file__).with_name("extraction.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=[row["text"][:50] for row in ROWS])
def test_values_of_a_text(row: dict[str, Any]):
    read = extract(Readable(row["text"], body_source=row.get("source", "body")), KEYWORDS, TODAY)
    evidence = {each.field: each for each in reversed(read.evidence)}
    details = read.details
    found = {
        "policy_number": read.claim.policy_number,
        "date_of_loss": read.claim.date_of_loss,
        "amounts": [str(line.amount) for line in read.claim.lines],
        "currency": read.claim.currency,
        "stated_total": str(read.claim.stated_total) if read.claim.stated_total else None,
        "iban": read.claim.unconfirmed_iban,
        "phones": list(details.phone_numbers) if details else [],
        "address": details.postal_address if details else None,
        "email": details.email_address if details else None,
        "invoice": evidence["invoice_number"].value if "invoice_number" in evidence else None,
        "cases": {e.value: not e.doubt for e in read.evidence if e.field == "case_id"},
        "doubt": "; ".join(read.reasons) or None,
    }
    expected = {name: row[name] for name in found if name in row}
    if expected.get("doubt"):
        assert expected.pop("doubt") in (found["doubt"] or "")
    assert {name: found[name] for name in expected} == expected
    for name, doubt in row.get("value_doubt", {}).items():
        assert doubt in evidence[name].doubt
        assert evidence[name].confidence <= 0.7
    for name, confidence in row.get("least", {}).items():
        assert evidence[name].confidence >= confidence
