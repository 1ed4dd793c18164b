"""What people may do with cases, rightly or not."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.review.domain.advances import (
    AdvanceDecision,
    AdvanceRequest,
    InterimPaymentOffer,
    ask_for_advance,
    decide_advance,
    offer_interim_payment,
)
from services.review.domain.amounts import decided_lines, is_full
from services.review.domain.complaints import ComplaintRequest, examine
from services.review.domain.decisions import decide
from services.review.domain.kinds import KindRequest, change_kind
from services.review.domain.messages import MessageRequest, tell_client
from services.review.domain.missing import WarningRequest, warn
from services.review.domain.prompts import PromptCode, done
from services.review.domain.proposals import ConfirmRequest, RejectRequest, confirm, reject
from services.review.domain.quality import QualityRequest, review
from services.review.domain.reopening import ReopenRequest, WithdrawRequest, reopen, withdraw
from services.review.domain.requests import CloseRequest, close_request
from services.review.domain.service_of_decisions import ReceiptOfDecision, note_receipt
from services.review.domain.tasking import (
    TaskByHand,
    TaskCancel,
    TaskReply,
    cancel_task,
    reply,
    set_task,
)
from services.review.domain.waivers import ReceiptRequest, WaiverRequest, receive, waive
from shared.contract.cases import CaseKind
from shared.contract.decisions import DecisionOutcome
from shared.contract.departments import TaskKind
from tests.unit.review.desk import Somebody
from tests.unit.review.life_desk import (
    REASONS,
    CasesOnOnePolicy,
    has_prompts,
    has_proposal,
    has_tasks,
    is_any,
    is_decided,
    is_drawn,
    is_open,
    is_open_claim,
    is_open_request,
    is_settled,
    lacks_something,
    people,
    rarely,
    when,
    which,
)
from tests.unit.review.scenarios import PROGRAMMES


class PeoplesActs(CasesOnOnePolicy):
    """Acts of people with and without the right to them, on cases in any state."""

    @when(is_open_claim)
    @rule(
        nth=which,
        person=people,
        outcome=st.sampled_from(list(DecisionOutcome)),
        reasons=st.lists(st.sampled_from(REASONS), min_size=1, max_size=2) | st.just([]),
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
        case_id = self.pick(nth, is_open_claim)
        case = self.case_of(case_id)
        wish = self.wish(case, outcome, reasons, share, stale)
        self.act(case_id, person, lambda now, known: decide(now, wish, person, known))

    @when(is_open_claim)
    @rule(nth=which, person=people, wanted=st.sampled_from(["approve", "approve", "deny"]))
    def somebody_decides_what_was_assessed(self, nth: int, person: Somebody, wanted: str) -> None:
        case_id = self.pick(nth, is_open_claim)
        case = self.case_of(case_id)
        if case.assessment is None:
            return
        outcome = DecisionOutcome(wanted)
        if outcome is DecisionOutcome.APPROVE and not is_full(
            case, decided_lines(case, outcome, None)
        ):
            outcome = DecisionOutcome.APPROVE_IN_PART
        wish = self.wish(case, outcome, ("not_necessary",), None, 0)
        self.act(case_id, person, lambda now, known: decide(now, wish, person, known))

    @when(has_proposal)
    @rule(nth=which, person=people, agrees=st.booleans())
    def somebody_judges_a_proposal(self, nth: int, person: Somebody, agrees: bool) -> None:
        case_id = self.pick(nth, has_proposal)
        sequence = self.case_of(case_id).sequence
        if agrees:
            yes = ConfirmRequest(sequence=sequence)
            self.act(case_id, person, lambda case, known: confirm(case, yes, person, known))
        else:
            no = RejectRequest(sequence=sequence, comment="not yet")
            self.act(case_id, person, lambda case, known: reject(case, no, person, known))

    @when(is_settled)
    @rule(
        nth=which,
        person=people,
        reason=st.sampled_from(["new_facts", "objection", "error"]),
    )
    def somebody_opens_it_again(self, nth: int, person: Somebody, reason: str) -> None:
        case_id = self.pick(nth, is_settled)
        day = PROGRAMMES.desk.local_day(self.desk.now) if reason == "objection" else None
        wish = ReopenRequest.model_validate(
            {
                "sequence": self.case_of(case_id).sequence,
                "reason": reason,
                "comment": "again",
                "received_on": day,
            }
        )
        self.act(case_id, person, lambda case, known: reopen(case, wish, person, known))

    @when(is_decided)
    @rule(nth=which, person=people)
    def somebody_takes_a_decision_back(self, nth: int, person: Somebody) -> None:
        case_id = self.pick(nth, is_decided)
        wish = WithdrawRequest(sequence=self.case_of(case_id).sequence, comment="a mistake")
        self.act(case_id, person, lambda case, known: withdraw(case, wish, person, known))

    @when(is_drawn)
    @rule(nth=which, person=people, result=st.sampled_from(["passed", "failed"]))
    def somebody_reviews_a_decision(self, nth: int, person: Somebody, result: str) -> None:
        case_id = self.pick(nth, is_drawn)
        said = QualityRequest.model_validate({"result": result, "comment": "seen"})
        self.act(case_id, person, lambda case, known: review(case, said, person, known))

    @when(has_prompts)
    @rule(nth=which, person=people, number=st.integers(0, 4))
    def somebody_looks(self, nth: int, person: Somebody, number: int) -> None:
        case_id = self.pick(nth, has_prompts)
        prompts = self.case_of(case_id).prompts
        code = PromptCode(prompts[number % len(prompts)].code) if prompts else PromptCode.PROPOSAL
        self.act(case_id, person, lambda case, known: done(case, code, person, None, known))

    @when(lacks_something)
    @rule(nth=which, person=people, number=st.integers(0, 4), arrives=st.booleans())
    def somebody_closes_an_item(
        self, nth: int, person: Somebody, number: int, arrives: bool
    ) -> None:
        case_id = self.pick(nth, lacks_something)
        checklist = self.case_of(case_id).checklist
        if not checklist:
            return
        item = checklist[number % len(checklist)].item
        if arrives:
            noted = ReceiptRequest(note="by phone")
            self.act(case_id, person, lambda case, known: receive(case, item, noted, person, known))
        else:
            why = WaiverRequest(reason="it burnt")
            self.act(case_id, person, lambda case, known: waive(case, item, why, person, known))

    @when(lacks_something)
    @rule(nth=which, person=people)
    def somebody_warns_the_client(self, nth: int, person: Somebody) -> None:
        case_id = self.pick(nth, lacks_something)
        wish = WarningRequest()
        self.act(case_id, person, lambda case, known: warn(case, wish, person, known))

    @when(is_open_claim)
    @rule(nth=which, person=people, amount=st.sampled_from(["0", "30", "500"]))
    def somebody_grants_an_advance(self, nth: int, person: Somebody, amount: str) -> None:
        case_id = self.pick(nth, is_open_claim)
        case = self.case_of(case_id)
        day = PROGRAMMES.desk.local_day(self.desk.now)
        if self.desk.programme == "household":
            offer = InterimPaymentOffer(sequence=case.sequence, amount=Decimal(amount) or None)
            self.act(
                case_id, person, lambda now, known: offer_interim_payment(now, offer, person, known)
            )
        elif case.advance is None:
            asked = AdvanceRequest(requested_on=day)
            self.act(case_id, person, lambda now, known: ask_for_advance(now, asked, person, known))
        else:
            granted = AdvanceDecision(
                sequence=case.sequence, amount=Decimal(amount), words="as asked"
            )
            self.act(
                case_id, person, lambda now, known: decide_advance(now, granted, person, known)
            )

    @rule(nth=which, person=people, kind=st.sampled_from(list(TaskKind)))
    def somebody_asks_a_department(self, nth: int, person: Somebody, kind: TaskKind) -> None:
        case_id = self.pick(nth, is_any)
        wish = TaskByHand(sequence=self.case_of(case_id).sequence, kind=kind, words="please")
        self.act(case_id, person, lambda case, known: set_task(case, wish, person, known))

    @when(has_tasks)
    @rule(nth=which, person=people, number=st.integers(0, 4))
    def somebody_calls_a_task_back(self, nth: int, person: Somebody, number: int) -> None:
        case_id = self.pick(nth, has_tasks)
        case = self.case_of(case_id)
        if not case.tasks:
            return
        wanted = case.tasks[number % len(case.tasks)].task_id
        wish = TaskCancel(sequence=case.sequence)
        self.act(case_id, person, lambda now, known: cancel_task(now, wanted, wish, person, known))

    @when(is_open)
    @rule(nth=which, person=people, kind=st.sampled_from(list(CaseKind)), happens=rarely)
    def it_is_something_else(
        self, nth: int, person: Somebody, kind: CaseKind, happens: bool
    ) -> None:
        if not happens:
            return
        case_id = self.pick(nth, is_open)
        wish = KindRequest(sequence=self.case_of(case_id).sequence, kind=kind)
        self.act(case_id, person, lambda case, known: change_kind(case, wish, person, known))

    @when(is_open_request)
    @rule(nth=which, person=people)
    def somebody_settles_a_request(self, nth: int, person: Somebody) -> None:
        case_id = self.pick(nth, is_open_request)
        wish = CloseRequest(sequence=self.case_of(case_id).sequence, comment="done")
        self.act(case_id, person, lambda case, known: close_request(case, wish, person, known))

    @when(is_decided)
    @rule(nth=which, person=people, days=st.sampled_from([0, 0, 3, -400]))
    def somebody_notes_when_it_arrived(self, nth: int, person: Somebody, days: int) -> None:
        day = PROGRAMMES.desk.local_day(self.desk.now - timedelta(days=days))
        seen = ReceiptOfDecision(received_on=day)
        self.act(
            self.pick(nth, is_decided),
            person,
            lambda case, known: note_receipt(case, seen, person, known),
        )

    @rule(nth=which, person=people, notice=st.sampled_from(["department_news", "delay_apology"]))
    def somebody_writes_to_the_client(self, nth: int, person: Somebody, notice: str) -> None:
        case_id = self.pick(nth, is_any)
        wish = MessageRequest.model_validate(
            {"sequence": self.case_of(case_id).sequence, "notice": notice, "words": "soon"}
        )
        self.act(case_id, person, lambda case, known: tell_client(case, wish, person, known))

    @when(is_open_request)
    @rule(nth=which, person=people, result=st.sampled_from(["upheld", "rejected"]))
    def somebody_examines_a_complaint(self, nth: int, person: Somebody, result: str) -> None:
        case_id = self.pick(nth, is_open_request)
        wish = ComplaintRequest.model_validate(
            {"sequence": self.case_of(case_id).sequence, "result": result}
        )
        self.act(case_id, person, lambda case, known: examine(case, wish, person, known))

    @when(has_tasks)
    @rule(nth=which, person=people, number=st.integers(0, 4))
    def somebody_answers_a_department(self, nth: int, person: Somebody, number: int) -> None:
        case_id = self.pick(nth, has_tasks)
        case = self.case_of(case_id)
        if not case.tasks:
            return
        wanted = case.tasks[number % len(case.tasks)].task_id
        wish = TaskReply(sequence=case.sequence, words="the blue one")
        self.act(case_id, person, lambda now, known: reply(now, wanted, wish, person, known))
