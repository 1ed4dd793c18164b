"""Whole mails from subject to proposed intent and claim: rows of `contacts.yaml`."""
# ruff: noqa: E501, RUF005 - rows of tables

import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.domain.decoding import clean
from services.intake.domain.identify import Identified
from services.intake.domain.mail import ParsedMail
from services.intake.domain.normalise import Circumstances, contact_of_mail
from services.intake.domain.quotes import take_apart
from shared.contract.contacts import ContactReceived
from shared.programmes import load_programmes

TODAY = date(2026, 11, 22)
KEYWORDS = load_programmes().benefit_keywords(TODAY)
ROWS = yaml.safe_load(Path(__file__).with_name("contacts.yaml").read_text(encoding="utf-8"))
INTENTS = yaml.safe_load(Path(__file__).with_name("intents.yaml").read_text(encoding="utf-8"))


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


WORDS = st.sampled_from(
    ["450,00 EUR", "EUR", "1.234,56", "€", "- ", "Fahrrad", "gestohlen am", "12.11.2026", "31.02.", "\n", "\t"]
    + ["HH-2024-000123", "IBAN:", "DE89 3704 0044 0532 0130 00", "Rechnung Nr.", "Summe", "2 x", "=", "(", ")"]
    + ["99999999999999999999", "0,00", "-", "on 1 May", "yesterday", "zwölften Mai", "vor 3 Tagen", "Tel. 030 901820", "neue Adresse:", "\U0001f600", "ß", ":", "9" * 40, "Beschwerde"]
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(WORDS, st.text(max_size=10)), max_size=60), st.text(max_size=60))
def test_any_text_gives_a_contact_that_can_be_published(words: list[str], subject: str):
    contact = contact_of(clean(subject), clean(" ".join(words)))
    assert ContactReceived.model_validate_json(contact.model_dump_json()) == contact


@pytest.mark.parametrize(
    "text", ["450 EUR " * 12_000, "1." * 50_000, "- a: 1,00 EUR\n" * 7_000, "am 1.1. " * 12_000]
    + ["wann " * 20_000, "DE" * 50_000, "a, " * 33_000, "1 x " * 25_000, "9" * 100_000]
    + ["5,00\n" * 20_000, "2 a b c à 5 EUR " * 5500, "(0" * 50_000, "neue Adresse A 1 " * 5500],
)  # fmt: skip
def test_no_text_takes_long(text: str):
    began = time.process_time()
    contact_of("", text)
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    ("intent", "text"), [(intent, text) for intent, texts in INTENTS.items() for text in texts]
)
def test_a_short_message_tells_what_its_writer_wants(intent: str, text: str):
    contact = contact_of("", text)
    assert contact.intent == intent, contact.intent_evidence


@pytest.mark.parametrize(
    ("lines", "too_long"), [(20, False), (199, False), (200, True), (900, True)]
)
def test_a_claim_that_is_longer_than_the_desk_reads_goes_to_a_person(lines: int, too_long: bool):
    items = "\n".join(f"- Item {number}: EUR {number + 10}.00" for number in range(lines))
    contact = contact_of("Claim", f"Policy number: HH-2024-000123\n\n{items}\n")
    assert (contact.needs_person is not None) is too_long
