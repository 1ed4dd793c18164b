"""When a decision really reached its client, where that is not as the law presumes (SGB X §37(2)).

From then the time for an objection runs (SGG §84), or a year where the notice of the remedy was
missing or wrong (SGG §66(2)). Escalation's clocks follow from what is noted here.
"""

from pydantic import Field

from services.review.domain.acting import Person, may_work
from services.review.domain.known import Known
from services.review.domain.transitions import changed
from shared.contract.base import Body, Day
from shared.contract.case_file import CaseFileUpdated
from shared.contract.cases import DECIDED
from shared.contract.facts import DecisionReceived
from shared.errors import RuleViolation


class ReceiptOfDecision(Body):
    """What a person notes about a decision's arrival."""

    received_on: Day = Field(description="As the client says or shows.")
    remedy_notice: bool = Field(
        default=True, description="False: the notice of the remedy was missing or wrong."
    )


def note_receipt(
    case: CaseFileUpdated, receipt: ReceiptOfDecision, person: Person, known: Known
) -> CaseFileUpdated:
    """The case after a person noted when its decision arrived.

    Raises:
        Forbidden: Their role does not work on cases.
        RuleViolation: The case is not decided, or the day is before the decision or after today.
    """
    may_work(person)
    if case.state not in DECIDED:
        raise RuleViolation("not_decided", "there is no decision that could have arrived")
    decided_on = known.programmes.desk.local_day(case.decisions[-1].at)
    if not decided_on <= receipt.received_on <= known.today:
        message = f"it arrived between {decided_on} and {known.today}"
        raise RuleViolation("impossible_day", message)
    fact = DecisionReceived(
        received_on=receipt.received_on, remedy_notice=receipt.remedy_notice, by=person.subject
    )
    return changed(case, known.now, [fact])
