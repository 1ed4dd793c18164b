"""`claimsdesk due`, through the command line as a person types it."""

import json

import pytest
from typer.testing import CliRunner

from claimsdesk.main import app


def ask(*arguments: str) -> dict:
    result = CliRunner().invoke(app, ["due", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


BERLIN = ("--region", "DE-BE", "--hours", "Mo-Fr 08:00-18:00")


@pytest.mark.parametrize(
    ("arguments", "due_at", "warn_at"),
    [
        (["--start", "2026-11-23T17:00", "--business", "4h", "--warn", "1h"],
         "2026-11-24T11:00:00+01:00", "2026-11-24T10:00:00+01:00"),
        (["--start", "2026-11-23T10:00", "--calendar-time", "90min",
          "--pause", "2026-11-23T10:30/2026-11-23T11:30"],
         "2026-11-23T12:30:00+01:00", None),
        # Over a weekend, over Christmas, and over both changes of the clocks
        (["--start", "2026-11-27T17:30", "--business", "1h"], "2026-11-30T08:30:00+01:00", None),
        (["--start", "2026-12-24T17:00", "--business", "2h"], "2026-12-28T09:00:00+01:00", None),
        (["--start", "2027-03-26T17:00", "--business", "2h"], "2027-03-30T10:00:00+02:00", None),
        (["--start", "2027-03-27T12:00", "--calendar-time", "24h"],
         "2027-03-28T13:00:00+02:00", None),
        (["--start", "2026-10-24T12:00", "--calendar-time", "24h"],
         "2026-10-25T11:00:00+01:00", None),
        (["--start", "2026-11-25T09:00", "--calendar-time", "1 month", "--roll"],
         "2026-12-28T23:59:59+01:00", None),
        (["--start", "2026-11-25T09:00", "--calendar-time", "1 month"],
         "2026-12-25T23:59:59+01:00", None),
        (["--start", "2026-11-23T09:00", "--calendar-time", "1 March", "--warn", "28 days"],
         "2027-03-01T23:59:59+01:00", "2027-02-01T17:00:00+01:00"),
        # Pauses that overlap are one; an offset says which instant is meant
        (["--start", "2026-11-23T09:00", "--business", "4h", "--pause",
          "2026-11-23T10:00/2026-11-23T11:00", "--pause", "2026-11-23T10:30/2026-11-23T12:00"],
         "2026-11-23T15:00:00+01:00", None),
        (["--start", "2026-11-23T08:00+00:00", "--business", "1h"],
         "2026-11-23T10:00:00+01:00", None),
        (["--start", "2026-11-23T17:00", "--business", "2h", "--closed", "2026-11-24"],
         "2026-11-25T09:00:00+01:00", None),
    ],
)  # fmt: skip
def test_when_it_is_due(arguments, due_at, warn_at):
    answer = ask(*BERLIN, *arguments)
    assert (answer["due_at"], answer["warn_at"]) == (due_at, warn_at)
    assert answer["explanation"]


def test_a_pause_that_lasts_leaves_nothing_due():
    answer = ask(
        *BERLIN, "--start", "2026-11-23T09:00", "--business", "4h", "--pause", "2026-11-23T10:00/"
    )
    assert (answer["due_at"], answer["state"]) == (None, "paused")


def test_the_desk_s_own_calendar_counts_if_none_is_given():
    assert ask("--start", "2026-11-23T17:00", "--business", "4h")["region"] == "DE-BE"


def test_a_wall_clock_that_jumps_is_told_as_it_stands_then():
    night = ["--calendar-time", "1h", "--hours", "24/7"]
    spring = ask(*night, "--start", "2026-03-29T02:30")["explanation"]
    autumn = ask(*night, "--start", "2026-10-25T02:30")["explanation"]
    assert spring[0].startswith("Sun 29 Mar 2026 03:30: Start.")
    assert autumn[0].startswith("Sun 25 Oct 2026 02:30 CEST: Start.")
    assert autumn[0].endswith("due Sun 25 Oct 2026 02:30 CET.")


def test_it_answers_in_german():
    result = CliRunner().invoke(
        app,
        ["due", *BERLIN, "--start", "2026-11-25T09:00", "--calendar-time", "1 Monat", "--roll",
         "--lang", "de"],
    )  # fmt: skip
    assert result.stdout.splitlines()[0] == "fällig: bis Ende Mo 28.12.2026"
    assert "§ 193 BGB" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "say how long"),
        (["--business", "4h", "--calendar-time", "1 month"], "say how long"),
        (["--business", "2 days"], "write it like 4h"),
        (["--business", "4h", "--roll"], "only a period"),
        (["--calendar-time", "soon"], "no period"),
        (["--business", "4h", "--start", "tomorrow"], "write it like 2026-11-23T17:00"),
        (["--business", "4h", "--pause", "10:00"], "FROM/TO"),
        (["--business", "4h", "--pause", "2026-11-24T10:00/2026-11-23T10:00"], "before it begins"),
        # 02:45 does not exist that night: it is what was to be 03:45
        (["--business", "4h", "--pause", "2026-03-29T02:45/2026-03-29T03:15"], "before it begins"),
        (["--business", "4h", "--hours", "Mo-Fr 18-8"], "opening hours"),
        (["--business", "4h", "--region", "Berlin"], "DE-BE"),
        (["--business", "4h", "--zone", "Mars/Base"], "Europe/Berlin"),
        (["--business", "4h", "--closed", "24.12."], "write it like 2026-12-24"),
        (["--calendar-time", "4 years", "--start", "9998-01-01"], "can't end in the year"),
    ],
)
def test_what_cannot_be_meant_so_is_said(arguments, says):
    result = CliRunner().invoke(app, ["due", *arguments])
    assert result.exit_code == 1
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_interest_shows_its_arithmetic():
    days = ["--due", "2026-01-15", "--applied", "2026-01-10", "--paid", "2026-11-20"]
    result = CliRunner().invoke(app, ["interest", "--amount", "1200.99", *days, "--json"])
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert (answer["interest"], answer["begins"], answer["months"]) == ("12.00", "2026-08-01", 3)
    assert len(answer["explanation"]) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--amount", "12,00", "--applied", "2026-01-10"], "write it like 1234.56"),
        (["--amount", "12.00"], "when the application was complete"),
        (["--amount", "12.00", "--applied", "10.01.2026"], "'10.01.2026' is no day: write it like"),
        (["--amount", "12.00", "--due", "2026-12-01"], "before it was due on 2026-12-01"),
    ],
)
def test_interest_needs_an_amount_and_a_beginning(arguments, says):
    result = CliRunner().invoke(
        app, ["interest", "--due", "2026-01-15", "--paid", "2026-11-20", *arguments]
    )
    assert result.exit_code == 1
    assert says in result.stderr
