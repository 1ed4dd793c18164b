"""No input raises, and every message ends as a contact, a machine's, a report or in the queue.

Generated structures, and the mails of the corpus cut, doubled and mixed up. What our own program
fails on is caught in production and goes to a person; here it is a failure.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from services.intake.arrivals import Arrival, Kept
from services.intake.deciding import KnownToBatch, Outcome, decide
from services.intake.domain.identify import Known, KnownCase
from shared.contract.contacts import Document, DocumentKind
from shared.programmes import Programmes, load_programmes
from tests.support.corpus import corpus
from tests.support.intake_desk import CASE_ID, NOTICE_ID
from tests.support.mail_reading import read

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
KNOWN = KnownToBatch(
    Known({CASE_ID: KnownCase(frozenset({"anna@example.org"}), "K-1")}, {NOTICE_ID: CASE_ID}),
    {"anna@example.org": frozenset({"K-1"})},
)
ORIGINAL = Kept(
    Document(
        document_id="d-1",
        kind=DocumentKind.ORIGINAL,
        media_type="message/rfc822",
        size=1,
        sha256="0" * 64,
    ),
    "mail.eml",
)
FUZZED = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@cache
def programmes() -> Programmes:
    return load_programmes()


def outcome_of(raw: bytes, loop: asyncio.Runner) -> tuple[Outcome, bool]:
    """What intake decides about any bytes, without a program of ours failing on them."""
    with capture_logs() as logs:
        mail = loop.run(read(raw))
        arrival = Arrival("r-1", "c-1", NOW, mail, (ORIGINAL,))
        outcome = decide(arrival, KNOWN, programmes(), NOW, wait=0)
    assert [entry for entry in logs if entry["log_level"] == "error"] == []
    return outcome, mail.scans and outcome.row.verdict is None


def must_end(raw: bytes, loop: asyncio.Runner) -> None:
    outcome, waits_for_scans = outcome_of(raw, loop)
    ends = {"contact", "machine", "delivery_report", "unidentified"}
    assert outcome.row.verdict in ({None} if waits_for_scans else ends)
    for text in (outcome.row.message_id, outcome.row.reason):
        assert "\x00" not in (text or "")
        (text or "").encode()
    if outcome.contact is not None:
        assert "\\u0000" not in outcome.contact.model_dump_json()


HEADERS = st.sampled_from(
    [
        "From: Anna <anna@example.org>", "From: a@b.example, c@d.example", "From:",
        "From: \udcff@x",
        "Subject: =?utf-8?b?S8O8?=", f"Subject: AW: [{CASE_ID}]", "Subject: WG: x", "Subject:",
        "Message-ID: <a@b>", "Message-ID: \x00", "References: <a@b> <", "Precedence: bulk",
        "Auto-Submitted: no (", "Return-Path: <>", "Date: gestern", "X-Loop", "MIME-Version: 1.0",
        "Authentication-Results: mail.claimsdesk.example; dmarc=pass header.from=example.org",
        "Authentication-Results: mail.claimsdesk.example; ((dkim=pass", "Content-Language: xx",
    ]
)  # fmt: skip
TYPES = st.sampled_from(
    [
        "text/plain", "text/html", "text/plain; charset=utf-16", "text/plain; charset=\udcfe",
        "text/html; charset=x", "text/calendar", "image/png; name=Rechnung.png", "image/jpeg",
        "message/delivery-status", "message/disposition-notification", "text/rfc822-headers",
        "application/octet-stream; name*=x''%ff", "application/ms-tnef", "text/plain; name=a.txt",
        "application/xml; name=factur-x.xml", "message/partial", "message/external-body", "x", "/",
    ]
)  # fmt: skip
DISPOSITIONS = st.sampled_from(["inline", "attachment", '"'])
ENCODINGS = st.sampled_from(["", "base64", "quoted-printable", "x-uuencode", "8bit", "nonsense"])
BODIES = st.one_of(
    st.text(max_size=200),
    st.sampled_from(
        [
            "Fahrrad gestohlen am 12.11.2026, HH-2024-000123: 450,00 EUR",
            "Am 12.11.2026 um 10:03 schrieb Claims <a@b.example>:\n> alt",
            "Von: x\nGesendet: y\nAn: z\nBetreff: w\n\nalt", "Ich bin bis zum 20.11. im Urlaub.",
            "<p>Hallo<!--", "<table><tr><td>", "Action: failed\nStatus: 5.1.1", "S8O8", "=ZZ=\n",
            "begin 644 a\n#0V%T\nend", "--b\n\nx\n--b--", "IBAN DE89 3704 0044 0532 0130 00",
        ]
    ),
)  # fmt: skip


@st.composite
def leaf(draw: st.DrawFn) -> str:
    head = f"Content-Type: {draw(TYPES)}"
    if encoding := draw(ENCODINGS):
        head += f"\nContent-Transfer-Encoding: {encoding}"
    if draw(st.booleans()):
        head += f"\nContent-Disposition: {draw(DISPOSITIONS)}"
    return f"{head}\n\n{draw(BODIES)}"


@st.composite
def container(draw: st.DrawFn, parts: st.SearchStrategy[str]) -> str:
    kind = draw(
        st.sampled_from(["mixed", "alternative", "related", "report", "signed", "encrypted"])
    )
    children = draw(st.lists(parts, max_size=4))
    boundary = draw(st.sampled_from(["b", "c", "b b", ""]))
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"'
    end = draw(st.sampled_from([f"--{boundary}--\n", ""]))
    return f"{head}\n\n" + "".join(f"--{boundary}\n{each}\n" for each in children) + end


@st.composite
def carried(draw: st.DrawFn, parts: st.SearchStrategy[str]) -> str:
    headers = draw(st.lists(HEADERS, max_size=3))
    encoding = draw(st.sampled_from(["", "Content-Transfer-Encoding: base64\n"]))
    inner = "\n".join([*headers, draw(parts)])
    return f"Content-Type: message/rfc822\n{encoding}\n{inner}"


PARTS = st.recursive(leaf(), lambda parts: container(parts) | carried(parts), max_leaves=8)


@st.composite
def structured(draw: st.DrawFn) -> bytes:
    headers = draw(st.lists(HEADERS, max_size=8))
    text = "\n".join([*headers, draw(PARTS)])
    raw = text.encode("utf-8", "surrogateescape")
    return raw.replace(b"\n", b"\r\n") if draw(st.booleans()) else raw


SMALL = [mail.raw for mail in corpus() if len(mail.raw) < 20_000 and "winmail" not in mail.name]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    raw = draw(st.sampled_from(SMALL))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 200)))
        raw = draw(
            st.sampled_from(
                [
                    raw[:start] + raw[end:],
                    raw[:end] + raw[start:],
                    raw[:start],
                    raw[:start] + draw(st.binary(max_size=20)) + raw[start:],
                    raw[:start] + draw(st.sampled_from(SMALL))[:2000] + raw[end:],
                    raw[:start] + bytes(byte ^ 0x20 for byte in raw[start:end]) + raw[end:],
                ]
            )
        )
    return raw


@FUZZED
@given(raw=structured())
def test_any_structure_ends_somewhere(raw: bytes, loop: asyncio.Runner):
    must_end(raw, loop)


@FUZZED
@given(raw=mutated())
def test_any_damaged_mail_ends_somewhere(raw: bytes, loop: asyncio.Runner):
    must_end(raw, loop)
