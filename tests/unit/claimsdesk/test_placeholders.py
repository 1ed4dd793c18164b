"""Placeholders: what becomes of each, and that an unknown one is never sent."""

from datetime import date

import pytest

from claimsdesk.demo.placeholders import Known, fill_in, references, wanted_notices
from claimsdesk.errors import CommandError

KNOWN = Known(
    today=date(2026, 3, 1),
    case_ids={"first": "C-7K3M-9PQR-T"},
    message_ids={"first": "<m1@example.org>"},
    notice_message_ids={("first", "receipt"): "<notice.1@claimsdesk.example>"},
    fresh={"HH-2024-000123": "HH-2024-512345"}.__getitem__,
)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("{{today}}", "2026-03-01"),
        ("{{today-1d}}", "2026-02-28"),
        ("{{today+14d:%d.%m.%Y}}", "15.03.2026"),
        ("{{ today-60d:%d %B %Y }}", "31 December 2025"),
        ("{{today:%H:%M}}", "00:00"),
        ("Re: [{{case_id:first}}]", "Re: [C-7K3M-9PQR-T]"),
        ("{{message_id:first}}", "<m1@example.org>"),
        ("{{notice_message_id:first:receipt}}", "<notice.1@claimsdesk.example>"),
        ("{{fresh:HH-2024-000123}}.", "HH-2024-512345."),
        ("{{today}} and {{today}}", "2026-03-01 and 2026-03-01"),
        ("p { margin: 0 } {} {{", "p { margin: 0 } {} {{"),
    ],
)
def test_a_placeholder_becomes_its_value(text, becomes):
    assert fill_in(text.encode(), KNOWN, "x.eml") == becomes.encode()


@pytest.mark.parametrize(
    "text", ["{{tomorrow}}", "{{case_id:second}}", "{{case_id}}", "{{today-5w}}", "{{today-d}}"]
)
def test_an_unknown_placeholder_is_an_error_that_names_file_and_placeholder(text):
    with pytest.raises(CommandError, match=r"x\.eml: nothing is known for \{\{"):
        fill_in(text.encode(), KNOWN, "x.eml")


def test_bytes_that_are_no_text_stay_as_they_are():
    assert fill_in(b"\xff\xfe{{today}}\x00", KNOWN, "x") == b"\xff\xfe2026-03-01\x00"


def test_a_contact_waits_for_those_it_names():
    raw = b"{{case_id:a}} {{message_id:b}} {{notice_message_id:c:receipt}} {{today}} {{fresh:d}}"
    assert references(raw) == {"a", "b", "c"}
    assert wanted_notices(raw) == {("c", "receipt")}
