"""Claims of clients' systems: what they may hold, whom they may speak for."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.intake.domain.identify import KnownCase, Suspicion
from services.intake.domain.web_claim import (
    Submission,
    WebClaim,
    checked_document,
    identify_submission,
)
from services.intake.submitting import vouched_client
from shared.auth import Actor
from shared.contract.contacts import Intent
from shared.errors import Forbidden, RuleViolation
from shared.ids import derived_case_id

CASE = derived_case_id("a case")
OF_ANNA = {CASE: KnownCase(correspondents=frozenset({"anna@example.org"}), client_id="K-1")}


def claim(**fields: Any) -> WebClaim:
    return WebClaim.model_validate({"text": "x", **fields})


@pytest.mark.parametrize(
    ("client", "case", "cases", "suspicion"),
    [
        ("K-1", None, {}, None),
        (None, None, {}, None),
        ("K-1", CASE, OF_ANNA, None),
        ("K-2", CASE, OF_ANNA, Suspicion.UNKNOWN_SENDER),
        (None, CASE, OF_ANNA, Suspicion.UNAUTHENTICATED),
        ("K-1", CASE, {}, Suspicion.UNKNOWN_CASE),
        ("K-1", CASE, {CASE: KnownCase()}, Suspicion.UNKNOWN_SENDER),
    ],
)
def test_a_system_is_known_for_its_own_clients_cases_only(
    client: str | None,
    case: str | None,
    cases: dict[str, KnownCase],
    suspicion: Suspicion | None,
):
    sent = Submission(sent_by="portal", client_id=client, claim=claim(case_id=case))
    found = identify_submission(sent, cases)
    assert (found.case_id, found.client_id, found.suspicion) == (case, client, suspicion)


@pytest.mark.parametrize(
    ("acts_for", "named", "vouched"),
    [
        ({"K-1"}, "K-1", "K-1"),
        ({"K-1"}, None, "K-1"),
        ({"K-1", "K-2"}, "K-2", "K-2"),
        ({"K-1", "K-2"}, None, None),
        (set(), None, None),
    ],
)
def test_a_system_vouches_for_the_clients_that_its_token_names(
    acts_for: set[str], named: str | None, vouched: str | None
):
    system = Actor("portal", "Portal", frozenset({"client_system"}), frozenset(acts_for))
    assert vouched_client(claim(client_id=named), system) == vouched


@pytest.mark.parametrize("acts_for", [set(), {"K-2"}])
def test_for_another_client_it_may_not_speak(acts_for: set[str]):
    system = Actor("portal", "Portal", frozenset({"client_system"}), frozenset(acts_for))
    with pytest.raises(Forbidden, match="may not act"):
        vouched_client(claim(client_id="K-1"), system)


def test_what_names_a_case_is_a_reply_unless_it_says_otherwise():
    assert claim().means is Intent.CLAIM
    assert claim(case_id=CASE).means is Intent.REPLY
    assert claim(case_id=CASE, intent="complaint").means is Intent.COMPLAINT


def test_an_empty_claim_is_refused():
    with pytest.raises(ValidationError, match="text or at least one line"):
        WebClaim.model_validate({"policy_number": "HH-2024-000123"})


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"<?xml version='1.0'?><Invoice/>", "application/xml"),
        ("<?xml version='1.0'?><x/>".encode("utf-16"), "application/xml"),
    ],
)
def test_a_document_is_what_its_bytes_say(data: bytes, media_type: str):
    assert checked_document("a.exe", data, 1000).media_type == media_type


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-" + b"x" * 1000, "file_too_large"),
        (b"MZ\x90\x00", "file_type"),
        (b"PK\x03\x04 a word file", "file_type"),
        (b"<script>alert(1)</script>", "file_type"),
    ],
)
def test_what_the_desk_does_not_open_is_refused(data: bytes, code: str):
    with pytest.raises(RuleViolation) as refused:
        checked_document("rechnung.pdf", data, 1000)
    assert refused.value.code == code
