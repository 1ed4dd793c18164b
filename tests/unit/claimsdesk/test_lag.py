"""What lag is, and how it is told."""

import json

import pytest

from claimsdesk.lag import ReaderLag, lag_lines


def reader(partition=0, *, first=0, end=10, committed=None, age=None, group="claimsdesk-review"):
    return ReaderLag(group, "claims.contacts.v1", partition, first, end, committed, age)


@pytest.mark.parametrize(
    ("first", "end", "committed", "lag", "lost"),
    [
        (0, 10, 4, 6, 0),
        (0, 10, 10, 0, 0),
        (0, 10, None, 10, 0),
        (3, 10, None, 7, 0),
        (5, 10, 2, 5, 3),
        (0, 10, 12, 0, 0),
        (0, 0, None, 0, 0),
    ],
)
def test_lag_is_what_can_still_be_read_and_lost_what_can_not(first, end, committed, lag, lost):
    measured = reader(first=first, end=end, committed=committed)
    assert (measured.lag, measured.lost) == (lag, lost)


def test_no_committed_offset_is_said_and_differs_from_being_up_to_date():
    said = list(lag_lines([reader(end=0)], as_json=False))
    assert said == ["claimsdesk-review  claims.contacts.v1  no committed offset"]
    (line,) = lag_lines([reader(committed=10)], as_json=False)
    assert line.endswith("up to date")


def test_a_partition_that_is_behind_is_told_with_its_oldest_record():
    found = [reader(0, committed=10), reader(1, committed=4, age=3725.5), reader(2, age=86_400)]
    assert list(lag_lines(found, as_json=False)) == [
        "claimsdesk-review  claims.contacts.v1  lag 16",
        "    partition 1: end 10, committed 4, lag 6, oldest unread 1 h 2 min",
        "    partition 2: end 10, no committed offset, lag 10, oldest unread 1 d",
    ]


def test_what_the_log_forgot_unread_is_told():
    lines = list(lag_lines([reader(first=5, committed=2, end=5)], as_json=False))
    assert "3 forgotten by the log unread" in lines[1]


def test_json_holds_every_partition_and_one_line_when_watched():
    (line,) = lag_lines([reader(committed=4), reader(1)], as_json=True, in_one_line=True)
    said = json.loads(line)["readers"]
    assert [(one["partition"], one["committed"], one["lag"]) for one in said] == [
        (0, 4, 6),
        (1, None, 10),
    ]
