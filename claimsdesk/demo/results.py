"""What became of a contact, and where that differs from its expectation. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from claimsdesk.demo.expectations import Expected, ExpectedNotice
from shared.contract.cases import CaseState

NO_CASE = "none"
NEW_CASE = "new"
_OUTCOMES = {
    CaseState.APPROVED: "approved",
    CaseState.PARTLY_APPROVED: "partly_approved",
    CaseState.DENIED: "denied",
    CaseState.ESCALATED: "escalated",
    CaseState.WAITING_FOR_CLIENT: "waiting_for_client",
    CaseState.WAITING_FOR_PERSON: "waiting_for_person",
    CaseState.WAITING_FOR_DEPARTMENT: "waiting_for_department",
}


@dataclass(frozen=True, slots=True)
class SeenNotice:
    """A notice as the demo reports it."""

    kind: str
    channel: str
    status: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one contact; times in milliseconds, None where there was nothing to time.

    Attributes:
        findings: The codes of what review's checks found, for people; the JSON has none.
        problem: Why it could not be sent, or not be followed to its end; None for all others.
    """

    contact: str
    channel: str
    intake: str | None = None
    case_id: str | None = None
    kind: str | None = None
    outcome: str = "none"
    notices: tuple[SeenNotice, ...] = ()
    contact_to_assessment_ms: int | None = None
    contact_to_notice_ms: int | None = None
    findings: tuple[str, ...] = ()
    problem: str | None = None
    mismatches: tuple[str, ...] = ()


def outcome_of(case: Mapping[str, Any] | None) -> str:
    """The outcome that a case's state means; a service request that was closed has none."""
    return _OUTCOMES.get(case["state"], "none") if case else "none"


def mismatches(result: Result, expected: Expected, case_ids: Mapping[str, str | None]) -> list[str]:
    """Where a result differs from what was stated, in words; empty if nowhere.

    Args:
        result: What was seen.
        expected: What should be; what it leaves out is not compared.
        case_ids: The cases of the contacts that settled before.
    """
    found = []
    for name in ("intake", "kind", "outcome"):
        wanted, seen = getattr(expected, name), getattr(result, name)
        if wanted is not None and wanted != seen:
            found.append(f"{name} is {seen}, expected {wanted}")
    if expected.case is not None:
        found += _case_mismatch(result.case_id, expected.case, case_ids)
    if expected.notices is not None:
        found += _notice_mismatch(result.notices, expected.notices)
    return found


def _case_mismatch(seen: str | None, wanted: str, case_ids: Mapping[str, str | None]) -> list[str]:
    if wanted == NO_CASE:
        return [f"case is {seen}, expected none"] if seen is not None else []
    if seen is None:
        return [f"case is none, expected {wanted}"]
    if wanted == NEW_CASE:
        known = [name for name, case_id in case_ids.items() if case_id == seen]
        return [f"case is that of {known[0]}, expected a new one"] if known else []
    if case_ids.get(wanted) != seen:
        return [f"case is {seen}, expected that of {wanted} ({case_ids.get(wanted)})"]
    return []


def _notice_mismatch(seen: Sequence[SeenNotice], wanted: Sequence[ExpectedNotice]) -> list[str]:
    left = list(seen)
    missing = []
    # The most exactly stated first, so that a vague one does not take its notice.
    for notice in sorted(wanted, key=lambda one: (one.channel is None) + (one.status is None)):
        match = next((one for one in left if _fits(one, notice)), None)
        if match is None:
            missing.append(notice)
        else:
            left.remove(match)
    if not missing and not left:
        return []
    was = ", ".join(f"{one.kind} by {one.channel} ({one.status})" for one in seen) or "none"
    should = ", ".join(map(_words, wanted)) or "none"
    return [f"notices are {was}; expected {should}"]


def _fits(seen: SeenNotice, wanted: ExpectedNotice) -> bool:
    return (
        seen.kind == wanted.kind
        and wanted.channel in (None, seen.channel)
        and wanted.status in (None, seen.status)
    )


def _words(wanted: ExpectedNotice) -> str:
    by = f" by {wanted.channel}" if wanted.channel else ""
    return f"{wanted.kind}{by}" + (f" ({wanted.status})" if wanted.status else "")
