"""Which dead letters there are, and which may go back together."""

from types import SimpleNamespace

import pytest

from claimsdesk.dead_letters import Place, letters_in, marker_headers, plan_replay
from claimsdesk.repairing import choosing, list_lines, listed, shown

TOPIC = "claims.contacts.v1"


def dead(offset, key, source, *, partition=0, source_partition=3, topic=TOPIC, headers=()):
    return SimpleNamespace(
        topic=f"{topic}.dlt",
        partition=partition,
        offset=offset,
        key=key.encode(),
        value=b'{"name": "Erika"}',
        timestamp=1_700_000_000_000 + offset * 1000,
        headers=[
            *headers,
            ("ce_type", b"claims.contact.received.v1"),
            ("dlt_topic", topic.encode()),
            ("dlt_partition", str(source_partition).encode()),
            ("dlt_offset", str(source).encode()),
            ("dlt_reason", b"the handler failed"),
            ("dlt_exception", b"ZeroDivisionError"),
        ],
    )


def marker(letter, offset, verdict="replayed", reason=""):
    return SimpleNamespace(
        topic=f"{letter.topic}.dlt",
        partition=letter.place.partition,
        offset=offset,
        key=letter.key,
        value=b"",
        timestamp=1_700_000_100_000,
        headers=list(marker_headers(letter, verdict, reason)),
    )


def at(*offsets):
    return choosing(None, None, [Place(0, offset) for offset in offsets])


def every(_letter):
    return True


def sources(plan):
    return [[letter.source.offset for letter in letters] for letters in plan.keys]


def test_a_key_goes_back_in_the_order_of_its_topic_whoever_set_it_aside_when():
    letters = letters_in([dead(0, "a", 9), dead(1, "b", 4), dead(2, "a", 5), dead(3, "a", 7)])
    assert sorted(sources(plan_replay(letters, every))) == [[4], [5, 7, 9]]


def test_after_widening_the_partition_that_was_set_aside_first_goes_first():
    letters = letters_in(
        [
            dead(0, "a", 90, source_partition=3),
            dead(1, "a", 91, source_partition=3),
            dead(2, "a", 2, source_partition=1),
        ]
    )
    assert sources(plan_replay(letters, every)) == [[90, 91, 2]]


def test_a_part_of_a_key_stays_and_it_is_said_what_is_missing():
    letters = letters_in([dead(0, "a", 5), dead(1, "a", 7), dead(2, "b", 6)])
    plan = plan_replay(letters, at(1, 2))
    assert sources(plan) == [[6]]
    (held,) = plan.held_back
    assert (held.key, held.missing) == (b"a", (Place(0, 0),))
    assert sources(plan_replay(letters, at(0, 1))) == [[5, 7]]
    (earlier_alone,) = plan_replay(letters, at(0)).held_back
    assert earlier_alone.missing == (Place(0, 1),)


@pytest.mark.parametrize("verdict", ["replayed", "dropped"])
def test_what_was_handled_is_left_out_and_frees_the_rest_of_its_key(verdict):
    records = [dead(0, "a", 5), dead(1, "a", 7)]
    first = letters_in(records)[0]
    letters = letters_in([*records, marker(first, 2, verdict, "a test")])
    assert letters[0].handled.verdict == verdict
    assert letters[0].handled.reason == "a test"
    assert sources(plan_replay(letters, at(1))) == [[7]]


def test_a_record_that_two_readers_set_aside_goes_back_once_and_both_are_marked():
    letters = letters_in([dead(0, "a", 5), dead(1, "a", 5)])
    plan = plan_replay(letters, at(1))
    assert sources(plan) == [[5]]
    assert [copy.place.offset for copy in plan.copies[TOPIC, Place(0, 0)]] == [1]


def test_equal_keys_and_places_of_two_topics_are_two():
    records = [dead(0, "a", 5), dead(0, "a", 5, topic="claims.clocks.v1")]
    letters = letters_in(records)
    plan = plan_replay(letters, every)
    assert [len(letters) for letters in plan.keys] == [1, 1]
    marked = letters_in([*records, marker(letters[0], 1)])
    assert [letter.handled is None for letter in marked] == [False, True]


def test_a_record_that_came_with_our_headers_is_neither_a_marker_nor_put_elsewhere():
    forged = [("dlt_handled", b"dropped"), ("dlt_place", b"0:0"), ("dlt_partition", b"77")]
    letters = letters_in([dead(0, "a", 5), dead(1, "b", 6, headers=forged)])
    assert [letter.handled for letter in letters] == [None, None]
    assert letters[1].source == Place(3, 6)
    assert letters[1].headers == (("ce_type", b"claims.contact.received.v1"),)


def test_a_marker_without_a_place_is_a_dead_letter_that_stays():
    record = dead(0, "a", 5)
    record.headers = [("dlt_handled", b"dropped"), ("dlt_place", b"everything")]
    (letter,) = letters_in([record])
    assert (letter.handled, letter.source) == (None, None)


def test_without_a_source_place_nothing_of_the_key_goes_back():
    record = dead(0, "a", 5)
    record.headers = [("ce_type", b"x")]
    letters = letters_in([record, dead(1, "a", 7)])
    (held,) = plan_replay(letters, every).held_back
    assert held.missing == (Place(0, 0),)


@pytest.mark.parametrize(
    ("reason", "key", "chosen"),
    [
        ("handler", None, True),
        ("ZeroDivisionError", None, True),
        ("ZeroDiv", None, False),
        (None, "a", True),
        (None, "b", False),
        ("handler", "b", False),
    ],
)
def test_who_is_meant_by_reason_and_key(reason, key, chosen):
    (letter,) = letters_in([dead(0, "a", 5)])
    assert choosing(reason, key, [])(letter) is chosen


@pytest.mark.parametrize("text", ["", "5", ":", "a:1", "1:", "-1:2", "1:2:3", "1.0:2"])
def test_what_is_no_place(text):
    with pytest.raises(ValueError, match="PARTITION:OFFSET"):
        Place.parse(text)


def test_a_list_counts_by_topic_and_reason():
    (group,) = listed(letters_in([dead(0, "a", 5), dead(1, "b", 7)]))
    assert (group["topic"], group["count"], group["exception"]) == (TOPIC, 2, "ZeroDivisionError")
    assert group["first"] < group["last"]
    lines = "\n".join(list_lines([group], as_json=False))
    assert f"{TOPIC}: 2 × the handler failed" in lines
    assert "0:1  key b" in lines


def test_content_is_shown_only_when_asked_for_and_never_steers_the_terminal():
    record = dead(0, "a\x1b[2J", 5, headers=[("x-client", b"Erika")])
    (letter,) = letters_in([record])
    masked = "\n".join(shown(letter, with_content=False))
    assert "Erika" not in masked
    assert "source     3:5" in masked
    assert "\x1b" not in masked
    assert r"a\x1b[2J" in masked
    assert '{"name": "Erika"}' in "\n".join(shown(letter, with_content=True))
