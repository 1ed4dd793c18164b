"""One policy and its cases, to which anything may happen, for the test of a case's life."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition

from services.review.domain.case import open_case
from services.review.domain.decisions import DecisionRequest
from services.review.domain.known import Known
from services.review.domain.ledger import Ledger
from services.review.domain.reassessment import assessed_as_known, kept_current, reassessed
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED, CaseKind, CaseState
from shared.contract.contacts import ContactReceived, Intent
from shared.contract.decisions import DecisionOutcome
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
from tests.unit.review.life_checks import OPEN, WITH_CLIENT, check_change
from tests.unit.review.scenarios import PROGRAMMES

NUMBER = "HH-2024-000001"
CASES = ("C-2222-2222-2", "C-3333-3333-3", "C-4444-4444-4")
START = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
OLGA = Somebody("olga", frozenset({"supervisor"}))
PEOPLE = (RITA, RITA, SENTA, SENTA, SVEN, SVEN, OLGA, OLGA, TINA, AUDITOR)
BENEFITS = {
    "household": ("glass", "glass", "fire", "unknown"),
    "heating-aid": ("heating_costs", "heating_costs", "heating_repair", "unknown"),
}
AMOUNTS = ("40.00", "200.00", "950.00", "1400.00", "950.00", "3000.00")
REASONS = ("lacks_information", "not_necessary", "limit_per_claim", "not_necessary", "made_up")

rarely = st.sampled_from([False, False, False, True])
"""What leads many cases to the same end is left out more often than not."""
which = st.integers(0, 9)
"""Which of the cases to which something may happen; 9: any, so that it happens out of order too."""
people = st.sampled_from(PEOPLE)
_EVERYTHING = {"invoice", "police_report", "photo"}
kinds = st.just(_EVERYTHING) | st.sets(st.sampled_from(sorted(_EVERYTHING)))
intents = st.sampled_from([Intent.CLAIM] * 4 + [Intent.PAYMENT_DELAY, Intent.COMPLAINT])
News = tuple[list[tuple[int, str]], set[str], str | None]
lines = st.tuples(st.integers(0, 3), st.sampled_from(AMOUNTS))
keyed_by = st.sampled_from([None, None, None, "rita", "senta"])
news: st.SearchStrategy[News] = st.tuples(st.lists(lines, max_size=3), kinds, keyed_by)
claims: st.SearchStrategy[News] = st.tuples(
    st.lists(lines, min_size=1, max_size=2), st.just(_EVERYTHING), keyed_by
)
Change = Callable[[CaseFileUpdated, Known], CaseFileUpdated | None]
Wanted = Callable[[CaseFileUpdated], bool]


def is_any(_case: CaseFileUpdated) -> bool:
    return True


def is_open(case: CaseFileUpdated) -> bool:
    return case.state in OPEN


def is_open_claim(case: CaseFileUpdated) -> bool:
    return is_open(case) and case.kind is CaseKind.CLAIM


def is_open_request(case: CaseFileUpdated) -> bool:
    return is_open(case) and case.kind is not CaseKind.CLAIM


def is_settled(case: CaseFileUpdated) -> bool:
    return not is_open(case)


def is_decided(case: CaseFileUpdated) -> bool:
    return case.state in DECIDED


def is_drawn(case: CaseFileUpdated) -> bool:
    return case.quality_review is not None and case.quality_review.result == "open"


def is_escalated(case: CaseFileUpdated) -> bool:
    return case.state is CaseState.ESCALATED


def has_proposal(case: CaseFileUpdated) -> bool:
    return case.proposal is not None


def has_prompts(case: CaseFileUpdated) -> bool:
    return bool(case.prompts)


def has_tasks(case: CaseFileUpdated) -> bool:
    return bool(case.tasks)


def lacks_something(case: CaseFileUpdated) -> bool:
    return is_open(case) and any(item.status == "open" for item in case.checklist)


def waits_for_client(case: CaseFileUpdated) -> bool:
    return case.state is WITH_CLIENT


def when(wanted: Wanted) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule that only makes sense when there is such a case."""
    return precondition(lambda self: any(wanted(case) for case in self.desk.cases.values()))


@dataclass
class PolicyDesk:
    """One policy, its cases, its ledger and the clock."""

    programme: str
    now: datetime = START
    cases: dict[str, CaseFileUpdated] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=lambda: Ledger(NUMBER))
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


class CasesOnOnePolicy(RuleBasedStateMachine):
    """The cases, and how something is done to them."""

    @initialize(
        programme=st.sampled_from(sorted(BENEFITS)),
        contacts=st.tuples(claims, claims, news),
        intents=st.tuples(st.just(Intent.CLAIM), st.just(Intent.CLAIM), intents),
    )
    def start(
        self, programme: str, contacts: tuple[News, ...], intents: tuple[Intent, ...]
    ) -> None:
        self.desk = PolicyDesk(programme, policy=policy(programme=programme))
        self.contacts = 0
        for case_id, brought, intent in zip(CASES, contacts, intents, strict=True):
            opening = self.next_contact(brought, intent=intent)
            self.note(case_id, None, open_case(opening, case_id, self.desk.known(case_id)))

    def pick(self, nth: int, wanted: Wanted) -> str:
        meant = [case_id for case_id, case in self.desk.cases.items() if wanted(case)]
        meant = meant if meant and nth < 9 else list(self.desk.cases)
        return meant[nth % len(meant)]

    def case_of(self, case_id: str) -> CaseFileUpdated:
        return self.desk.cases[case_id]

    def next_contact(self, brought: News, **changes: object) -> ContactReceived:
        """The next contact: what it claims, its documents, and who keyed it in."""
        self.contacts += 1
        claimed, documents, person = brought
        benefits = BENEFITS[self.desk.programme]
        return contact(
            [(benefits[index], amount) for index, amount in claimed] or None,
            tuple(sorted(documents)),
            contact_id=f"contact-{self.contacts}",
            received_at=self.desk.now,
            keyed_by=person,
            **changes,
        )

    def wish(
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

    def act(self, case_id: str, person: Somebody, change: Change) -> None:
        """A person's act, as the API does it: on an assessment that still holds, or not at all."""
        case = self.case_of(case_id)
        known = self.desk.known(case_id, person)
        try:
            after = change(case, known)
        except DeskError:
            return
        assert after is not None
        decides = len(after.decisions) > len(case.decisions) and case.kind is CaseKind.CLAIM
        stale = reassessed(case, known) if decides else None
        after = stale or (assessed_as_known if decides else kept_current)(after, known)
        self.note(case_id, case, after, person)

    def happens(self, case_id: str, change: Change) -> None:
        """What no person of ours does."""
        case = self.case_of(case_id)
        try:
            after = change(case, self.desk.known(case_id))
        except DeskError:
            return
        if after is not None:
            self.note(case_id, case, after)

    def note(
        self,
        case_id: str,
        before: CaseFileUpdated | None,
        after: CaseFileUpdated,
        person: Somebody | None = None,
    ) -> None:
        check_change(before, after, person)
        assert after.updated_at == self.desk.now
        self.desk.cases[case_id] = after
        if after.claim is not None:
            self.desk.ledger = self.desk.ledger.with_case(after)
