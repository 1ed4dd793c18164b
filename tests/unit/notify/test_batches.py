"""Print batches: cut-off times, weights and classes, the manifest's words."""

import json
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from services.notify.adapters.data_files import postage_tables
from services.notify.domain.batches import (
    Batch,
    BatchLetter,
    checksums_of,
    file_of,
    from_json,
    last_cutoff,
    manifest_of,
    to_json,
)
from services.notify.domain.postage import TooHeavy, sheets_of, weigh
from shared.contract.base import utc
from tests.support.notify_desk import PROGRAMMES

DAY = date(2026, 11, 23)
CALENDAR = PROGRAMMES.desk.calendar.business


def a_letter(number: int = 0, **fields: object) -> BatchLetter:
    values: dict = {
        "file": f"n-{number}.pdf",
        "notice_id": f"n-{number}",
        "run": 1,
        "case_id": "C-1",
        "kind": "receipt",
        "language": "de",
        "dated": "2026-11-23",
        "pages": 2,
        "sheets": 1,
        "duplex": True,
        "grams": "9.49",
        "postage": "standard",
        "abroad": False,
        "enclosures": ("reply_sheet",),
        "document_id": "d",
    }
    return BatchLetter(**{**values, **fields})


@pytest.mark.parametrize(
    ("pages", "duplex", "sheets"), [(1, True, 1), (2, True, 1), (3, True, 2), (3, False, 3)]
)
def test_sheets(pages: int, duplex: bool, sheets: int):
    assert sheets_of(pages, duplex=duplex) == sheets


@pytest.mark.parametrize(
    ("sheets", "grams", "postage"),
    [
        (1, "9.49", "standard"),
        (3, "19.47", "standard"),
        (4, "24.46", "compact"),
        (8, "44.42", "compact"),
        (9, "64.91", "large"),
        (90, "469.10", "large"),
        (97, "504.03", "maxi"),
    ],
)
def test_the_class_is_the_lightest_that_takes_it(sheets: int, grams: str, postage: str):
    found = weigh(sheets, postage_tables(), DAY)
    assert (found.grams, found.postage) == (Decimal(grams), postage)


def test_an_enclosure_of_the_provider_counts():
    assert weigh(3, postage_tables(), DAY, enclosed_grams=Decimal(5)).postage == "compact"


@pytest.mark.parametrize(("sheets", "on"), [(300, DAY), (1, date(2019, 12, 31))])
def test_what_no_class_takes_is_for_a_person(sheets: int, on: date):
    with pytest.raises(TooHeavy):
        weigh(sheets, postage_tables(), on)


@pytest.mark.parametrize(
    ("now", "cutoff"),
    [
        # Monday 23 November 2026, winter time in Berlin.
        (utc(2026, 11, 23, 10, 29), (20, 16, 0)),
        (utc(2026, 11, 23, 10, 30), (23, 11, 30)),
        (utc(2026, 11, 23, 14, 59), (23, 11, 30)),
        (utc(2026, 11, 23, 15, 0), (23, 16, 0)),
        (utc(2026, 11, 22, 23, 30), (20, 16, 0)),
        (utc(2026, 11, 21, 20, 0), (20, 16, 0)),
    ],
)
def test_the_last_cut_off(now: datetime, cutoff: tuple[int, int, int]):
    found = last_cutoff(now, (time(11, 30), time(16)), CALENDAR)
    assert found
    assert (found.day, found.hour, found.minute) == cutoff


def test_without_cut_offs_there_is_none():
    assert last_cutoff(utc(2026, 11, 23), (), CALENDAR) is None


def test_a_public_holiday_has_no_cut_off():
    found = last_cutoff(utc(2026, 12, 26, 20), (time(16),), CALENDAR)
    assert found
    assert found.day == 24


def test_the_manifest_says_the_same_every_time_and_nothing_of_ours():
    letters = (a_letter(1), a_letter(2, postage="standard_abroad", abroad=True, sheets=2, pages=4))
    batch = Batch("2026-11-23-1", utc(2026, 11, 23, 15), letters)
    sums = {letter.file: "ab" * 32 for letter in letters}
    told = manifest_of(batch, sums, dict.fromkeys(sums, 7))
    assert told == manifest_of(batch, sums, dict.fromkeys(sums, 7))
    body = json.loads(told)
    assert (body["letters"], body["sheets"], body["pages"]) == (2, 3, 6)
    assert body["postage"] == {"standard": 1, "standard_abroad": 1}
    assert body["items"][1]["abroad"] is True
    assert body["items"][0]["sha256"] == "ab" * 32
    assert body["items"][0]["enclosures"] == ["reply_sheet"]
    assert b"document_id" not in told
    assert checksums_of({"b": "2", "a": "1"}) == b"1  a\n2  b\n"


def test_a_closed_batch_is_what_it_was():
    letters = (a_letter(1), a_letter(2, enclosures=()))
    assert from_json(to_json(letters)) == letters
    assert (file_of("n", 1), file_of("n", 2)) == ("n.pdf", "n-2.pdf")
