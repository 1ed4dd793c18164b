"""The life of cases on one policy: any events and acts, repeated, refused and out of order.

Whatever happens, only legal transitions happen, every change counts one, no decision is ever
touched again, nothing is approved while something is missing, the system denies nothing, and no
more of a ceiling is given away than there is.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from services.review.domain.advances import with_interim_payment
from services.review.domain.answers import take_answer
from services.review.domain.case import (
    add_contact,
    escalate_overdue,
    return_case,
)
from services.review.domain.correction import Correction, correct
from services.review.domain.known import Known
from services.review.domain.missing import deadline_passed, reminded
from services.review.domain.passing_on import pass_on
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED, CaseState
from shared.contract.contacts import ContactPassedOn, Handover
from shared.contract.departments import DepartmentTaskAnswered
from tests.unit.review.life_acts import PeoplesActs
from tests.unit.review.life_checks import OPEN, OUTCOME_OF, WITH_CLIENT, given_away
from tests.unit.review.life_desk import (
    News,
    has_tasks,
    is_any,
    is_escalated,
    is_open,
    news,
    rarely,
    waits_for_client,
    when,
    which,
)
from tests.unit.review.scenarios import PROGRAMMES


class CaseLife(PeoplesActs):
    """What happens by itself, and what must hold whatever does."""

    @rule(hours=st.sampled_from([1, 30, 24 * 20]))
    def time_passes(self, hours: int) -> None:
        self.desk.now += timedelta(hours=hours)

    @rule(nth=which, brought=news)
    def a_contact_comes(self, nth: int, brought: News) -> None:
        case_id = self.pick(nth, is_any)
        self.happens(
            case_id, lambda case, known: add_contact(case, self.next_contact(brought), known)
        )

    @when(waits_for_client)
    @rule(nth=which, clock=st.sampled_from([reminded, deadline_passed]), late=st.booleans())
    def the_client_s_clock_runs_out(
        self, nth: int, clock: Callable[..., CaseFileUpdated | None], late: bool
    ) -> None:
        case_id = self.pick(nth, waits_for_client)
        deadline = date(2025, 1, 1) if late else self.case_of(case_id).answer_by
        self.happens(case_id, lambda case, known: clock(case, deadline, known))

    @when(is_open)
    @rule(nth=which, clock=st.sampled_from([escalate_overdue, with_interim_payment]))
    def a_clock_runs_out(
        self, nth: int, clock: Callable[[CaseFileUpdated, Known], CaseFileUpdated | None]
    ) -> None:
        case_id = self.pick(nth, is_open)
        self.happens(case_id, clock)

    @when(is_escalated)
    @rule(nth=which)
    def a_supervisor_gives_it_back(self, nth: int) -> None:
        case_id = self.pick(nth, is_escalated)
        self.happens(case_id, lambda case, known: return_case(case, "look again", "sven", known))

    @when(has_tasks)
    @rule(
        nth=which,
        number=st.integers(0, 4),
        status=st.sampled_from(["accepted", "done", "done", "refused", "question", "returned"]),
    )
    def a_department_answers(self, nth: int, number: int, status: str) -> None:
        case_id = self.pick(nth, has_tasks)
        tasks = self.case_of(case_id).tasks
        if not tasks:
            return
        task = tasks[number % len(tasks)]
        answer = DepartmentTaskAnswered.model_validate(
            {
                "task_id": task.task_id,
                "case_id": case_id,
                "department": task.department,
                "status": status,
                "at": self.desk.now,
            }
        )
        self.happens(case_id, lambda case, known: take_answer(case, answer, known))

    @rule(nth=which, number=st.integers(0, 3), happens=rarely)
    def a_contact_is_passed_on(self, nth: int, number: int, happens: bool) -> None:
        if not happens:
            return
        case_id = self.pick(nth, is_any)
        case = self.case_of(case_id)
        passed = ContactPassedOn(
            contact_id=case.contact_ids[number % len(case.contact_ids)],
            received_at=case.opened_at,
            handover=Handover(body="pension", by="rita", at=self.desk.now),
        )
        self.happens(case_id, lambda now, known: pass_on(now, passed, known))

    @rule(paid=st.booleans(), happens=rarely)
    def the_policy_is_corrected(self, paid: bool, happens: bool) -> None:
        if not happens:
            return
        before = self.desk.policy
        after = before.model_copy(
            update={
                "revision": before.revision + 1,
                "first_premium_paid_on": date(2024, 1, 1) if paid else None,
            }
        )
        self.desk.policy = after
        told = Correction(before, after)
        for case_id in list(self.desk.cases):
            self.happens(case_id, lambda case, known: correct(case, told, None, known))

    @precondition(lambda self: hasattr(self, "desk"))
    @invariant()
    def no_more_is_given_away_than_there_is(self) -> None:
        given: dict[str, Decimal] = {}
        for case in self.desk.cases.values():
            reserved = {past.case_id: past for past in self.desk.ledger.others("")}.get(
                case.case_id
            )
            standing = given_away(case)
            total = sum(reserved.benefits.values(), Decimal(0)) if reserved else Decimal(0)
            early = case.advance.amount if case.advance and case.state not in DECIDED else None
            if early:
                assert 0 <= total <= early
            else:
                assert total == sum(standing.values(), Decimal(0))
            for code, amount in standing.items():
                given[code] = given.get(code, Decimal(0)) + amount
        benefits = PROGRAMMES.by_code[self.desk.programme].versions[-1].benefits
        for code, amount in given.items():
            limit = benefits[code].yearly_limit
            assert limit is None or amount <= limit

    @precondition(lambda self: hasattr(self, "desk"))
    @invariant()
    def what_is_decided_says_so_and_waits_for_nobody(self) -> None:
        for case in self.desk.cases.values():
            if case.state in DECIDED:
                assert case.decisions[-1].outcome is OUTCOME_OF[case.state]
            if case.state not in OPEN:
                assert case.proposal is None
            if case.state in (CaseState.APPROVED, CaseState.PARTLY_APPROVED):
                assert all(item.status != "open" for item in case.checklist)
            assert (case.answer_by is not None) == (case.state is WITH_CLIENT)
            codes = [prompt.code for prompt in case.prompts]
            assert len(codes) == len(set(codes))
            assert ("proposal" in codes) == (case.proposal is not None)
            if case.quality_review:
                reviewed = [each.decision_id for each in case.decisions]
                assert case.quality_review.decision_id in reviewed
            assert (case.paid or 0) >= 0


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(
    max_examples=150,
    stateful_step_count=50,
    deadline=None,
)
