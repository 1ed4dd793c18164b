"""The clocks that the shipped programmes have, on cases as review tells them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.escalation import app
from services.escalation.domain.cases import Case
from services.escalation.domain.clock_rules import (
    ClockRule,
    ClockRuleError,
    Fact,
    must_not_overlap,
)
from services.escalation.domain.clocks import Clock, clocks_of
from services.escalation.domain.explanation import explained
from services.escalation.settings import Settings
from shared.contract import facts as contract
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseKind, CaseState
from shared.contract.contacts import Channel
from shared.contract.decisions import Decision
from shared.contract.departments import Department, DepartmentTask, TaskKind
from shared.contract.facts import (
    AdvanceRequested,
    AnswerOverdue,
    Closed,
    ConsequencesWarned,
    ContactAdded,
    Decided,
    Escalated,
    InformationReceived,
    InformationRequested,
    KindChanged,
    NoticeKind,
    NoticeRequested,
    ObjectionReceived,
    Opened,
    Paid,
    Reopened,
    Returned,
    TaskAnswered,
    TaskRequested,
    Withdrawn,
)
from shared.periods import Period

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def escalation(tmp_path_factory) -> app.App:
    folder = tmp_path_factory.mktemp("escalation")
    (folder / "jwks.json").write_text('{"keys": []}')
    return app.build(
        Settings(
            kafka="127.0.0.1:1",
            database_url=f"sqlite+aiosqlite:///{folder}/escalation.db",
            http_port=0,
            jwks_file=folder / "jwks.json",
            documents_dir=folder,
        )
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BERLIN).astimezone(UTC)


def file(moment: str, fact: contract.Fact, **fields: object) -> CaseFileUpdated:
    return CaseFileUpdated.model_validate(
        {
            "case_id": "C-1",
            "sequence": 2,
            "kind": CaseKind.CLAIM,
            "state": CaseState.WAITING_FOR_PERSON,
            "opened_at": at(moment),
            "updated_at": at(moment),
            "channel": Channel.EMAIL,
            "programme": "household",
            "programme_version": "2020-01",
            "facts": (fact,),
            **fields,
        }
    )


def decisions(outcome: str) -> tuple[Decision, ...]:
    """One of 10.00, or none at all."""
    if not outcome:
        return ()
    fields = {
        "decision_id": "d",
        "outcome": outcome,
        "by": "rita",
        "at": at("11-25T09:00"),
        "approved": "0.00" if outcome == "deny" else "10.00",
        "case_sequence": 1,
    }
    return (Decision.model_validate(fields),)


def case(
    kind: CaseKind, programme: str | None, *told: tuple[str, contract.Fact], decided: str = ""
) -> Case:
    result = None
    for sequence, (moment, fact) in enumerate(told, 1):
        each = file(
            moment,
            fact,
            sequence=sequence,
            kind=kind,
            programme=programme,
            programme_version="2020-01" if programme else None,
            decisions=decisions(decided),
        )
        result = result.with_file(each, f"e{sequence}") if result else Case.of(each, "e1")
    assert result is not None
    return result


def clocks(escalation: app.App, of: Case) -> tuple[Clock, ...]:
    return clocks_of(escalation.rules_of(of), of.facts, escalation.calendar)


def clock_state(escalation: app.App, of: Case, kind: str) -> str:
    (clock,) = [each for each in clocks(escalation, of) if each.rule.kind == kind]
    return clock.current(escalation.calendar).state


def due(escalation: app.App, of: Case) -> dict[str, str]:
    """The open clocks' due times, in Berlin."""
    return {
        clock.rule.kind: f"{due_at.astimezone(BERLIN):%m-%dT%H:%M}"
        for clock in clocks(escalation, of)
        if (due_at := clock.due_at(escalation.calendar)) is not None
        and clock_state(escalation, of, clock.rule.kind) != "stopped"
    }


OPENED = ("11-23T17:00", Opened(contact_id="c1"))
DECIDED = ("11-25T09:00", Decided(decision_id="d"))
ADDED = ContactAdded(contact_id="c2")


def asked_until(day: int) -> InformationRequested:
    return InformationRequested(deadline=date(2026, 12, day))


def test_a_claim_on_an_insurer_s_policy(escalation):
    claim = case(CaseKind.CLAIM, "household", OPENED)
    assert due(escalation, claim) == {
        "first_response": "11-24T11:00",
        "resolution": "11-30T17:00",
        "interim_payment": "12-23T23:59",
    }


def test_a_claim_that_waits_for_its_client_until_the_day_that_they_were_told(escalation):
    claim = case(CaseKind.CLAIM, "household", OPENED, ("11-24T09:00", asked_until(9)))
    assert due(escalation, claim) == {"client_answer": "12-09T23:59"}


@pytest.mark.parametrize(
    ("asked", "until", "reminded"),
    [
        # Four days before the end of Wednesday, 9 December, the desk is closed: Friday before
        ("11-24T09:00", 9, "12-04T17:00"),
        ("12-04T09:00", 9, "12-04T17:00"),
        # Who was asked less than four days before is not reminded at once
        ("12-07T09:00", 9, None),
    ],
)
def test_when_the_client_is_reminded(escalation, asked, until, reminded):
    claim = case(CaseKind.CLAIM, "household", OPENED, (asked, asked_until(until)))
    (answer,) = [clock for clock in clocks(escalation, claim) if clock.rule.kind == "client_answer"]
    assert answer.warn_at(escalation.calendar) == (at(reminded) if reminded else None)


def test_a_named_day_is_explained_with_what_ends_by_it(escalation):
    asked = case(CaseKind.CLAIM, "household", OPENED, ("11-24T09:00", asked_until(8)))
    (clock,) = [each for each in clocks(escalation, asked) if each.rule.kind == "client_answer"]
    ((_, words),) = explained(clock.rule, clock.current(escalation.calendar), BERLIN)
    assert words.de == (
        "Di 24.11.2026 09:00: Es wurde um fehlende Angaben gebeten. "
        "Die Frist läuft bis zu dem genannten Tag. Sie endet mit Di 08.12.2026."
    )
    assert words.en == (
        "Tue 24 Nov 2026 09:00: The client was asked for what is missing. "
        "The time limit runs until the day that was named. It ends with Tue 8 Dec 2026."
    )


def test_a_new_request_moves_the_client_s_day_and_so_does_a_warning(escalation):
    told = [OPENED, ("11-24T09:00", asked_until(9)), ("11-30T09:00", asked_until(14))]
    assert due(escalation, case(CaseKind.CLAIM, "heating-aid", *told))["client_answer"] == (
        "12-14T23:59"
    )
    warned = ConsequencesWarned(deadline=date(2026, 12, 29), by="system")
    claim = case(CaseKind.CLAIM, "heating-aid", *told, ("12-15T00:01", warned))
    assert due(escalation, claim)["client_answer"] == "12-29T23:59"
    (answer,) = [clock for clock in clocks(escalation, claim) if clock.rule.kind == "client_answer"]
    assert [run.overdue(at("12-15T00:00")) for run in answer.runs(escalation.calendar)] == [
        False,
        True,
        False,
    ]


def test_after_the_client_s_time_the_desk_s_goes_on(escalation):
    claim = case(
        CaseKind.CLAIM,
        "household",
        OPENED,
        ("11-23T18:00", asked_until(8)),
        ("12-09T08:00", AnswerOverdue(deadline=date(2026, 12, 8))),
    )
    assert due(escalation, claim) == {
        "resolution": "12-15T17:00",
        "interim_payment": "01-08T23:59",
    }


def test_who_writes_hears_from_us_however_often_they_write(escalation):
    told = [OPENED, ("11-24T09:00", ADDED), ("11-24T17:00", ADDED)]
    claim = case(CaseKind.CLAIM, "household", *told)
    assert due(escalation, claim)["next_update"] == "11-26T09:00"
    news = NoticeRequested(notice_id="n2", notice=NoticeKind.DEPARTMENT_NEWS)
    assert "next_update" not in due(
        escalation, case(CaseKind.CLAIM, "household", *told, ("11-25T09:00", news))
    )


def test_what_is_no_full_answer_needs_no_answer_of_ours_while_the_client_is_asked(escalation):
    asking = NoticeRequested(notice_id="n1", notice=NoticeKind.INFORMATION_REQUEST)
    told = [OPENED, ("11-24T09:00", asked_until(9)), ("11-24T09:00", asking)]
    reminder = NoticeRequested(notice_id="n2", notice=NoticeKind.REMINDER)
    partly = case(
        CaseKind.CLAIM, "household", *told, ("11-25T09:00", reminder), ("11-26T09:00", ADDED)
    )
    assert "next_update" not in due(escalation, partly)
    whole = case(
        CaseKind.CLAIM,
        "household",
        *told,
        ("11-26T09:00", ADDED),
        ("11-26T09:00", InformationReceived()),
    )
    assert due(escalation, whole)["next_update"] == "11-30T09:00"


def test_what_a_supervisor_gave_back_is_not_left_lying(escalation):
    told = [
        OPENED,
        ("12-01T09:00", Escalated(reason="overdue")),
        ("12-01T10:00", Returned(instruction="Bitte den Beleg prüfen.", by="sven")),
    ]
    claim = case(CaseKind.CLAIM, "household", *told)
    assert due(escalation, claim)["after_return"] == "12-03T10:00"
    again = case(CaseKind.CLAIM, "household", *told, ("12-03T10:01", Escalated(reason="overdue")))
    assert clock_state(escalation, again, "after_return") == "stopped"


def test_reopening_restarts_the_service_clocks(escalation):
    reopened = Reopened(reason="new_facts", by="rita")
    claim = case(
        CaseKind.CLAIM, "household", OPENED, DECIDED, ("12-01T10:00", reopened), decided="approve"
    )
    assert due(escalation, claim) == {
        "next_update": "12-03T10:00",
        "resolution": "12-08T10:00",
    }


def test_a_decision_that_is_taken_back_is_to_be_made_again_in_time(escalation):
    withdrawn = Withdrawn(decision_id="d", by="rita")
    claim = case(
        CaseKind.CLAIM, "household", OPENED, DECIDED, ("12-01T10:00", withdrawn), decided="approve"
    )
    assert due(escalation, claim) == {"resolution": "12-08T10:00"}


def test_an_approval_is_paid_in_time_and_a_denial_has_nothing_to_pay(escalation):
    approved = case(CaseKind.CLAIM, "household", OPENED, DECIDED, decided="approve_in_part")
    assert due(escalation, approved) == {"payment": "12-09T23:59"}
    assert due(escalation, case(CaseKind.CLAIM, "household", OPENED, DECIDED, decided="deny")) == {}


def test_a_payment_is_over_when_all_is_paid_and_begins_anew_when_it_comes_back(escalation):
    def paid(moment: str, sequence: int, amount: str, fact: contract.Fact) -> CaseFileUpdated:
        return file(moment, fact, sequence=sequence, paid=amount, decisions=decisions("approve"))

    done = Paid(task_id="t", amount=Decimal(5))
    approved = case(CaseKind.CLAIM, "household", OPENED, DECIDED, decided="approve")
    in_part = approved.with_file(paid("12-01T09:00", 3, "5.00", done), "e3")
    assert due(escalation, in_part) == {"payment": "12-09T23:59"}
    in_full = in_part.with_file(paid("12-02T09:00", 4, "10.00", done), "e4")
    assert due(escalation, in_full) == {}
    back = TaskAnswered(task_id="t", department=Department.PAYMENTS, status="returned")
    returned = in_full.with_file(paid("12-03T09:00", 5, "5.00", back), "e5")
    assert due(escalation, returned) == {"payment": "12-17T23:59"}


def test_who_got_it_all_as_an_advance_has_nothing_to_wait_for(escalation):
    advanced = file(
        "11-25T09:00", DECIDED[1], paid="10.00", decisions=decisions("approve"), sequence=2
    )
    approved = case(CaseKind.CLAIM, "household", OPENED).with_file(advanced, "e2")
    assert "payment" not in due(escalation, approved)


def test_an_application_to_an_agency_never_pauses(escalation):
    application = case(CaseKind.CLAIM, "heating-aid", OPENED, ("11-24T09:00", asked_until(8)))
    # Sunday, 23 May 2027 rolls to Monday
    assert due(escalation, application)["application"] == "05-24T23:59"


@pytest.mark.parametrize(
    ("programme", "kind", "clock", "ends"),
    [
        # Received on Tuesday the 17th, read on Monday the 23rd: the law counts from the receipt
        ("heating-aid", CaseKind.CLAIM, "application", "05-18T23:59"),
        ("household", CaseKind.CLAIM, "interim_payment", "12-17T23:59"),
        (None, CaseKind.COMPLAINT, "complaint_answer", "12-08T23:59"),
        (None, CaseKind.OTHER, "first_response", "11-17T13:00"),
    ],
)
def test_time_counts_since_a_contact_was_received_not_since_its_case_was_made(
    escalation, programme, kind, clock, ends
):
    version = "2020-01" if programme else None
    lay = file(
        "11-23T09:00",
        OPENED[1],
        sequence=1,
        kind=kind,
        programme=programme,
        programme_version=version,
        opened_at=at("11-17T09:00"),
    )
    assert due(escalation, Case.of(lay, "e1"))[clock] == ends


def test_an_objection_of_the_last_day_is_in_time_though_it_was_noted_later(escalation):
    decided = case(CaseKind.CLAIM, "heating-aid", OPENED, DECIDED, decided="deny")
    sent = Fact("decision_sent", at("11-24T12:00"), "n1", happened_on=date(2026, 11, 24))
    noted = at("12-29T10:00")

    def objected(on: date) -> str:
        fact = Fact("objection_received", noted, "n2", happened_on=on)
        of = decided.with_facts([sent, fact])
        (clock,) = [each for each in clocks(escalation, of) if each.rule.kind == "client_objection"]
        run = clock.current(escalation.calendar)
        *_, (_, words) = explained(clock.rule, run, BERLIN)
        return words.de

    assert objected(date(2026, 12, 28)).endswith("Die Frist ist eingehalten: 0 Tage blieben übrig.")
    assert objected(date(2026, 12, 29)).endswith(
        "Die Frist war schon vorbei: Mo 28.12.2026 23:59:59."
    )


def test_an_advance_within_a_calendar_month_of_the_request(escalation):
    requested = AdvanceRequested(requested_on=date(2026, 11, 21))
    application = case(CaseKind.CLAIM, "heating-aid", OPENED, ("11-24T09:00", requested))
    assert due(escalation, application)["advance"] == "12-21T23:59"


def test_an_objection_is_decided_within_three_months(escalation):
    objection = ObjectionReceived(received_on=date(2026, 12, 1), by="rita")
    reopened = Reopened(reason="objection", by="rita")
    application = case(
        CaseKind.CLAIM,
        "heating-aid",
        OPENED,
        DECIDED,
        ("12-02T09:00", objection),
        ("12-02T09:00", reopened),
        decided="deny",
    )
    assert due(escalation, application)["objection_decision"] == "03-01T23:59"


@pytest.mark.parametrize(
    ("told", "served", "objection"),
    [
        # A Tuesday: it counts as served on Saturday, which does not roll
        (["decision_sent 11-24"], "2026-11-28", "2026-12-28"),
        # Received earlier changes nothing, later counts
        (["decision_sent 11-24", "decision_received 11-25"], "2026-11-28", "2026-12-28"),
        (["decision_sent 11-24", "decision_received 12-03"], "2026-12-03", "2027-01-04"),
        (["decision_sent 11-24", "decision_received 11-25", "decision_received 12-03"],
         "2026-12-03", "2027-01-04"),
        # A mail that bounced never arrived; the letter after it does
        (["decision_sent 11-24", "decision_undelivered 11-25"], None, None),
        (["decision_sent 11-24", "decision_undelivered 11-25", "decision_sent 11-26"],
         "2026-11-30", "2026-12-30"),
        # Whoever objects at once has objected
        (["decision_sent 11-24", "objection_received 11-25"], "2026-11-28", None),
        # A wrong notice of the remedy gives a year
        (["decision_sent 11-24", "remedy_notice_missing 12-01"], "2026-11-28", "2027-11-29"),
    ],
)  # fmt: skip
def test_a_decision_counts_as_served_and_the_objection_runs_from_then(
    escalation, told, served, objection
):
    decided = case(CaseKind.CLAIM, "heating-aid", OPENED, DECIDED, decided="deny")
    happened = [
        Fact(name, at(f"{day}T12:00"), f"n{number}", happened_on=date.fromisoformat(f"2026-{day}"))
        for number, (name, day) in enumerate(line.split() for line in told)
    ]
    ends = {
        clock.rule.kind: due_at.astimezone(BERLIN).date().isoformat()
        for clock in clocks(escalation, decided.with_facts(happened))
        if (due_at := clock.due_at(escalation.calendar)) is not None
    }
    assert ends.get("deemed_service") == served
    assert (ends.get("client_objection") or ends.get("client_objection_year")) == objection


@pytest.mark.parametrize(
    ("posted", "served"), [("2024-12-31", "2025-01-03"), ("2025-01-01", "2025-01-05")]
)
def test_what_was_posted_before_2025_counted_as_served_on_the_third_day(escalation, posted, served):
    day = date.fromisoformat(posted)
    sent = Fact("decision_sent", datetime(day.year, day.month, day.day, 12, tzinfo=UTC), "n")
    (rule,) = [
        rule for rule in escalation.rules_of(case(CaseKind.CLAIM, "heating-aid", OPENED))
        if rule.kind == "deemed_service"
    ]  # fmt: skip
    (clock,) = clocks_of([rule], [sent], escalation.calendar)
    due_at = clock.due_at(escalation.calendar)
    assert due_at.astimezone(BERLIN).date().isoformat() == served


def test_the_soonest_day_of_several_departments_counts_until_all_have_answered(escalation):
    def told(*days: int) -> CaseFileUpdated:
        return file(
            "11-24T09:00",
            TaskRequested(task_id="t1", department=Department.PAYMENTS, kind=TaskKind.PAY),
            tasks=tuple(task(f"t{number}", day) for number, day in enumerate(days)),
        )

    def answered(*tasks: DepartmentTask) -> CaseFileUpdated:
        answer = TaskAnswered(task_id="t0", department=Department.PAYMENTS, status="done")
        return file("12-03T09:00", answer, tasks=tasks, sequence=3)

    def task(task_id: str, day: int, status: str = "requested") -> DepartmentTask:
        return DepartmentTask.model_validate(
            {
                "task_id": task_id,
                "department": "payments",
                "kind": "pay",
                "status": status,
                "requested_at": at("11-24T09:00"),
                "due_on": date(2026, 12, day),
            }
        )

    opened = case(CaseKind.CLAIM, "household", OPENED)
    waiting = opened.with_file(told(10, 2), "e2")
    assert due(escalation, waiting)["department_answer"] == "12-02T23:59"
    one_left = waiting.with_file(answered(task("t0", 10), task("t1", 2, "done")), "e3")
    assert due(escalation, one_left)["department_answer"] == "12-10T23:59"
    # The one that is late stays so, once, whoever else answers.
    still_late = waiting.with_file(answered(task("t0", 10, "done"), task("t1", 2)), "e3")
    (clock,) = [
        each for each in clocks(escalation, still_late) if each.rule.kind == "department_answer"
    ]
    assert len(clock.runs(escalation.calendar)) == 1
    asks_back = waiting.with_file(
        answered(task("t0", 10, "question"), task("t1", 2, "refused")), "e3"
    )
    assert clock_state(escalation, asks_back, "department_answer") == "stopped"


def test_a_complaint_has_the_desk_s_published_times_and_its_yearly_report(escalation):
    acknowledged = NoticeRequested(notice_id="n1", notice=NoticeKind.COMPLAINT_ACKNOWLEDGED)
    complaint = case(CaseKind.COMPLAINT, None, OPENED)
    assert due(escalation, complaint) == {
        "first_response": "11-24T11:00",
        "resolution": "11-30T17:00",
        "complaint_acknowledgement": "11-25T17:00",
        "complaint_answer": "12-14T23:59",
        "complaint_report": "03-01T23:59",
    }
    answered = case(CaseKind.COMPLAINT, None, OPENED, ("11-24T08:00", acknowledged))
    assert "complaint_acknowledgement" not in due(escalation, answered)
    closed = case(CaseKind.COMPLAINT, None, OPENED, ("11-24T08:00", Closed()))
    assert due(escalation, closed) == {"complaint_report": "03-01T23:59"}
    dropped = KindChanged(before=CaseKind.COMPLAINT, after=CaseKind.OTHER, by="rita")
    no_complaint = case(CaseKind.COMPLAINT, None, OPENED, ("11-24T08:00", dropped))
    assert due(escalation, no_complaint).keys() == {"first_response", "resolution"}


def test_each_statutory_clock_names_its_law_and_only_the_desk_s_own_lateness_escalates(escalation):
    rules = [rule for rules in escalation.programme_rules.values() for rule in rules]
    assert all(rule.name for rule in rules)
    assert {rule.kind for rule in rules if not rule.escalates} == {
        "client_answer",
        "department_answer",
        "complaint_report",
        "interim_payment",
        "deemed_service",
        "client_objection",
        "client_objection_year",
    }
    assert {rule.law for rule in rules} >= {
        "VVG §14(1)",
        "VVG §14(2)",
        "SGG §88(1)",
        "SGG §88(2)",
        "SGG §84(1)",
        "SGG §66(2)",
        "SGB I §42(1)",
        "SGB X §37(2)",
    }


def test_a_time_limit_by_days_is_explained_in_both_languages(escalation):
    decided = case(CaseKind.CLAIM, "heating-aid", OPENED, DECIDED, decided="deny")
    happened = [
        Fact("decision_sent", at("11-24T12:00"), "n1"),
        Fact("decision_received", at("12-04T12:00"), "n2", happened_on=date(2026, 12, 3)),
    ]
    told = {
        clock.rule.kind: [
            (words.de, words.en)
            for run in clock.runs(escalation.calendar)
            for _, words in explained(clock.rule, run, BERLIN)
        ]
        for clock in clocks(escalation, decided.with_facts(happened))
    }
    assert told["deemed_service"] == [
        (
            (
                "Di 24.11.2026 12:00: Die Entscheidung wurde abgesandt. Die Frist von 4 Tagen "
                "beginnt; dieser Tag zählt nicht mit (§ 187 Abs. 1 BGB). Sie endet mit "
                "Sa 28.11.2026."
            ),
            (
                "Tue 24 Nov 2026 12:00: The decision was sent. The period of 4 days begins; "
                "this day does not count (section 187(1) BGB). It ends with Sat 28 Nov 2026."
            ),
        ),
        (
            (
                "Do 03.12.2026: Die Entscheidung ging tatsächlich zu. Weil dieser Tag später ist, "
                "zählt er. Sie endet mit Do 03.12.2026."
            ),
            (
                "Thu 3 Dec 2026: The decision really arrived. Because this day is later, it "
                "counts. It ends with Thu 3 Dec 2026."
            ),
        ),
    ]
    assert told["client_objection"][0][1] == (
        "Thu 3 Dec 2026: The decision counts as served. The period of 1 month begins; this day "
        "does not count (section 187(1) BGB). Sun 3 Jan 2027 is a Saturday, Sunday or public "
        "holiday: it ends with Mon 4 Jan 2027 (section 193 BGB, section 26(3) SGB X)."
    )


def rule(**changes: object) -> ClockRule:
    sound = {"kind": "served", "target": Period(4, "day"), "starts": ("a",), "stops": ("b",)}
    return ClockRule(**{**sound, **changes})


def test_a_rule_that_changed_holds_from_its_day():
    before = rule(target=Period(3, "day"), valid_until=date(2024, 12, 31))
    since = rule(valid_from=date(2025, 1, 1))
    must_not_overlap([since, before])
    assert [before.holds_on(date(2024, 12, 31)), since.holds_on(date(2024, 12, 31))] == [
        True,
        False,
    ]
    assert [before.holds_on(date(2025, 1, 1)), since.holds_on(date(2025, 1, 1))] == [False, True]
    with pytest.raises(ClockRuleError, match="two rules hold"):
        must_not_overlap([since, rule(valid_until=date(2025, 1, 1))])


def test_each_shipped_clock_has_its_story_here(escalation):
    told = Path(__file__).read_text(encoding="utf-8")
    kinds = {rule.kind for rules in escalation.programme_rules.values() for rule in rules}
    assert sorted(kind for kind in kinds if f'"{kind}"' not in told) == []
