"""Whole mails from subject to proposed intent and claim: rows of `contacts.yaml`."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.intake.domain.identify import Identified
from services.intake.domain.mail import ParsedMail
from services.intake.domain.normalise import Circumstances, contact_of_mail
from services.intake.domain.quotes import take_apart
from shared.contract.contacts import ContactReceived
from shared.programmes import load_programmes

TODAY = date(2026, 11, 22)
KEYWORDS = load_programmes().benefit_keywords(TODAY)
ROWS = yaml.safe_load(Path(__file__).with_name("contacts.yaml").read_text(encoding="utf-8"))


def contact_of(subject: str, text: str) -> ContactReceived:
    around = Circumstances("c", datetime(2026, 11, 22, 9, tzinfo=UTC), TODAY, KEYWORDS)
    mail = ParsedMail(subject=subject, text=text)
    return contact_of_mail(mail, take_apart(text, subject), [], Identified(), around)


@pytest.mark.parametrize("row", ROWS, ids=[row["subject"] or "letter" for row in ROWS])
def test_a_contact_is_read_as_a_person_would(row: dict[str, Any]):
    contact = contact_of(row["subject"], row["text"])
    assert contact.intent == row["intent"], contact.intent_evidence
    assert contact.language == row["language"]
    if "lines" in row:
        assert contact.claim is not None
        assert contact.claim.policy_number == row["policy_number"]
        day = contact.claim.date_of_loss
        assert (day and day.isoformat()) == row["date_of_loss"]
        read = [[each.description, str(each.amount), each.benefit] for each in contact.claim.lines]
        assert read == row["lines"]
        total = contact.claim.stated_total
        assert (str(total) if total else None) == row.get("stated_total")
