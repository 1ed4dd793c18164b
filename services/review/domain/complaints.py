"""The register of complaints: an entry from the first moment, a result before it is closed.

Source: BaFin Rundschreiben 3/2013 (VA): insurers register complaints and report them yearly by
1 March. `docs/complaints.md` says which of the fields are ours.
"""

from datetime import date
from typing import Final, Literal

from pydantic import Field

from services.review.domain.acting import Person, is_current, may_work, supervisor_if_escalated
from services.review.domain.known import Known
from services.review.domain.transitions import changed
from shared.contract.base import Body, Identifier
from shared.contract.case_file import CaseFileUpdated, ComplaintEntry
from shared.contract.cases import CaseKind
from shared.contract.contacts import Channel, Language
from shared.contract.facts import ComplaintReported
from shared.errors import RuleViolation
from shared.ids import find_case_ids

OTHER: Final = "other"
Result = Literal["upheld", "partly_upheld", "rejected", "withdrawn"]


class ComplaintRequest(Body):
    """What a person says of a complaint; a field that is absent stays as it is."""

    sequence: int = Field(ge=1, description="Sequence of the case file that the person read.")
    category: Identifier | None = None
    result: Result | None = None
    about_case: Identifier | None = None


class ComplaintRecord(Body):
    """A complaint as the register and its yearly report show it; nobody's name is in it."""

    case_id: Identifier
    received_on: date
    channel: Channel
    language: Language
    programme: Identifier | None = None
    category: Identifier
    about_case: Identifier | None = None
    result: str
    answered_on: date | None = None
    reported_in: int | None = None
    misread: bool = Field(default=False, description="It turned out to be no complaint.")


def registered(case: CaseFileUpdated, known: Known) -> CaseFileUpdated:
    """The complaint with its entry in the register."""
    received_on = known.programmes.desk.local_day(case.opened_at)
    entry = ComplaintEntry(received_on=received_on, about_case=case.about_case)
    return case.model_copy(update={"complaint": entry})


def no_complaint(case: CaseFileUpdated, known: Known) -> CaseFileUpdated:
    """The case that turned out to be no complaint: its entry stays, as withdrawn."""
    if case.complaint is None:
        return case
    closed = {"result": "withdrawn", "answered_on": known.today}
    return case.model_copy(update={"complaint": case.complaint.model_copy(update=closed)})


def answered(case: CaseFileUpdated, known: Known) -> CaseFileUpdated:
    """The complaint with the day of its answer."""
    assert case.complaint is not None
    entry = case.complaint.model_copy(update={"answered_on": known.today})
    return case.model_copy(update={"complaint": entry})


def result_is_known(case: CaseFileUpdated) -> None:
    """No complaint is closed without its result.

    Raises:
        RuleViolation: It has none.
    """
    if case.complaint is None or case.complaint.result == "open":
        raise RuleViolation("result_missing", "a complaint is closed with its result")


def examine(
    case: CaseFileUpdated, request: ComplaintRequest, person: Person, known: Known
) -> CaseFileUpdated:
    """Note in the register what a complaint is about and how it ends.

    Also after it was closed, until it stands in a yearly report.

    Raises:
        VersionConflict: The case changed since the person read it.
        Forbidden: They may not act on this case.
        RuleViolation: It is no complaint, it was reported, or the request names what is unknown.
    """
    is_current(case, request.sequence)
    may_work(person)
    supervisor_if_escalated(case, person)
    if case.kind is not CaseKind.COMPLAINT or case.complaint is None:
        raise RuleViolation("no_complaint", "the case is no complaint")
    if case.complaint.reported_in is not None:
        message = f"the complaint stands in the report of {case.complaint.reported_in}"
        raise RuleViolation("reported", message)
    stated = request.model_dump(exclude={"sequence"}, exclude_none=True)
    if not stated:
        raise RuleViolation("nothing_stated", "say a category, a result or what it is about")
    _category_is_known(request, known)
    if request.about_case and find_case_ids(request.about_case) != [request.about_case]:
        raise RuleViolation("no_case_number", "about_case is no case number")
    entry = case.complaint.model_copy(update=stated)
    after = changed(case, known.now, (), complaint=entry)
    return after.model_copy(update={"about_case": entry.about_case})


def reported(case: CaseFileUpdated, year: int, by: str, known: Known) -> CaseFileUpdated | None:
    """The complaint after it was put into a yearly report; None if it stands in one already."""
    if case.complaint is None or case.complaint.reported_in is not None:
        return None
    entry = case.complaint.model_copy(update={"reported_in": year})
    return changed(case, known.now, [ComplaintReported(year=year, by=by)], complaint=entry)


def record_of(case: CaseFileUpdated, entry: ComplaintEntry) -> ComplaintRecord:
    """What the register shows of a complaint."""
    return ComplaintRecord(
        case_id=case.case_id,
        received_on=entry.received_on,
        channel=case.channel,
        language=case.language,
        programme=case.programme,
        category=entry.category,
        about_case=entry.about_case,
        result=entry.result,
        answered_on=entry.answered_on,
        reported_in=entry.reported_in,
        misread=case.kind is not CaseKind.COMPLAINT,
    )


def _category_is_known(request: ComplaintRequest, known: Known) -> None:
    known_ones = {OTHER, *known.programmes.desk.complaint_categories}
    if request.category is not None and request.category not in known_ones:
        message = f"no category {request.category!r}; known: {', '.join(sorted(known_ones))}"
        raise RuleViolation("unknown_category", message)
