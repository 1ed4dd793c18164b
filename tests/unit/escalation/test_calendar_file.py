"""A calendar file replaces the desk's hours, or says what is wrong with it."""

from pathlib import Path

import pytest

from services.escalation.adapters.calendar_file import read_calendar
from shared.contract.base import utc
from shared.opening_hours import CalendarError


def test_hours_zone_region_and_closed_days(tmp_path: Path):
    file = tmp_path / "calendar.yaml"
    file.write_text(
        "zone: Europe/Berlin\nhours: Mo-Su 00:00-24:00\nregion: DE-BE\nclosed: [2026-12-24]\n",
        encoding="utf-8",
    )
    calendar = read_calendar(file)
    assert calendar.is_open(utc(2026, 12, 23, 12))
    assert not calendar.is_open(utc(2026, 12, 24, 12))
    assert not calendar.is_open(utc(2026, 12, 25, 12))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zone: Europe/Berlin\n", "hours: Field required"),
        ("zone: Europe/Nowhere\nhours: 24/7\n", "no time zone 'Europe/Nowhere'"),
        ("zone: Europe/Berlin\nhours: whenever\n", "opening hours 'whenever'"),
        ("zone: Europe/Berlin\nhours: 24/7\nopen: yes\n", "open: Extra inputs"),
        ("zone: [\n", "can't be read"),
        ("zone: Europe/Berlin\nhours: 24/7\nclosed: [2026-13-01]\n", "month value is outside"),
        ("", "file: Input should be a valid"),
        (None, "can't be read"),
    ],
)
def test_a_mistake_names_the_file_and_what_is_wrong(tmp_path: Path, text: str | None, said: str):
    file = tmp_path / "calendar.yaml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(CalendarError) as raised:
        read_calendar(file)
    assert str(file) in str(raised.value)
    assert said in str(raised.value)
