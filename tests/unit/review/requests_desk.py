"""Service requests, their tasks and what departments answer, for the tests of both."""

from datetime import timedelta
from typing import Any

from services.review.domain.answers import take_answer
from services.review.domain.known import Known
from services.review.domain.requests import CloseRequest
from shared.contract.case_file import CaseFileUpdated
from shared.contract.contacts import ClaimDetails, Intent, UnconfirmedDetails
from shared.contract.departments import DepartmentTask, DepartmentTaskAnswered
from tests.unit.review.desk import NOW, client, known, later, opened

IBAN = "DE89370400440532013000"
OTHER_CASE = "C-2345-6789-C"
NEW_ADDRESS = UnconfirmedDetails(postal_address="Neue Gasse 7, 10115 Berlin")


def confirmed(**changes: Any) -> Known:
    """What the desk knows once the holder's account is confirmed."""
    return known(client=client(confirmed_iban=IBAN), **changes)


def account_change(**changes: Any) -> CaseFileUpdated:
    """A request whose client moved."""
    fields = {"intent": Intent.ACCOUNT_CHANGE, "claim": None, "unconfirmed_details": NEW_ADDRESS}
    return opened([], **{**fields, **changes})


def a_request(intent: Intent, **changes: Any) -> CaseFileUpdated:
    """A request of this kind, by a client who is known."""
    if intent is Intent.ACCOUNT_CHANGE:
        return account_change(**changes)
    return opened([], intent=intent, **{"claim": None, **changes})


def with_account(case_iban: str | None = IBAN) -> ClaimDetails:
    """What a claim says of its client's account."""
    return ClaimDetails(unconfirmed_iban=case_iban)


def task_of(case: CaseFileUpdated) -> DepartmentTask:
    """The case's latest task."""
    return case.tasks[-1]


def said(
    case: CaseFileUpdated,
    status: str,
    *,
    words: str = "",
    task: DepartmentTask | None = None,
    knowing: Known | None = None,
) -> CaseFileUpdated:
    """The case after a department answered, or as it was if that said nothing new."""
    task = task or task_of(case)
    answer = DepartmentTaskAnswered.model_validate(
        {
            "task_id": task.task_id,
            "case_id": case.case_id,
            "department": task.department,
            "status": status,
            "words": words,
            "at": NOW + timedelta(days=1),
        }
    )
    return take_answer(case, answer, knowing or later()) or case


def closing(case: CaseFileUpdated, **fields: Any) -> CloseRequest:
    """A person settles the case as they read it."""
    return CloseRequest(sequence=case.sequence, **fields)
