"""What escalation knows of a case: enough for its clocks and for a supervisor's first look."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from services.escalation.domain.case_facts import facts_of
from services.escalation.domain.clock_rules import Fact
from services.escalation.domain.clocks import in_order
from services.escalation.domain.escalations import Escalation, Step
from services.escalation.domain.summary import Overdue, summary_of
from shared.calendar import BusinessCalendar
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED, CaseKind, CaseState
from shared.contract.facts import Escalated
from shared.contract.public import EscalationReason
from shared.ids import derived_id

_SYSTEM: Final = "system"
"""As a straight-through decision names who decided."""
ENDED = DECIDED | {CaseState.CLOSED}
"""The states in which a case needs no supervisor any more."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its files told it so far; nothing in it is personal data of a client.

    Attributes:
        case_id: Its id.
        sequence: The highest sequence seen; it decides what holds.
        state: Where the case stands.
        programme: Whose time limits count; None while the policy is unknown.
        programme_version: The version that counts.
        findings: Codes of the latest assessment's findings, each once.
        involved: Who keyed it in or decided it, and so may not judge its escalation.
        facts: Everything that happened, in order.
        kind: A claim, or one of the service requests; None for one not told of since it counts.
        handler: Who last decided on it or keyed it in; None when only the system did.
    """

    case_id: str
    sequence: int
    state: CaseState
    programme: str | None
    programme_version: str | None
    findings: tuple[str, ...]
    involved: frozenset[str]
    facts: tuple[Fact, ...]
    kind: CaseKind | None = None
    handler: str | None = None

    @classmethod
    def of(cls, file: CaseFileUpdated, event_id: str) -> Self:
        """Return the case as one case file tells it."""
        findings = file.assessment.findings if file.assessment else ()
        return cls(
            case_id=file.case_id,
            sequence=file.sequence,
            state=file.state,
            programme=file.programme,
            programme_version=file.programme_version,
            findings=tuple(dict.fromkeys(finding.code for finding in findings)),
            involved=frozenset(file.keyed_by).union(decision.by for decision in file.decisions),
            facts=tuple(facts_of(file, event_id)),
            kind=file.kind,
            handler=_handler(file),
        )

    @property
    def ended(self) -> bool:
        """Whether it is decided or closed."""
        return self.state in ENDED

    def with_file(self, file: CaseFileUpdated, event_id: str) -> Self:
        """Return the case after a case file, which may be a repeat or older than what is known."""
        told = type(self).of(file, event_id)
        newest = told if told.sequence > self.sequence else self
        return replace(newest, facts=in_order({*self.facts, *told.facts}))

    def with_facts(self, facts: Iterable[Fact]) -> Self:
        """Return the case with what else became known of it."""
        return replace(self, facts=in_order({*self.facts, *facts}))


def _handler(file: CaseFileUpdated) -> str | None:
    people = [decision.by for decision in file.decisions if decision.by != _SYSTEM]
    return next(reversed((*file.keyed_by, *people)), None)


def asked_for(
    case: Case, file: CaseFileUpdated, now: datetime, calendar: BusinessCalendar
) -> Escalation | None:
    """Return the escalation that a case file asks for, or None.

    A fact `escalated` with the reason `overdue` only confirms what escalation itself opened.
    """
    for fact in file.facts:
        if isinstance(fact, Escalated) and fact.reason != "overdue":
            cause = str(file.sequence)
            return _escalation(case, EscalationReason(fact.reason), cause, now, (), calendar)
    return None


def overdue(
    case: Case, breached: tuple[Overdue, ...], now: datetime, calendar: BusinessCalendar
) -> Escalation:
    """Return the escalation of a case whose time limits have passed."""
    first = breached[0]
    cause = f"{first.clock}-{first.run}"
    return _escalation(case, EscalationReason.OVERDUE, cause, now, breached, calendar)


def _escalation(
    case: Case,
    reason: EscalationReason,
    cause: str,
    now: datetime,
    breached: tuple[Overdue, ...],
    calendar: BusinessCalendar,
) -> Escalation:
    summary = summary_of(case.state, case.findings, case.facts, breached, now, calendar)
    return Escalation(
        escalation_id=derived_id("escalation", case.case_id, cause),
        case_id=case.case_id,
        reason=reason,
        summary=summary.model_dump_json(),
        opened_at=now,
        involved=case.involved,
        programme=case.programme,
        kind=case.kind,
        acts_at=now,
        steps=(Step("opened", now),),
    )
