"""What a case's clocks have still to tell, and when."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.escalation.domain.cases import Case
from services.escalation.domain.clock_rules import ClockRule, Fact
from services.escalation.domain.signals import Alarm, Told
from services.escalation.domain.timetable import Timetable, reckon
from shared.calendar import ALWAYS
from shared.contract.base import utc
from shared.contract.cases import CaseState

START = utc(2026, 11, 23, 9)
MINUTE = timedelta(minutes=1)
ANSWER = ClockRule(
    "first_response", 30 * MINUTE, ("opened",), ("decided",), warn_before=10 * MINUTE
)
UPDATE = ClockRule("update", 60 * MINUTE, ("contact_added",), ("notice_requested",))


def case(*told: tuple[str, int]) -> Case:
    facts = tuple(
        Fact(name, START + minute * MINUTE, f"event {place}", (place, 0))
        for place, (name, minute) in enumerate(told)
    )
    state = CaseState.WAITING_FOR_PERSON
    return Case("C1", len(told), state, None, None, (), frozenset(), facts)


def table(a_case: Case, told: dict[str, Told] | None = None, *rules: ClockRule) -> Timetable:
    return reckon(a_case, told or {}, rules or (ANSWER, UPDATE), ALWAYS)


def in_short(timetable: Timetable) -> list[tuple[str, int, str, int]]:
    return [
        (signal.kind, signal.run, signal.alarm.name, (signal.at - START) // MINUTE)
        for signal in timetable.signals
    ]


def test_in_the_order_of_time():
    timetable = table(case(("opened", 0), ("contact_added", 5)))
    assert in_short(timetable) == [
        ("first_response", 1, "WARNED", 20),
        ("first_response", 1, "BREACHED", 30),
        ("update", 1, "BREACHED", 65),
    ]
    assert timetable.fires_at == START + 20 * MINUTE


def test_each_once():
    at_first = table(case(("opened", 0)))
    due, after = at_first.split(START + 21 * MINUTE)
    assert [signal.alarm for signal in due] == [Alarm.WARNED]
    assert after.fires_at == START + 30 * MINUTE
    told = {line.kind: line.told for line in after.lines}
    assert told["first_response"] == Told(warned=1, breached=0)
    assert table(at_first.case, told).signals == after.signals


def test_at_the_very_instant_it_is_not_yet_overdue():
    due, _ = table(case(("opened", 0))).split(START + 30 * MINUTE)
    assert [signal.alarm for signal in due] == [Alarm.WARNED]


def test_every_run_tells_its_own():
    history = case(
        ("contact_added", 0), ("notice_requested", 70), ("contact_added", 80), ("opened", 80)
    )
    timetable = table(history, {"update": Told(breached=0)})
    assert [signal for signal in in_short(timetable) if signal[0] == "update"] == [
        ("update", 1, "BREACHED", 60),
        ("update", 2, "BREACHED", 140),
    ]
    known = table(history, {"update": Told(breached=1)})
    assert [signal for signal in in_short(known) if signal[0] == "update"] == [
        ("update", 2, "BREACHED", 140),
    ]


def test_a_clock_that_the_programme_dropped_is_silent_but_remembers():
    told = {"update": Told(breached=1)}
    timetable = table(case(("opened", 0), ("contact_added", 0)), told, ANSWER)
    (dropped,) = [line for line in timetable.lines if line.kind == "update"]
    assert (dropped.state, dropped.due_at, dropped.told) == ("dropped", None, Told(breached=1))
    assert {kind for kind, *_ in in_short(timetable)} == {"first_response"}


names = st.sampled_from(["opened", "decided", "contact_added", "notice_requested"])
histories = st.lists(st.tuples(names, st.integers(0, 200)), max_size=8)


@given(histories, st.lists(st.integers(0, 300), max_size=5))
def test_however_often_it_is_looked_at_the_same_is_told_once(history, looks):
    whole, _ = table(case(*history)).split(START + 400 * MINUTE)
    told: dict[str, Told] = {}
    bit_by_bit = []
    for look in [*sorted(looks), 400]:
        due, after = table(case(*history), told).split(START + look * MINUTE)
        bit_by_bit += due
        told = {line.kind: line.told for line in after.lines}
    assert bit_by_bit == list(whole)
