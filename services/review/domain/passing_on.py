"""A misdirected application is passed on and keeps its receipt date (SGB I §16(2)).

Intake hands the papers over; review ends the case that they opened and tells the client.
"""

from services.review.domain.known import Known
from services.review.domain.settling import without_proposal
from services.review.domain.tasks import cancel_open
from services.review.domain.transitions import SETTLED, changed, notice_requested
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import CaseState
from shared.contract.contacts import ContactPassedOn
from shared.contract.facts import Closed, Fact, NoticeKind, PassedOn


def pass_on(case: CaseFileUpdated, passed: ContactPassedOn, known: Known) -> CaseFileUpdated:
    """The case after a contact of it was passed on.

    The case ends if this contact opened it. A later contact of a case may concern another body
    while the case goes on, and a settled case keeps its decision: then only the client is told.
    """
    facts = handover_facts(case.case_id, passed)
    opened_by_it = case.contact_ids[:1] == (passed.contact_id,)
    if not opened_by_it or case.state in SETTLED:
        return changed(case, known.now, facts)
    after = changed(
        case,
        known.now,
        [*facts, Closed(comment="passed on")],
        state=CaseState.CLOSED,
        answer_by=None,
    )
    after = without_proposal(after, passed.handover.by)
    return cancel_open(after, reason="passed on to another body")


def handover_facts(case_id: str, passed: ContactPassedOn) -> list[Fact]:
    """To whom a contact went, and the notice that says so; one for each contact."""
    return [
        PassedOn(
            contact_id=passed.contact_id,
            body=passed.handover.body,
            received_at=passed.received_at,
            by=passed.handover.by,
        ),
        notice_requested(case_id, NoticeKind.PASSED_ON, passed.contact_id),
    ]
