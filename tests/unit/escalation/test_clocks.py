"""Clocks of a case: worked examples, the ways of a clock, and what must hold for every history."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.escalation.domain.clock_rules import Act, ClockRule, ClockRuleError, Fact
from services.escalation.domain.clocks import Clock, clocks_of
from shared.calendar import BusinessCalendar
from shared.periods import NamedDay, Period, end_of_day

BERLIN = ZoneInfo("Europe/Berlin")
DESK = BusinessCalendar.of("Mo-Fr 08:00-18:00", region="DE-BE")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

FIRST_RESPONSE = ClockRule(
    kind="first_response",
    target=4 * HOUR,
    warn_before=HOUR,
    starts=("opened",),
    stops=("information_requested", "decided", "closed"),
)
RESOLUTION = ClockRule(
    kind="resolution",
    target=10 * HOUR,
    warn_before=2 * HOUR,
    starts=("opened",),
    pauses=("information_requested",),
    resumes=("information_received", "escalated"),
    stops=("decided", "closed"),
    restarts=("reopened",),
)
HOTLINE = ClockRule(
    kind="resolution",
    target=90 * MINUTE,
    calendar="always",
    starts=("opened",),
    pauses=("information_requested",),
    resumes=("information_received",),
    stops=("decided",),
)
MONTH = ClockRule(
    kind="interim_payment",
    target=Period(1, "month"),
    rolls=True,
    warn_before=72 * HOUR,
    starts=("opened",),
    pauses=("information_requested",),
    resumes=("information_received",),
    stops=("decided",),
)
ANSWER = ClockRule(
    kind="client_answer",
    target=NamedDay(),
    warn_before=48 * HOUR,
    starts=(),
    restarts=("information_requested",),
    stops=("information_received", "decided"),
)
SERVICE = ClockRule(
    kind="deemed_service",
    target=Period(4, "day"),
    starts=(),
    restarts=("decided",),
    puts_off=("assessed",),
    stops=("reopened",),
    ends_as="served",
)
OBJECTION = ClockRule(
    kind="objection",
    target=Period(1, "month"),
    rolls=True,
    starts=(),
    restarts=("served",),
    stops=("reopened",),
)


def at(text: str) -> datetime:
    """Read `23T10:00` as Monday, 23 November 2026 in Berlin, in UTC."""
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=BERLIN).astimezone(UTC)


def history(*told: str) -> list[Fact]:
    """Read facts like `opened 23T10:00`; each has an event of its own."""
    facts = []
    for place, line in enumerate(told):
        name, moment = line.split()
        facts.append(Fact(name, at(moment), event_id=f"{name}@{moment}", place=(place, 0)))
    return facts


def clock(rule: ClockRule, *told: str) -> Clock:
    (result,) = clocks_of((rule,), history(*told), DESK)
    return result


def test_four_business_hours_from_monday_17_are_due_on_tuesday_11():
    first_response = clock(FIRST_RESPONSE, "opened 23T17:00")
    assert first_response.due_at(DESK) == at("24T11:00")
    assert first_response.warn_at(DESK) == at("24T10:00")


def test_ninety_minutes_around_the_clock_wait_for_the_client():
    hotline = clock(
        HOTLINE,
        "opened 23T10:00",
        "information_requested 23T10:30",
        "information_received 23T11:30",
    )
    assert hotline.due_at(DESK) == at("23T12:30")
    assert hotline.warn_at(DESK) is None


@pytest.mark.parametrize(
    ("told", "due", "warning"),
    [
        ([], None, None),
        (["assessed 23T08:00"], None, None),
        (["opened 23T08:00"], "23T18:00", "23T16:00"),
        # A wait stops it, an answer lets it go on; repeating either changes nothing
        (["opened 23T08:00", "information_requested 23T12:00"], None, None),
        (["opened 23T08:00", "information_requested 23T12:00", "information_received 24T12:00"],
         "24T18:00", "24T16:00"),
        (["opened 23T08:00", "information_requested 23T12:00", "information_requested 23T13:00",
          "information_received 24T12:00", "information_received 24T14:00"],
         "24T18:00", "24T16:00"),
        (["opened 23T08:00", "information_received 23T12:00"], "23T18:00", "23T16:00"),
        (["opened 23T08:00", "information_requested 23T12:00", "escalated 23T13:00"],
         "24T09:00", "23T17:00"),
        # Two waits add up; nights and weekends of a wait cost nothing
        (["opened 27T08:00", "information_requested 27T10:00", "information_received 27T11:00",
          "information_requested 27T12:00", "information_received 30T09:00"],
         "30T16:00", "30T14:00"),
        # A wait that began before the clock
        (["information_requested 20T12:00", "opened 23T08:00"], None, None),
        (["information_requested 20T12:00", "opened 23T08:00", "information_received 23T10:00"],
         "24T10:00", "24T08:00"),
        (["information_requested 20T12:00", "information_received 20T13:00", "opened 23T08:00"],
         "23T18:00", "23T16:00"),
        # Less time left than the warning wants: it warns at once, while the desk is open
        (["opened 23T08:00", "information_requested 23T17:00", "information_received 24T12:00"],
         "24T13:00", "24T12:00"),
        (["opened 23T08:00", "information_requested 23T17:00", "information_received 24T20:00"],
         "25T09:00", "25T08:00"),
        # Exactly used up is not overdue, a wait after the due date comes too late
        (["opened 23T08:00", "information_requested 23T18:00"], None, None),
        (["opened 23T08:00", "information_requested 23T18:01"], "23T18:00", "23T16:00"),
        (["opened 23T08:00", "information_requested 24T09:00", "information_received 24T10:00"],
         "23T18:00", "23T16:00"),
        # Stopped in time nothing is due, stopped late it stays overdue
        (["opened 23T08:00", "decided 23T17:00"], None, None),
        (["opened 23T08:00", "decided 23T18:00"], None, None),
        (["opened 23T08:00", "decided 23T18:01"], "23T18:00", "23T16:00"),
        (["opened 23T08:00", "decided 23T17:00", "information_received 23T17:30"], None, None),
        (["opened 23T08:00", "information_requested 23T09:00", "decided 25T09:00"], None, None),
        # Reopening starts anew, whatever was before
        (["opened 23T08:00", "decided 23T17:00", "reopened 25T10:00"], "26T10:00", "26T08:00"),
        (["opened 23T08:00", "reopened 23T10:00"], "24T10:00", "24T08:00"),
        (["opened 23T08:00", "information_requested 23T09:00", "reopened 23T10:00"],
         "24T10:00", "24T08:00"),
        (["opened 23T08:00", "opened 23T10:00"], "23T18:00", "23T16:00"),
        # A start after a stop is a new run too
        (["opened 23T08:00", "closed 23T10:00", "opened 23T12:00"], "24T12:00", "24T10:00"),
    ],
)  # fmt: skip
def test_when_it_is_due(told, due, warning):
    resolution = clock(RESOLUTION, *told)
    assert resolution.due_at(DESK) == (due and at(due))
    assert resolution.warn_at(DESK) == (warning and at(warning))


def test_facts_of_one_event_happen_in_their_order():
    facts = [
        Fact("opened", at("23T08:00"), "e1", (1, 0)),
        Fact("information_requested", at("23T09:00"), "e2", (2, 0)),
        # The answer came, and something is still missing.
        Fact("information_received", at("23T10:00"), "e3", (3, 0)),
        Fact("information_requested", at("23T10:00"), "e3", (3, 2)),
    ]
    (resolution,) = clocks_of((RESOLUTION,), facts, DESK)
    run = resolution.current(DESK)
    assert run.state == "paused"
    assert [(pause.since, pause.until) for pause in run.pauses] == [
        (at("23T09:00"), at("23T10:00")),
        (at("23T10:00"), None),
    ]


def test_each_run_stands_for_itself():
    overdue, running = clock(
        RESOLUTION, "opened 23T08:00", "decided 24T09:00", "reopened 25T10:00"
    ).runs(DESK)
    assert (overdue.started_at, overdue.stopped_at) == (at("23T08:00"), at("24T09:00"))
    assert (overdue.state, overdue.due_at) == ("stopped", at("23T18:00"))
    assert (overdue.overdue(at("23T18:00")), overdue.overdue(at("23T18:01"))) == (False, True)
    assert (running.state, running.started_by) == ("running", "reopened@25T10:00")


def test_a_run_cut_short_by_a_restart_is_due_no_more():
    cut_short, _ = clock(RESOLUTION, "opened 23T08:00", "reopened 23T10:00").runs(DESK)
    assert (cut_short.state, cut_short.due_at) == ("stopped", None)


def test_it_says_why_it_is_due_then():
    steps = clock(
        RESOLUTION,
        "opened 23T08:00",
        "assessed 23T08:01",
        "information_requested 23T12:00",
        "information_received 24T12:00",
        "decided 24T17:30",
    ).explain(DESK)
    assert [(step.act, step.fact.event_id, step.remaining, step.due_at) for step in steps] == [
        (Act.START, "opened@23T08:00", 10 * HOUR, at("23T18:00")),
        (Act.PAUSE, "information_requested@23T12:00", 6 * HOUR, None),
        (Act.RESUME, "information_received@24T12:00", 6 * HOUR, at("24T18:00")),
        (Act.STOP, "decided@24T17:30", 30 * MINUTE, None),
    ]


def test_a_pause_names_its_reason():
    (pause,) = (
        clock(RESOLUTION, "opened 23T08:00", "information_requested 23T12:00").current(DESK).pauses
    )
    assert (pause.reason, pause.event_id) == (
        "information_requested",
        "information_requested@23T12:00",
    )


def test_a_clock_that_never_started_explains_nothing():
    assert clock(RESOLUTION, "assessed 23T08:00").explain(DESK) == ()


def test_each_rule_reads_the_same_facts_its_own_way():
    first_response, resolution = clocks_of(
        (FIRST_RESPONSE, RESOLUTION),
        history("opened 23T08:00", "information_requested 23T09:00"),
        DESK,
    )
    assert first_response.current(DESK).state == "stopped"
    assert resolution.current(DESK).state == "paused"


def test_a_changed_rule_or_calendar_moves_open_clocks():
    longer = ClockRule("resolution", 12 * HOUR, starts=("assessed",), stops=("decided",))
    after = clock(longer, "opened 23T08:00", "assessed 23T09:00")
    assert after.due_at(DESK) == at("24T11:00")
    assert after.due_at(BusinessCalendar.of("Mo-Fr 09:00-22:00")) == at("23T21:00")


@pytest.mark.parametrize(
    "changes",
    [
        {"target": timedelta()},
        {"warn_before": -MINUTE},
        {"starts": ()},
        {"pauses": ("opened",)},
        {"resumes": ("decided",)},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(changes):
    sound = {"kind": "x", "target": HOUR, "starts": ("opened",), "stops": ("decided",)}
    with pytest.raises(ClockRuleError, match="clock 'x'"):
        ClockRule(**{**sound, **changes})


def test_every_order_of_arrival_gives_the_same_clock():
    facts = history(
        "opened 23T08:00",
        "information_requested 23T09:00",
        "information_received 23T12:00",
        "decided 24T09:00",
        "reopened 24T10:00",
    )
    expected = clocks_of((RESOLUTION,), facts, DESK)
    for arrival in permutations(facts):
        assert clocks_of((RESOLUTION,), arrival, DESK) == expected


NAMES = (
    "opened", "information_requested", "information_received", "decided", "reopened", "assessed"
)  # fmt: skip


def fact_of_a_case(name: str, minutes: int, place: int, event: int) -> Fact:
    day = date(2026, 11, 20) + timedelta(days=minutes % 23 + place)
    return Fact(
        name,
        at("20T06:00") + minutes * MINUTE,
        f"event {event}",
        (place, 0),
        happened_on=day if name == "assessed" else None,
        ends_on=day if name == "information_requested" else None,
    )


facts_of_a_case = st.builds(
    fact_of_a_case,
    st.sampled_from(NAMES),
    st.integers(0, 200).map(lambda step: step * 45),
    st.integers(0, 2),
    st.integers(0, 5),
)
histories = st.lists(facts_of_a_case, max_size=9)
rules = st.sampled_from([FIRST_RESPONSE, RESOLUTION, HOTLINE])
every_rule = (FIRST_RESPONSE, RESOLUTION, HOTLINE, MONTH, ANSWER, SERVICE, OBJECTION)


@given(histories, st.randoms())
def test_neither_order_nor_repetition_of_facts_matters(facts, random):
    arrival = facts + random.sample(facts, len(facts) // 2)
    random.shuffle(arrival)
    told, expected = clocks_of(every_rule, arrival, DESK), clocks_of(every_rule, facts, DESK)
    assert told == expected
    assert [clock.runs(DESK) for clock in told] == [clock.runs(DESK) for clock in expected]


@given(histories)
def test_until_a_named_day_it_is_that_day_and_a_run_ends_where_the_next_begins(facts):
    (answer,) = clocks_of((ANSWER,), facts, DESK)
    runs = answer.runs(DESK)
    for run in runs:
        named = end_of_day(run.start.ends_on, BERLIN)
        ended_in_time = run.stopped_at is not None and run.stopped_at <= named
        assert run.due_at == (None if ended_in_time else named)
    for run, following in pairwise(runs):
        assert run.stopped_at <= following.started_at


@given(histories)
def test_an_objection_runs_from_service_which_a_real_receipt_only_makes_later(facts):
    presumed = [fact for fact in facts if fact.name != "assessed"]
    (before,) = clocks_of((SERVICE,), presumed, DESK)
    service, objection = clocks_of((SERVICE, OBJECTION), facts, DESK)
    for early, late in zip(before.runs(DESK), service.runs(DESK), strict=True):
        if early.due_at and late.due_at:
            assert late.due_at >= early.due_at
    served = [run.due_at for run in service.runs(DESK) if run.due_at]
    assert served == [end_of_day(run.start.happened_on, BERLIN) for run in objection.runs(DESK)]


@given(st.sampled_from([RESOLUTION, HOTLINE, MONTH]), histories, facts_of_a_case)
def test_a_pause_never_makes_a_clock_due_or_warn_earlier(rule, facts, some_fact):
    pause = Fact("information_requested", some_fact.at, "the pause", some_fact.place)
    (without,) = clocks_of((rule,), facts, DESK)
    (paused,) = clocks_of((rule,), [*facts, pause], DESK)
    never = datetime.max.replace(tzinfo=UTC)
    for before, after in zip(without.runs(DESK), paused.runs(DESK), strict=True):
        assert (after.due_at or never) >= (before.due_at or never)
        assert (after.warn_at or never) >= (before.warn_at or never)


@given(rules, histories)
def test_a_run_counts_exactly_its_target_outside_its_pauses(rule, facts):
    calendar = DESK if rule.calendar == "business" else BusinessCalendar.of("24/7")
    (result,) = clocks_of((rule,), facts, DESK)
    for run in result.runs(DESK):
        if run.due_at is not None:
            paused = sum(
                (calendar.between(pause.since, pause.until) for pause in run.pauses), timedelta()
            )
            assert calendar.between(run.started_at, run.due_at) - paused == rule.target
            assert run.warn_at is None or run.started_at <= run.warn_at <= run.due_at
