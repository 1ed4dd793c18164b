"""The life of cases on one policy: any events and acts, repeated, refused and out of order.

Whatever happens, only legal transitions happen, every change counts one, no decision is ever
touched again, nothing is approved while something is missing, the system denies nothing, and no
more of a ceiling is given away than there is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.review.domain.advances import (
    AdvanceDecision,
    AdvanceRequest,
    InterimPaymentOffer,
    ask_for_advance,
    decide_advance,
    offer_interim_payment,
    with_interim_payment,
)
from services.review.domain.amounts import decided_lines, is_full
from services.review.domain.answers import take_answer
from services.review.domain.case import (
    add_contact,
    escalate_overdue,
    open_case,
    return_case,
)
from services.review.domain.correction import Correction, correct
from services.review.domain.decisions import DecisionRequest, decide
from services.review.domain.kinds import KindRequest, change_kind
from services.review.domain.known import Known
from services.review.domain.ledger import Ledger
from services.review.domain.missing import WarningRequest, deadline_passed, reminded, warn
from services.review.domain.passing_on import pass_on
from services.review.domain.prompts import PromptCode, done
from services.review.domain.proposals import ConfirmRequest, RejectRequest, confirm, reject
from services.review.domain.quality import QualityRequest, review
from services.review.domain.reassessment import assessed_as_known, kept_current, reassessed
from services.review.domain.reopening import ReopenRequest, WithdrawRequest, reopen, withdraw
from services.review.domain.requests import CloseRequest, close_request
from services.review.domain.tasking import TaskByHand, TaskCancel, cancel_task, set_task
from services.review.domain.waivers import ReceiptRequest, WaiverRequest, receive, waive
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED, CaseKind, CaseState
from shared.contract.contacts import ContactPassedOn, ContactReceived, Handover, Intent
from shared.contract.decisions import Decision, DecisionOutcome
from shared.contract.departments import DepartmentTaskAnswered, TaskKind
from shared.contract.facts import Decided, PromptDone, Prompted
from shared.contract.people import PersonChanged
from shared.contract.reference import PolicyChanged
from shared.errors import DeskError
from tests.unit.review.desk import (
    AUDITOR,
    RITA,
    SENTA,
    SVEN,
    TINA,
    Somebody,
    client,
    contact,
    policy,
)
from tests.unit.review.scenarios import PROGRAMMES

_NUMBER = "HH-2024-000001"
_CASES = ("C-2222-2222-2", "C-3333-3333-3", "C-4444-4444-4")
_START = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
_OLGA = Somebody("olga", frozenset({"supervisor"}))
_PEOPLE = (RITA, RITA, SENTA, SENTA, SVEN, SVEN, _OLGA, _OLGA, TINA, AUDITOR)
_BENEFITS = {
    "household": ("glass", "glass", "fire", "unknown"),
    "heating-aid": ("heating_costs", "heating_costs", "heating_repair", "unknown"),
}
_AMOUNTS = ("40.00", "200.00", "950.00", "1400.00", "950.00", "3000.00")
_REASONS = ("lacks_information", "not_necessary", "limit_per_claim", "not_necessary", "made_up")

_CLIENT, _PERSON, _DEPARTMENT = (
    CaseState.WAITING_FOR_CLIENT,
    CaseState.WAITING_FOR_PERSON,
    CaseState.WAITING_FOR_DEPARTMENT,
)
_OPEN = {_CLIENT, _PERSON, _DEPARTMENT, CaseState.ESCALATED}
_LEGAL = {
    _CLIENT: {_PERSON, _DEPARTMENT, CaseState.ESCALATED, CaseState.CLOSED, *DECIDED},
    _PERSON: {_CLIENT, _DEPARTMENT, CaseState.ESCALATED, CaseState.CLOSED, *DECIDED},
    _DEPARTMENT: {_CLIENT, _PERSON, CaseState.ESCALATED, CaseState.CLOSED, *DECIDED},
    CaseState.ESCALATED: {_PERSON, CaseState.CLOSED, *DECIDED},
    CaseState.APPROVED: {_PERSON},
    CaseState.PARTLY_APPROVED: {_PERSON},
    CaseState.DENIED: {_PERSON},
    CaseState.CLOSED: {_PERSON},
}
"""Where a case may go from where it is; staying is always legal."""

_OUTCOME_OF = {
    CaseState.APPROVED: DecisionOutcome.APPROVE,
    CaseState.PARTLY_APPROVED: DecisionOutcome.APPROVE_IN_PART,
    CaseState.DENIED: DecisionOutcome.DENY,
}

rarely = st.sampled_from([False, False, False, True])
"""What leads many cases to the same end is left out more often than not."""
which = st.integers(0, 9)
"""Which of the cases to which something may happen; 9: any, so that it happens out of order too."""
people = st.sampled_from(_PEOPLE)
_EVERYTHING = {"invoice", "police_report", "photo"}
kinds = st.just(_EVERYTHING) | st.sets(st.sampled_from(sorted(_EVERYTHING)))
intents = st.sampled_from([Intent.CLAIM] * 4 + [Intent.PAYMENT_DELAY, Intent.COMPLAINT])
_News = tuple[list[tuple[int, str]], set[str], str | None]
lines = st.tuples(st.integers(0, 3), st.sampled_from(_AMOUNTS))
keyed_by = st.sampled_from([None, None, None, "rita", "senta"])
news: st.SearchStrategy[_News] = st.tuples(st.lists(lines, max_size=3), kinds, keyed_by)
claims: st.SearchStrategy[_News] = st.tuples(
    st.lists(lines, min_size=1, max_size=2), st.just(_EVERYTHING), keyed_by
)
_Change = Callable[[CaseFileUpdated, Known], CaseFileUpdated | None]
_Wanted = Callable[[CaseFileUpdated], bool]


def _is_any(_case: CaseFileUpdated) -> bool:
    return True


def _is_open(case: CaseFileUpdated) -> bool:
    return case.state in _OPEN


def _is_open_claim(case: CaseFileUpdated) -> bool:
    return _is_open(case) and case.kind is CaseKind.CLAIM


def _is_open_request(case: CaseFileUpdated) -> bool:
    return _is_open(case) and case.kind is not CaseKind.CLAIM


def _is_settled(case: CaseFileUpdated) -> bool:
    return not _is_open(case)


def _is_decided(case: CaseFileUpdated) -> bool:
    return case.state in DECIDED


def _is_drawn(case: CaseFileUpdated) -> bool:
    return case.quality_review is not None and case.quality_review.result == "open"


def _is_escalated(case: CaseFileUpdated) -> bool:
    return case.state is CaseState.ESCALATED


def _has_proposal(case: CaseFileUpdated) -> bool:
    return case.proposal is not None


def _has_prompts(case: CaseFileUpdated) -> bool:
    return bool(case.prompts)


def _has_tasks(case: CaseFileUpdated) -> bool:
    return bool(case.tasks)


def _lacks_something(case: CaseFileUpdated) -> bool:
    return _is_open(case) and any(item.status == "open" for item in case.checklist)


def _waits_for_client(case: CaseFileUpdated) -> bool:
    return case.state is _CLIENT


def _when(wanted: _Wanted) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule that only makes sense when there is such a case."""
    return precondition(lambda self: any(wanted(case) for case in self.desk.cases.values()))


@dataclass
class _Desk:
    """One policy, its cases, its ledger and the clock."""

    programme: str
    now: datetime = _START
    cases: dict[str, CaseFileUpdated] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=lambda: Ledger(_NUMBER))
    policy: PolicyChanged = field(default_factory=policy)

    def known(self, case_id: str, person: Somebody | None = None) -> Known:
        colleague = None
        if person is SENTA:
            colleague = PersonChanged(
                person_id="senta",
                name="Senta",
                authority={self.programme: Decimal("1000.00")},
                revision=1,
            )
        return Known(
            PROGRAMMES,
            self.now,
            client(confirmed_iban="DE89370400440532013000"),
            self.policy,
            self.ledger.others(case_id),
            colleague=colleague,
        )


class CaseLife(RuleBasedStateMachine):
    """What may happen to cases, and what must hold whatever does."""

    @initialize(
        programme=st.sampled_from(sorted(_BENEFITS)),
        contacts=st.tuples(claims, claims, news),
        intents=st.tuples(st.just(Intent.CLAIM), st.just(Intent.CLAIM), intents),
    )
    def start(
        self, programme: str, contacts: tuple[_News, ...], intents: tuple[Intent, ...]
    ) -> None:
        self.desk = _Desk(programme, policy=policy(programme=programme))
        self.contacts = 0
        for case_id, brought, intent in zip(_CASES, contacts, intents, strict=True):
            opening = self._contact(brought, intent=intent)
            self._note(case_id, None, open_case(opening, case_id, self.desk.known(case_id)))

    # -- what happens --------------------------------------------------------------------------

    @rule(hours=st.sampled_from([1, 30, 24 * 20]))
    def time_passes(self, hours: int) -> None:
        self.desk.now += timedelta(hours=hours)

    @rule(nth=which, brought=news)
    def a_contact_comes(self, nth: int, brought: _News) -> None:
        case_id = self._pick(nth, _is_any)
        self._happens(case_id, lambda case, known: add_contact(case, self._contact(brought), known))

    @_when(_is_open_claim)
    @rule(
        nth=which,
        person=people,
        outcome=st.sampled_from(list(DecisionOutcome)),
        reasons=st.lists(st.sampled_from(_REASONS), min_size=1, max_size=2) | st.just([]),
        share=st.sampled_from([None, None, "0", "0.3", "1", "1.1"]),
        stale=st.sampled_from([0, 0, 0, 1, -1]),
    )
    def somebody_decides(
        self,
        nth: int,
        person: Somebody,
        outcome: DecisionOutcome,
        reasons: list[str],
        share: str | None,
        stale: int,
    ) -> None:
        case_id = self._pick(nth, _is_open_claim)
        case = self._case(case_id)
        wish = self._wish(case, outcome, reasons, share, stale)
        self._act(case_id, person, lambda now, known: decide(now, wish, person, known))

    @_when(_is_open_claim)
    @rule(nth=which, person=people, wanted=st.sampled_from(["approve", "approve", "deny"]))
    def somebody_decides_what_was_assessed(self, nth: int, person: Somebody, wanted: str) -> None:
        case_id = self._pick(nth, _is_open_claim)
        case = self._case(case_id)
        if case.assessment is None:
            return
        outcome = DecisionOutcome(wanted)
        if outcome is DecisionOutcome.APPROVE and not is_full(
            case, decided_lines(case, outcome, None)
        ):
            outcome = DecisionOutcome.APPROVE_IN_PART
        wish = self._wish(case, outcome, ("not_necessary",), None, 0)
        self._act(case_id, person, lambda now, known: decide(now, wish, person, known))

    @_when(_has_proposal)
    @rule(nth=which, person=people, agrees=st.booleans())
    def somebody_judges_a_proposal(self, nth: int, person: Somebody, agrees: bool) -> None:
        case_id = self._pick(nth, _has_proposal)
        sequence = self._case(case_id).sequence
        if agrees:
            yes = ConfirmRequest(sequence=sequence)
            self._act(case_id, person, lambda case, known: confirm(case, yes, person, known))
        else:
            no = RejectRequest(sequence=sequence, comment="not yet")
            self._act(case_id, person, lambda case, known: reject(case, no, person, known))

    @_when(_is_settled)
    @rule(
        nth=which,
        person=people,
        reason=st.sampled_from(["new_facts", "objection", "error"]),
    )
    def somebody_opens_it_again(self, nth: int, person: Somebody, reason: str) -> None:
        case_id = self._pick(nth, _is_settled)
        day = PROGRAMMES.desk.local_day(self.desk.now) if reason == "objection" else None
        wish = ReopenRequest.model_validate(
            {
                "sequence": self._case(case_id).sequence,
                "reason": reason,
                "comment": "again",
                "received_on": day,
            }
        )
        self._act(case_id, person, lambda case, known: reopen(case, wish, person, known))

    @_when(_is_decided)
    @rule(nth=which, person=people)
    def somebody_takes_a_decision_back(self, nth: int, person: Somebody) -> None:
        case_id = self._pick(nth, _is_decided)
        wish = WithdrawRequest(sequence=self._case(case_id).sequence, comment="a mistake")
        self._act(case_id, person, lambda case, known: withdraw(case, wish, person, known))

    @_when(_is_drawn)
    @rule(nth=which, person=people, result=st.sampled_from(["passed", "failed"]))
    def somebody_reviews_a_decision(self, nth: int, person: Somebody, result: str) -> None:
        case_id = self._pick(nth, _is_drawn)
        said = QualityRequest.model_validate({"result": result, "comment": "seen"})
        self._act(case_id, person, lambda case, known: review(case, said, person, known))

    @_when(_has_prompts)
    @rule(nth=which, person=people, number=st.integers(0, 4))
    def somebody_looks(self, nth: int, person: Somebody, number: int) -> None:
        case_id = self._pick(nth, _has_prompts)
        prompts = self._case(case_id).prompts
        code = PromptCode(prompts[number % len(prompts)].code) if prompts else PromptCode.PROPOSAL
        self._act(case_id, person, lambda case, known: done(case, code, person, None, known))

    @_when(_lacks_something)
    @rule(nth=which, person=people, number=st.integers(0, 4), arrives=st.booleans())
    def somebody_closes_an_item(
        self, nth: int, person: Somebody, number: int, arrives: bool
    ) -> None:
        case_id = self._pick(nth, _lacks_something)
        checklist = self._case(case_id).checklist
        if not checklist:
            return
        item = checklist[number % len(checklist)].item
        if arrives:
            noted = ReceiptRequest(note="by phone")
            self._act(
                case_id, person, lambda case, known: receive(case, item, noted, person, known)
            )
        else:
            why = WaiverRequest(reason="it burnt")
            self._act(case_id, person, lambda case, known: waive(case, item, why, person, known))

    @_when(_lacks_something)
    @rule(nth=which, person=people)
    def somebody_warns_the_client(self, nth: int, person: Somebody) -> None:
        case_id = self._pick(nth, _lacks_something)
        wish = WarningRequest()
        self._act(case_id, person, lambda case, known: warn(case, wish, person, known))

    @_when(_waits_for_client)
    @rule(nth=which, clock=st.sampled_from([reminded, deadline_passed]), late=st.booleans())
    def the_client_s_clock_runs_out(
        self, nth: int, clock: Callable[..., CaseFileUpdated | None], late: bool
    ) -> None:
        case_id = self._pick(nth, _waits_for_client)
        deadline = date(2025, 1, 1) if late else self._case(case_id).answer_by
        self._happens(case_id, lambda case, known: clock(case, deadline, known))

    @_when(_is_open)
    @rule(nth=which, clock=st.sampled_from([escalate_overdue, with_interim_payment]))
    def a_clock_runs_out(
        self, nth: int, clock: Callable[[CaseFileUpdated, Known], CaseFileUpdated | None]
    ) -> None:
        case_id = self._pick(nth, _is_open)
        self._happens(case_id, clock)

    @_when(_is_escalated)
    @rule(nth=which)
    def a_supervisor_gives_it_back(self, nth: int) -> None:
        case_id = self._pick(nth, _is_escalated)
        self._happens(case_id, lambda case, known: return_case(case, "look again", "sven", known))

    @_when(_is_open_claim)
    @rule(nth=which, person=people, amount=st.sampled_from(["0", "30", "500"]))
    def somebody_grants_an_advance(self, nth: int, person: Somebody, amount: str) -> None:
        case_id = self._pick(nth, _is_open_claim)
        case = self._case(case_id)
        day = PROGRAMMES.desk.local_day(self.desk.now)
        if self.desk.programme == "household":
            offer = InterimPaymentOffer(sequence=case.sequence, amount=Decimal(amount) or None)
            self._act(
                case_id, person, lambda now, known: offer_interim_payment(now, offer, person, known)
            )
        elif case.advance is None:
            asked = AdvanceRequest(requested_on=day)
            self._act(
                case_id, person, lambda now, known: ask_for_advance(now, asked, person, known)
            )
        else:
            granted = AdvanceDecision(
                sequence=case.sequence, amount=Decimal(amount), words="as asked"
            )
            self._act(
                case_id, person, lambda now, known: decide_advance(now, granted, person, known)
            )

    @_when(_has_tasks)
    @rule(
        nth=which,
        number=st.integers(0, 4),
        status=st.sampled_from(["accepted", "done", "done", "refused", "question", "returned"]),
    )
    def a_department_answers(self, nth: int, number: int, status: str) -> None:
        case_id = self._pick(nth, _has_tasks)
        tasks = self._case(case_id).tasks
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
        self._happens(case_id, lambda case, known: take_answer(case, answer, known))

    @rule(nth=which, person=people, kind=st.sampled_from(list(TaskKind)))
    def somebody_asks_a_department(self, nth: int, person: Somebody, kind: TaskKind) -> None:
        case_id = self._pick(nth, _is_any)
        wish = TaskByHand(sequence=self._case(case_id).sequence, kind=kind, words="please")
        self._act(case_id, person, lambda case, known: set_task(case, wish, person, known))

    @_when(_has_tasks)
    @rule(nth=which, person=people, number=st.integers(0, 4))
    def somebody_calls_a_task_back(self, nth: int, person: Somebody, number: int) -> None:
        case_id = self._pick(nth, _has_tasks)
        case = self._case(case_id)
        if not case.tasks:
            return
        wanted = case.tasks[number % len(case.tasks)].task_id
        wish = TaskCancel(sequence=case.sequence)
        self._act(case_id, person, lambda now, known: cancel_task(now, wanted, wish, person, known))

    @_when(_is_open)
    @rule(nth=which, person=people, kind=st.sampled_from(list(CaseKind)), happens=rarely)
    def it_is_something_else(
        self, nth: int, person: Somebody, kind: CaseKind, happens: bool
    ) -> None:
        if not happens:
            return
        case_id = self._pick(nth, _is_open)
        wish = KindRequest(sequence=self._case(case_id).sequence, kind=kind)
        self._act(case_id, person, lambda case, known: change_kind(case, wish, person, known))

    @_when(_is_open_request)
    @rule(nth=which, person=people)
    def somebody_settles_a_request(self, nth: int, person: Somebody) -> None:
        case_id = self._pick(nth, _is_open_request)
        wish = CloseRequest(sequence=self._case(case_id).sequence, comment="done")
        self._act(case_id, person, lambda case, known: close_request(case, wish, person, known))

    @rule(nth=which, number=st.integers(0, 3), happens=rarely)
    def a_contact_is_passed_on(self, nth: int, number: int, happens: bool) -> None:
        if not happens:
            return
        case_id = self._pick(nth, _is_any)
        case = self._case(case_id)
        passed = ContactPassedOn(
            contact_id=case.contact_ids[number % len(case.contact_ids)],
            received_at=case.opened_at,
            handover=Handover(body="pension", by="rita", at=self.desk.now),
        )
        self._happens(case_id, lambda now, known: pass_on(now, passed, known))

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
            self._happens(case_id, lambda case, known: correct(case, told, None, known))

    # -- what must hold ------------------------------------------------------------------------

    @precondition(lambda self: hasattr(self, "desk"))
    @invariant()
    def no_more_is_given_away_than_there_is(self) -> None:
        given: dict[str, Decimal] = {}
        for case in self.desk.cases.values():
            reserved = {past.case_id: past for past in self.desk.ledger.others("")}.get(
                case.case_id
            )
            standing = _standing(case)
            total = sum(reserved.benefits.values(), Decimal(0)) if reserved else Decimal(0)
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
                assert case.decisions[-1].outcome is _OUTCOME_OF[case.state]
            if case.state not in _OPEN:
                assert case.proposal is None
            if case.state in (CaseState.APPROVED, CaseState.PARTLY_APPROVED):
                assert all(item.status != "open" for item in case.checklist)
            assert (case.answer_by is not None) == (case.state is _CLIENT)
            codes = [prompt.code for prompt in case.prompts]
            assert len(codes) == len(set(codes))
            assert ("proposal" in codes) == (case.proposal is not None)
            if case.quality_review:
                reviewed = [each.decision_id for each in case.decisions]
                assert case.quality_review.decision_id in reviewed
            assert (case.paid or 0) >= 0

    # -- how it is done ------------------------------------------------------------------------

    def _pick(self, nth: int, wanted: _Wanted) -> str:
        meant = [case_id for case_id, case in self.desk.cases.items() if wanted(case)]
        meant = meant if meant and nth < 9 else list(self.desk.cases)
        return meant[nth % len(meant)]

    def _case(self, case_id: str) -> CaseFileUpdated:
        return self.desk.cases[case_id]

    def _contact(self, brought: _News, **changes: object) -> ContactReceived:
        """The next contact: what it claims, its documents, and who keyed it in."""
        self.contacts += 1
        claimed, documents, person = brought
        benefits = _BENEFITS[self.desk.programme]
        return contact(
            [(benefits[index], amount) for index, amount in claimed] or None,
            tuple(sorted(documents)),
            contact_id=f"contact-{self.contacts}",
            received_at=self.desk.now,
            keyed_by=person,
            **changes,
        )

    def _wish(
        self,
        case: CaseFileUpdated,
        outcome: DecisionOutcome,
        reasons: object,
        share: str | None,
        stale: int,
    ) -> DecisionRequest:
        amounts = None
        if share is not None and case.assessment is not None:
            amounts = [
                {
                    "line_id": line.line_id,
                    "approved": str((line.claimed * Decimal(share)).quantize(Decimal("0.01"))),
                }
                for line in case.assessment.lines
            ]
        return DecisionRequest.model_validate(
            {
                "sequence": max(1, case.sequence + stale),
                "outcome": outcome,
                "reasons": tuple(reasons),  # type: ignore[arg-type]
                "lines": amounts,
            }
        )

    def _act(self, case_id: str, person: Somebody, change: _Change) -> None:
        """A person's act, as the API does it: on an assessment that still holds, or not at all."""
        case = self._case(case_id)
        known = self.desk.known(case_id, person)
        try:
            after = change(case, known)
        except DeskError:
            return
        assert after is not None
        decides = len(after.decisions) > len(case.decisions) and case.kind is CaseKind.CLAIM
        stale = reassessed(case, known) if decides else None
        after = stale or (assessed_as_known if decides else kept_current)(after, known)
        self._note(case_id, case, after, person)

    def _happens(self, case_id: str, change: _Change) -> None:
        """What no person of ours does."""
        case = self._case(case_id)
        try:
            after = change(case, self.desk.known(case_id))
        except DeskError:
            return
        if after is not None:
            self._note(case_id, case, after)

    def _note(
        self,
        case_id: str,
        before: CaseFileUpdated | None,
        after: CaseFileUpdated,
        person: Somebody | None = None,
    ) -> None:
        _check_change(before, after, person)
        assert after.updated_at == self.desk.now
        self.desk.cases[case_id] = after
        if after.claim is not None:
            self.desk.ledger = self.desk.ledger.with_case(after)


def _standing(case: CaseFileUpdated) -> dict[str, Decimal]:
    """What the case's standing decision gives away per benefit."""
    if case.state not in DECIDED or case.claim is None:
        return {}
    benefit_of = {line.line_id: line.benefit for line in case.claim.lines}
    given: dict[str, Decimal] = {}
    for line in case.decisions[-1].lines:
        if line.approved:
            code = benefit_of[line.line_id] or ""
            given[code] = given.get(code, Decimal(0)) + line.approved
    return given


def _check_change(
    before: CaseFileUpdated | None, after: CaseFileUpdated, person: Somebody | None
) -> None:
    decisions = before.decisions if before else ()
    assert after.decisions[: len(decisions)] == decisions
    new = after.decisions[len(decisions) :]
    assert len(new) <= 1
    if before is None:
        assert after.sequence == 1
    else:
        assert after.sequence == before.sequence + 1
        assert after.state is before.state or after.state in _LEGAL[before.state]
        _check_checklist(before, after)
        _check_prompts(before, after)
    told = [fact for fact in after.facts if isinstance(fact, Decided)]
    decided = [each for each in new if each.outcome is not DecisionOutcome.ESCALATE]
    assert [fact.decision_id for fact in told] == [each.decision_id for each in decided]
    entered = after.state in DECIDED and (before is None or before.state not in DECIDED)
    assert entered == bool(decided)
    for decision in decided:
        _check_decision(before, after, decision, person)


def _check_decision(
    before: CaseFileUpdated | None,
    after: CaseFileUpdated,
    decision: Decision,
    person: Somebody | None,
) -> None:
    assert after.kind is CaseKind.CLAIM
    assert decision.approved == sum((line.approved for line in decision.lines), Decimal(0))
    if person is None:
        assert decision.by == "system"
        assert decision.outcome is DecisionOutcome.APPROVE
        assert after.assessment is not None
        assert after.assessment.straight_through
        assert before is None or not before.decisions
        return
    assert before is not None
    assert decision.by == person.subject
    assert person in (RITA, SENTA, SVEN, _OLGA)
    assert person.subject not in before.keyed_by
    assert decision.proposed_by != person.subject
    assert before.state is not CaseState.ESCALATED or "supervisor" in person.roles
    if decision.outcome is not DecisionOutcome.DENY:
        assert decision.approved > 0
        limits = {"rita": Decimal(2500), "senta": Decimal(1000)}
        assert decision.approved <= limits.get(person.subject, decision.approved)
    if decision.outcome is not DecisionOutcome.APPROVE:
        assert decision.reasons
    if before.reopened and before.reopened.reason == "objection":
        deciders = {
            each.by for each in before.decisions if each.outcome is not DecisionOutcome.ESCALATE
        }
        assert person.subject not in deciders


def _check_checklist(before: CaseFileUpdated, after: CaseFileUpdated) -> None:
    """What was asked for stays on the list, and what is closed stays closed."""
    for old, new in zip(before.checklist, after.checklist[: len(before.checklist)], strict=True):
        assert (new.item, new.line_id) == (old.item, old.line_id)
        assert new == old or old.status == "open"


def _check_prompts(before: CaseFileUpdated, after: CaseFileUpdated) -> None:
    """Every prompt that comes or goes is told."""
    old = {prompt.code for prompt in before.prompts}
    new = {prompt.code for prompt in after.prompts}
    come = {fact.prompt for fact in after.facts if isinstance(fact, Prompted)}
    gone = {fact.prompt for fact in after.facts if isinstance(fact, PromptDone)}
    assert new - old <= come
    assert old - new <= gone
    assert (old | come) - gone <= new


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(
    max_examples=150,
    stateful_step_count=50,
    deadline=None,
)
